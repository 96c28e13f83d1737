"""Pictures from files: what cameras, scanners and drawing programs write, as sRGB [height, width, 3]."""

import io
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.pictures import tiff
from hsi_inr_tf.pictures.colour_profiles import sixteen_bits_to_srgb, to_srgb

SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp")
ORIENTATION = 274  # the tag's number in EXIF and TIFF
FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "WEBP")  # Pillow's names


@dataclass(frozen=True)
class Picture:
    """`pixels` [height, width, 3], unsigned integers or floats in [0, 1], encoded as `encoding` says, "srgb"
    or "linear"; `georeference` as HyperspectralImage has it.
    """

    pixels: np.ndarray
    georeference: dict | None = None
    encoding: str = "srgb"


def as_picture(source, encoding: str = "srgb") -> Picture:
    """A Picture from a file's path, a Picture, or an array in `encoding`: [height, width], grey, or [height,
    width, 3 or 4], of which transparency is dropped; unsigned integers or floats in [0, 1]. Raises
    InputError.
    """
    if isinstance(source, Picture):
        return source
    if isinstance(source, str | Path):
        return read_picture(source)
    pixels = np.asarray(source)
    if pixels.ndim == 2 or pixels.shape[2:] == (1,):
        pixels = np.repeat(pixels.reshape(*pixels.shape[:2], 1), 3, axis=2)
    if pixels.ndim != 3 or pixels.shape[2] not in (3, 4) or 0 in pixels.shape:
        raise InputError(f"a picture of shape {pixels.shape}, expected [height, width, 3]")
    return Picture(_checked_values(pixels[..., :3]), encoding=encoding)


def _checked_values(pixels):
    if pixels.dtype.kind == "u":
        return pixels
    if pixels.dtype.kind not in "fib":
        raise InputError(f"a picture of {pixels.dtype}, expected unsigned integers or floats in [0, 1]")
    pixels = np.asarray(pixels, np.float32)
    if not np.isfinite(pixels).all():
        raise InputError("the picture holds values that are not numbers")
    if pixels.min() < 0 or pixels.max() > 1:
        raise InputError(
            f"the picture's values span {pixels.min():g} to {pixels.max():g}, expected [0, 1] (or unsigned "
            "integers)"
        )
    return pixels


def read_image(path) -> np.ndarray:
    """The picture in a file as float32 [height, width, 3] in [0, 1], sRGB-encoded. Raises InputError."""
    pixels = read_picture(path).pixels
    return pixels.astype(np.float32) / np.float32(np.iinfo(pixels.dtype).max)


def find_images(paths) -> list[Path]:
    """The files among `paths`, and the pictures in the folders among them, sorted by name."""
    found = []
    for path in map(Path, paths):
        if path.is_dir():
            inside = sorted(p for p in path.iterdir() if p.suffix.lower() in SUFFIXES)
            if not inside:
                raise InputError(
                    f"{path}: no pictures in this folder, expected files ending in {' '.join(SUFFIXES)}"
                )
            found += inside
        elif path.is_file():
            found.append(path)
        else:
            raise InputError(f"{path}: no such file or folder")
    return found


