"""Pictures from files: what cameras, scanners and drawing programs write, as [height, width, 3]."""

import io
import logging
import warnings
from pathlib import Path

import numpy as np

from hsi_inr_tf.annotations import PathLike
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.extras import missing
from hsi_inr_tf.optics import srgb
from hsi_inr_tf.optics.full_scale import fractions
from hsi_inr_tf.pictures import png, primaries, raw, tiff, tiff_pages
from hsi_inr_tf.pictures.colour_profiles import sixteen_bits_to_srgb, to_srgb
from hsi_inr_tf.pictures.kinds import FORMATS, HEIF_SUFFIXES, RAW_SUFFIXES
from hsi_inr_tf.pictures.picture import Picture

# What Pillow says of a damaged file comes as an exception too.
logging.getLogger("PIL").addHandler(logging.NullHandler())
ORIENTATION = 274  # the tag's number in EXIF and TIFF
DNG = 50706  # the tag that makes a TIFF a camera's raw data
SINGLE = ("MPO", "TIFF", "HEIF")  # formats of which several pictures in a file are no sequence of frames


def read_image(path: PathLike) -> np.ndarray:
    """The picture in a file as float32 [height, width, 3] in [0, 1], sRGB-encoded. Raises InputError."""
    return _floats(read_picture(path))


