"""Picture files as the tests write them, chunk by chunk, and reading them back."""

import struct
import zlib

import numpy as np

from hsi_inr_tf import pictures

HEIGHT, WIDTH = 7, 9
RGB = ("red", "green", "blue")


def random(largest, *shape, dtype=np.uint16, seed=0):
    return np.random.default_rng(seed).integers(0, largest + 1, shape or (HEIGHT, WIDTH, 3)).astype(dtype)


def save_tiff(path, values, roles=None, descriptions=None, **how):
    """Write [height, width, bands] by GDAL."""
    import rasterio
    from rasterio.enums import ColorInterp

    height, width, count = values.shape
    how = {"driver": "GTiff", "height": height, "width": width, "count": count, "dtype": values.dtype, **how}
    with rasterio.open(path, "w", **how) as file:
        if roles:
            file.colorinterp = [ColorInterp[role] for role in roles]
        for band, text in enumerate(descriptions or (), 1):
            file.set_band_description(band, text)
        file.write(np.moveaxis(values, 2, 0))


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(values, *extra, kind=2):
    """A PNG of uint8 or uint16 [height, width, channels], without filters."""
    height, width = values.shape[:2]
    header = struct.pack(">IIBBBBB", width, height, 8 * values.itemsize, kind, 0, 0, 0)
    rows = b"".join(b"\0" + row.astype(row.dtype.newbyteorder(">")).tobytes() for row in values)
    body = chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(extra) + body


def read(path):
    """Values in [0, 1]."""
    pixels = pictures.read_picture(path).pixels
    return pixels / np.iinfo(pixels.dtype).max


def display_profile(red, green, blue, curve: bytes) -> bytes:
    """A minimal ICC v2 display profile: the D50-adapted XYZ of its primaries, and the body of one `curv` tag
    for all three.
    """
    number = lambda v: struct.pack(">i", round(v * 65536))  # noqa: E731
    white = (0.9642, 1.0, 0.8249)
    points = {b"rXYZ": red, b"gXYZ": green, b"bXYZ": blue, b"wtpt": white}
    tags = {name: b"XYZ " + bytes(4) + b"".join(map(number, xyz)) for name, xyz in points.items()}
    tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), b"curv" + bytes(4) + curve)
    tags[b"desc"] = b"desc" + bytes(4) + struct.pack(">I", 6) + b"test.\0" + bytes(78)
    tags[b"cprt"] = b"text" + bytes(4) + b"none\0" + bytes(3)
    offset, table, body = 132 + 12 * len(tags), struct.pack(">I", len(tags)), b""
    for name, data in tags.items():
        data += bytes(-len(data) % 4)
        table += name + struct.pack(">II", offset + len(body), len(data))
        body += data
    start = struct.pack(">I4sI", offset + len(body), b"", 0x02100000) + b"mntrRGB XYZ " + bytes(12) + b"acsp"
    start = start.ljust(68, b"\0") + b"".join(map(number, white))
    return start.ljust(128, b"\0") + table + body