def read_picture(path) -> Picture:
    """The picture in a file: turned as its EXIF says, its colours converted to sRGB by its ICC profile, grey
    repeated thrice.

    16-bit PNG and TIFF keep their 16 bits, unless they bring another profile than that of sRGB. Transparency
    is dropped. Refused: CMYK without a profile (its colours are anyone's guess), floating point, pictures
    beyond Pillow's limit for decompression bombs.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path}: no such picture")
    return _read(path, path, FORMATS)


def decode_image(data: bytes, name: str = "the picture", max_pixels: int | None = None) -> np.ndarray:
    """A PNG or JPEG file in memory as float32 [height, width, 3] in [0, 1]; otherwise as `read_image`.

    With more than `max_pixels` in its header it is refused before it is decoded. `name` is what errors call
    it.
    """
    pixels = _read(io.BytesIO(data), name, ("PNG", "JPEG"), max_pixels).pixels
    return pixels.astype(np.float32) / np.float32(np.iinfo(pixels.dtype).max)


def _read(file, path, formats, max_pixels=None) -> Picture:
    """`file` is a path or holds the bytes of one; `path` is its name in errors."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            # Twice the limit is an error, below it is a photograph.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(file, formats=formats) as image:
                if max_pixels and image.width * image.height > max_pixels:
                    raise InputError(
                        f"{path} has {image.height} x {image.width} pixels, at most {max_pixels} are taken"
                    )
                if image.format == "TIFF" and tiff.is_special(image):
                    return _from_tiff(path, image.tag_v2.get(ORIENTATION, 1))
                data = file.getvalue() if isinstance(file, io.BytesIO) else None
                if image.format == "PNG" and _png_bits(path, data) == 16:
                    pixels = sixteen_bits_to_srgb(_png16(path, data), image.info.get("icc_profile"), path)
                    return Picture(_turned(pixels, image.getexif().get(ORIENTATION, 1)))
                image.load()
                ImageOps.exif_transpose(image, in_place=True)
                return Picture(_as_srgb(image, path))
    except UnidentifiedImageError as error:
        if "TIFF" in formats and path.suffix.lower() in (".tif", ".tiff"):
            return _from_tiff(path)
        raise InputError(
            f"{path} is no picture that can be read, expected {', '.join(formats[:-1])} or {formats[-1]}"
        ) from error
    except Image.DecompressionBombError as error:
        raise InputError(
            f"{path}: {str(error).split(',')[0].lower()}, refused as a decompression bomb"
        ) from error
    except InputError:
        raise
    except (OSError, SyntaxError, ValueError) as error:
        raise InputError(f"{path} is damaged ({error})") from error


def _as_srgb(image, path) -> np.ndarray:
    """A Pillow image of any mode as uint8 or uint16 [height, width, 3]."""
    if image.mode in ("I;16", "I;16B", "I"):
        return _grey16(np.asarray(image), path)
    if image.mode == "F":
        raise InputError(f"{path} holds floating point values, expected 8 or 16 bits a channel")
    profile = image.info.get("icc_profile")
    if image.mode in ("P", "PA", "RGBA", "RGBa"):
        image = image.convert("RGBA").convert("RGB")  # by way of RGBA: palettes may hold transparency
    elif image.mode in ("LA", "La", "1"):
        image = image.convert("L")
    if image.mode == "CMYK" and not profile:
        raise InputError(
            f"{path} is CMYK without a colour profile, so its colours are not known: convert it to sRGB first"
        )
    if profile:
        image = to_srgb(image, profile, path)
    return _pixels(image if image.mode == "RGB" else image.convert("RGB"))


def _pixels(image) -> np.ndarray:
    """An RGB Pillow image as uint8 [height, width, 3]; in parts, as Pillow makes two more copies of what it
    hands over.
    """
    pixels = np.empty((image.height, image.width, 3), np.uint8)
    for top in range(0, image.height, 256):
        bottom = min(top + 256, image.height)
        pixels[top:bottom] = image.crop((0, top, image.width, bottom))
    return pixels


def _grey16(values, path):
    if values.min() < 0 or values.max() > 65535:
        raise InputError(
            f"{path} holds values from {values.min()} to {values.max()}, expected 8 or 16 bits a channel"
        )
    return np.repeat(values.astype(np.uint16)[..., None], 3, axis=2)


def _png_bits(path, data=None) -> int:
    if data is None:
        with open(path, "rb") as file:
            data = file.read(25)
    return data[24]  # IHDR: signature 8, length 4, name 4, width 4, height 4, depth 1


def _png16(path, data=None) -> np.ndarray:
    """16-bit PNG; Pillow would cut colour to 8 bits."""
    try:
        import tensorflow as tf
    except ImportError as error:
        raise InputError(
            f"{path} is a 16-bit PNG, which needs tensorflow to be read: pip install tensorflow"
        ) from error
    try:
        return tf.io.decode_png(
            path.read_bytes() if data is None else data, channels=3, dtype=tf.uint16
        ).numpy()
    except tf.errors.InvalidArgumentError as error:
        raise InputError(f"{path} is damaged (not a PNG)") from error


def _from_tiff(path, orientation=1) -> Picture:
    pixels, place = tiff.read(path)
    # What lies on the map says itself where its rows lie.
    return Picture(_turned(pixels, 1 if place else orientation), place)


def _turned(pixels, orientation) -> np.ndarray:
    """Pixels [height, width, 3] as EXIF's `orientation` says, which Pillow does for its own images."""
    if orientation in (5, 6, 7, 8):  # the first row of the file is a column of the picture
        pixels = pixels.transpose(1, 0, 2)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return np.ascontiguousarray(pixels)