def read_picture(path: PathLike) -> Picture:
    """The picture in a file: turned as its EXIF says, grey repeated thrice, its colours converted to sRGB
    where a profile, EXIF or the file itself says that they are others. Camera raw data are linear light.

    16 bits a channel are kept, unless they bring another profile than that of sRGB; other depths are brought
    to the full scale of 8 or 16 bits. Transparency is dropped. Refused: what does not say which of its bands
    or pages are red, green and blue, CMYK without a profile (its colours are anyone's guess), floating point,
    damaged files, and pictures beyond Pillow's limit for decompression bombs (see `allow_pixels`).
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path}: no such picture")
    if path.suffix.lower() in RAW_SUFFIXES:
        return raw.read(path)
    return _read(path, path, FORMATS)


def read_encoded(path: PathLike) -> np.ndarray:
    """The pixels that `read_picture` gives, sRGB-encoded, those of raw data too. Raises InputError."""
    picture = read_picture(path)
    if picture.encoding == "srgb":
        return picture.pixels
    return srgb.encoded_levels()[picture.pixels]


def decode_picture(data: bytes, name: str = "the picture", max_pixels: int | None = None) -> Picture:
    """A picture's file in memory, of any format but camera raw data; otherwise as `read_picture`.

    With more than `max_pixels` in its header it is refused before it is decoded. `name` is what errors call
    it.
    """
    return _read(io.BytesIO(data), name, FORMATS, max_pixels)


def decode_image(data: bytes, name: str = "the picture", max_pixels: int | None = None) -> np.ndarray:
    """What `decode_picture` gives, as float32 [height, width, 3] in [0, 1], sRGB-encoded."""
    return _floats(decode_picture(data, name, max_pixels))


def allow_pixels(count: int) -> None:
    """From now on read pictures of up to `count` pixels, of which more are taken for a decompression bomb."""
    from PIL import Image

    if count < 1:
        raise InputError(f"{count} pixels are no picture, expected at least 1 to be allowed")
    Image.MAX_IMAGE_PIXELS = -(-count // 2)  # Pillow refuses what has twice as many


def _floats(picture) -> np.ndarray:
    pixels = fractions(picture.pixels)
    return srgb.encode(pixels) if picture.encoding == "linear" else pixels


def _read(file, path, formats, max_pixels=None) -> Picture:
    """`file` is a path or holds the bytes of one; `path` is its name in errors."""
    from PIL import Image, UnidentifiedImageError

    if not _heif_is_known(path):
        formats = tuple(name for name in formats if name != "HEIF")
    try:
        with warnings.catch_warnings():
            # Twice the limit is an error, below it is a photograph; what is damaged is refused below.
            warnings.simplefilter("ignore")
            with Image.open(file, formats=formats) as image:
                if max_pixels and image.width * image.height > max_pixels:
                    raise InputError(
                        f"{path} has {image.height} x {image.width} pixels, at most {max_pixels} are taken"
                    )
                return _opened(image, file, path)
    except UnidentifiedImageError as error:
        if _start(file)[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
            return _from_tiff(file, path, None, 1, max_pixels)
        expected = ", ".join(formats)
        raise InputError(f"{path} is no picture that can be read, expected {expected}") from error
    except Image.DecompressionBombError as error:
        raise InputError(
            f"{path}: {str(error).split(',')[0].lower()}, refused as a decompression bomb (--max-pixels "
            "allows more)"
        ) from error
    except InputError:
        raise
    except Exception as error:  # Pillow's readers raise nearly anything on damaged files
        raise InputError(
            f"{path} is damaged ({' '.join(str(error).split()) or type(error).__name__})"
        ) from error


def _opened(image, file, path) -> Picture:
    """The picture in an open Pillow image."""
    from PIL import ImageOps

    if image.format == "PNG":
        return _from_png(image, file, path)
    if image.format == "TIFF":
        if DNG in image.tag_v2:
            raise InputError(f"{path} holds a camera's raw data, expected a file that ends in .dng")
        pages = _pages(file, path)
        if pages or tiff.is_special(image):
            space = primaries.exif_colour_space(image.getexif())
            return _from_tiff(file, path, space, image.tag_v2.get(ORIENTATION, 1))
    elif image.format not in SINGLE and getattr(image, "n_frames", 1) > 1:
        raise InputError(f"{path} holds {image.n_frames} frames, expected one picture")
    # Before the pixels, after which TIFF's file is closed.
    space = None if image.info.get("icc_profile") else primaries.exif_colour_space(image.getexif())
    image.load()
    ImageOps.exif_transpose(image, in_place=True)
    pixels = _as_srgb(image, path, image.info.get("icc_profile"))
    return Picture(primaries.to_srgb(pixels, space, path) if space else pixels)


def _from_png(image, file, path) -> Picture:
    from PIL import ImageOps

    data = file.getvalue() if isinstance(file, io.BytesIO) else Path(file).read_bytes()
    found = png.chunks(data, path)
    if getattr(image, "n_frames", 1) > 1:
        raise InputError(f"{path} holds {image.n_frames} frames, expected one picture")
    stated, profile = png.colour_space(found, path), image.info.get("icc_profile")
    if stated or not (profile or b"cICP" in found or b"sRGB" in found):
        space, profile = stated or primaries.exif_colour_space(image.getexif()), None
    else:
        space = None
    if b"cICP" in found:
        profile = None  # the code goes before the profile
    if png.bits(found) == 16:
        pixels = sixteen_bits_to_srgb(png.sixteen_bits(data, found), profile, path)
        pixels = _turned(pixels, image.getexif().get(ORIENTATION, 1))
    else:
        image.load()
        ImageOps.exif_transpose(image, in_place=True)
        pixels = _as_srgb(image, path, profile)
    return Picture(primaries.to_srgb(pixels, space, path) if space else pixels)


def _start(file) -> bytes:
    if isinstance(file, io.BytesIO):
        return file.getvalue()[:4]
    with open(file, "rb") as opened:
        return opened.read(4)


def _heif_is_known(path) -> bool:
    """Teach Pillow HEIC, where pillow-heif is installed; InputError for a file called so where it is not."""
    try:
        import pillow_heif
    except ImportError as error:
        if Path(path).suffix.lower() in HEIF_SUFFIXES:
            raise InputError(f"{path} is HEIC: {missing('pillow_heif')}") from error
        return False
    pillow_heif.register_heif_opener()
    return True


def _pages(file, path) -> list[int] | None:
    """The pages that hold red, green and blue, if they lie in pages."""
    if isinstance(file, io.BytesIO):
        return tiff_pages.channels(tiff_pages.pages(file, path), path)
    with open(file, "rb") as opened:
        return tiff_pages.channels(tiff_pages.pages(opened, path), path)


def _as_srgb(image, path, profile: bytes | None) -> np.ndarray:
    """A Pillow image of any mode, with its ICC profile, as uint8 or uint16 [height, width, 3]."""
    if image.mode in ("I;16", "I;16B", "I"):
        return _grey16(np.asarray(image), path)
    if image.mode == "F":
        raise InputError(f"{path} holds floating point values, expected 8 or 16 bits a channel")
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


def _from_tiff(file, path, space, orientation, max_pixels=None) -> Picture:
    from PIL import Image

    pixels, place, profile = tiff.read(file, path, _pages(file, path), max_pixels)
    if profile and pixels.dtype == np.uint8:
        pixels = np.asarray(to_srgb(Image.fromarray(pixels), profile, path))
    elif profile:
        pixels = sixteen_bits_to_srgb(pixels, profile, path)
    elif space:
        pixels = primaries.to_srgb(pixels, space, path)
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
