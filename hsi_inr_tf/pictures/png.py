"""PNG: what Pillow does not check or read of it: that it is whole, its 16 bits, which colours it means."""

import io
import struct
import zlib

import numpy as np

from hsi_inr_tf.annotations import PathLike
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.pictures.primaries import BY_CODE, SRGB_PRIMARIES, ColourSpace, transfer_by_code

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by colour type
# First column and row, and steps, of the passes of an interlaced picture (Adam7).
PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
USUAL_GAMMA = 45455  # gAMA of what is encoded for sRGB screens, times 100,000
STEP = 1 << 20


def chunks(data: bytes, path: PathLike) -> dict[bytes, bytes]:
    """name -> content of the chunks of a PNG, IDAT joined. Raises InputError unless it is whole: every chunk
    inside the file, the critical ones with the right check sum, IEND at the end, and as many pixels as its
    header says.
    """
    found: dict[bytes, bytes] = {}
    pixels, position = [], len(SIGNATURE)
    while b"IEND" not in found:
        if position + 12 > len(data):
            raise InputError(f"{path} is damaged (it ends before its last chunk), expected a whole PNG")
        (length,), name = struct.unpack_from(">I", data, position), data[position + 4 : position + 8]
        end = position + 8 + length
        if end + 4 > len(data):
            raise InputError(f"{path} is damaged (it ends inside a chunk), expected a whole PNG")
        if name[:1].isupper() and zlib.crc32(data[position + 4 : end]) != int.from_bytes(data[end : end + 4]):
            raise InputError(f"{path} is damaged (a wrong check sum), expected a whole PNG")
        if name == b"IDAT":
            pixels.append(memoryview(data)[position + 8 : end])
        else:
            found.setdefault(name, data[position + 8 : end])
        position = end + 4
    if len(found.get(b"IHDR", b"")) != 13:
        raise InputError(f"{path} is damaged (no header), expected a whole PNG")
    _check_length(pixels, _raw_length(found[b"IHDR"]), path)
    return found


def _raw_length(header: bytes) -> int:
    """Bytes of all rows, each with its filter's byte, before compression."""
    width, height, bits, kind, _, _, interlaced = struct.unpack(">IIBBBBB", header)
    bits *= CHANNELS.get(kind, 1)
    if not interlaced:
        return height * (1 + (width * bits + 7) // 8)
    total = 0
    for left, top, across, down in PASSES:
        columns, rows = -((left - width) // across), -((top - height) // down)
        if columns > 0 and rows > 0:
            total += rows * (1 + (columns * bits + 7) // 8)
    return total


def _check_length(parts, expected: int, path) -> None:
    """InputError unless the compressed `parts` hold exactly `expected` bytes."""
    stream, length = zlib.decompressobj(), 0
    try:
        for part in parts:
            while part and not stream.eof and length <= expected:
                length += len(stream.decompress(part, STEP))
                part = stream.unconsumed_tail
        length += len(stream.flush(STEP)) if length <= expected else 0
    except zlib.error as error:
        raise InputError(f"{path} is damaged ({error}), expected a whole PNG") from error
    if length != expected or not stream.eof:
        kind = "more" if length > expected else "fewer"
        raise InputError(f"{path} is damaged ({kind} pixels than its header says), expected a whole PNG")


def bits(found: dict[bytes, bytes]) -> int:
    """Bits a sample."""
    return found[b"IHDR"][8]


def sixteen_bits(data: bytes, found: dict[bytes, bytes]) -> np.ndarray:
    """The pixels [height, width, 3] uint16 of a 16-bit PNG of any colour type, without its transparency.

    Pillow cuts colour to its high bytes; asked for little-endian samples it gives the low ones.
    """
    kind = found[b"IHDR"][9]
    if kind == 0:
        return np.repeat(_decoded(data, "I;16", "I;16B")[..., None].astype(np.uint16), 3, axis=2)
    if kind == 4:  # grey and transparency: the bytes of a pixel are those of an RGBA pixel of 8 bits
        pairs = _decoded(data, "RGBA", "RGBA").astype(np.uint16)
        return np.repeat((pairs[..., :1] << 8) | pairs[..., 1:2], 3, axis=2)
    mode = "RGB" if kind == 2 else "RGBA"
    high, low = (_decoded(data, mode, f"{mode};16{order}")[..., :3] for order in "BL")
    return (high.astype(np.uint16) << 8) | low


def _decoded(data, mode, rawmode):
    """The pixels of a PNG unpacked as `rawmode`, for which Pillow has no public way (tried on 12.3.0)."""
    from PIL import Image

    with Image.open(io.BytesIO(data), formats=("PNG",)) as image:
        image._mode = mode
        image.tile = [tile._replace(args=rawmode) for tile in image.tile]
        return np.asarray(image)


def colour_space(found: dict[bytes, bytes], path: PathLike) -> ColourSpace | None:
    """What cICP, or gAMA and cHRM where there is neither a profile nor sRGB, say of the colours; None where
    they are those of sRGB or a profile tells. The order is that of the PNG specification, third edition.
    """
    if b"cICP" in found:
        return _coded(found[b"cICP"], path)
    if b"iCCP" in found or b"sRGB" in found or len(found.get(b"gAMA", b"")) != 4:
        return None
    gamma = int.from_bytes(found[b"gAMA"])
    if not 10000 <= gamma <= 1000000:
        raise InputError(f"{path}: its gamma is {gamma / 100000:g}, expected 0.1 to 10")
    primaries: tuple[tuple[float, ...], ...] = SRGB_PRIMARIES
    if len(found.get(b"cHRM", b"")) == 32:
        numbers = np.array(struct.unpack(">8I", found[b"cHRM"])).reshape(4, 2) / 100000
        primaries = tuple(tuple(map(float, pair)) for pair in np.roll(numbers, -1, axis=0))
    same = np.abs(np.subtract(primaries, SRGB_PRIMARIES)).max() < 0.002
    if same and abs(gamma - USUAL_GAMMA) <= 100:
        return None
    return ColourSpace(primaries, lambda values: values ** (100000 / gamma))


def _coded(code: bytes, path) -> ColourSpace | None:
    """The colour space that cICP's code points (ITU-T H.273) say."""
    if len(code) != 4 or code[2] != 0:
        raise InputError(f"{path} is damaged (its cICP chunk is wrong), expected a whole PNG")
    primaries, transfer, full = code[0], code[1], code[3]
    decode = transfer_by_code(transfer)
    if primaries not in BY_CODE or decode is None or not full:
        raise InputError(
            f"{path}: its colours are {tuple(code)} by ITU-T H.273, which is not read (HDR and video levels "
            "are not): expected sRGB, Display P3 or BT.2020"
        )
    if (primaries, transfer) == (1, 13):
        return None
    return ColourSpace(BY_CODE[primaries], decode)
