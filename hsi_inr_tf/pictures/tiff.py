"""TIFFs that Pillow reads wrongly or not at all: other than 8 bits, bands with roles, separate planes,
channels in pages, a place on the map.
"""

import base64
import io
import os
from importlib.util import find_spec
from typing import Any

import numpy as np

from hsi_inr_tf.annotations import PathLike
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.files.georeference import GDAL_CACHE, georeference_of, import_rasterio, quiet_rasterio
from hsi_inr_tf.optics.full_scale import full_scale

BITS, COMPRESSION, PHOTOMETRIC, SAMPLES = 258, 259, 262, 277  # tags of TIFF
PIXEL_SCALE, TRANSFORMATION, GDAL_METADATA = 33550, 34264, 42112  # of GeoTIFF and GDAL
HIGHEST = 281  # the tag in which some programs say the full scale of samples
ROWS = 256  # that are read at once
GREY = (0, 1)  # photometric interpretations
BANDS = ("red", "green", "blue")
SPECTRAL = (
    *BANDS,
    "nir",
    "near infrared",
    "near-infrared",
    "rededge",
    "red edge",
    "red-edge",
    "swir",
    "coastal",
)
UNSAID = ("gray", "undefined")


def is_special(image: Any) -> bool:
    """Whether an open Pillow image is one of them."""
    tags = image.tag_v2
    several = tags.get(SAMPLES, 1) > 1
    return (
        PIXEL_SCALE in tags
        or TRANSFORMATION in tags
        or (several and (GDAL_METADATA in tags or tags.get(PHOTOMETRIC) in GREY))
        or HIGHEST in tags
        or _is_compressed(tags)
        or max(tags.get(BITS, (8,))) > 8
    )


def _is_compressed(tags) -> bool:
    """Whether Pillow would give it to its libtiff, whose messages about damage go to the terminal."""
    plain = tags.get(PHOTOMETRIC) in (1, 2) and set(tags.get(BITS, (1,))) == {8}
    return plain and tags.get(COMPRESSION, 1) != 1 and find_spec("rasterio") is not None


def read(
    file: Any, path: PathLike, pages: list[int] | None = None, max_pixels: int | None = None
) -> tuple[np.ndarray, dict | None, bytes | None]:
    """Pixels [height, width, 3], uint8 or uint16 at their full scale, the georeference and the ICC profile.

    `file` is a path or holds the bytes of one; `path` is its name in errors. `pages` are those that hold red,
    green and blue, where they lie in pages. Raises InputError.
    """
    rasterio = import_rasterio()
    if isinstance(file, io.BytesIO):
        with rasterio.io.MemoryFile(file.getbuffer()) as memory:
            return _read(rasterio, memory.name, path, pages, max_pixels)
    return _read(rasterio, os.path.abspath(file), path, pages, max_pixels)


def _read(rasterio, name, path, pages, max_pixels):
    try:
        with rasterio.Env(GDAL_CACHEMAX=GDAL_CACHE), quiet_rasterio(rasterio):
            if pages:
                planes = [_opened(rasterio, name, path, max_pixels, page + 1)[0] for page in pages]
                if len({(plane.shape, plane.dtype) for plane in planes}) > 1:
                    raise InputError(
                        f"{path}: its pages differ in size, expected three channels of one picture"
                    )
                return np.stack([plane[..., 0] for plane in planes], axis=-1), None, None
            return _opened(rasterio, name, path, max_pixels)
    except rasterio.errors.RasterioError as error:
        raise InputError(f"{path} is no TIFF that can be read ({error})") from error


def _opened(rasterio, name, path, max_pixels, page=None):
    from PIL import Image

    with rasterio.open(f"GTIFF_DIR:{page}:{name}" if page else name, driver="GTiff") as file:
        if file.dtypes[0] not in ("uint8", "uint16"):
            raise InputError(
                f"{path} has {file.count} bands of {file.dtypes[0]}, expected 1 to 4 of uint8 or uint16"
            )
        if Image.MAX_IMAGE_PIXELS and file.height * file.width > 2 * Image.MAX_IMAGE_PIXELS:
            raise InputError(
                f"{path}: {file.height} x {file.width} pixels, refused as a decompression bomb (--max-pixels "
                "allows more)"
            )
        if max_pixels and file.height * file.width > max_pixels:
            raise InputError(
                f"{path} has {file.height} x {file.width} pixels, at most {max_pixels} are taken"
            )
        profile = file.tags(ns="COLOR_PROFILE").get("SOURCE_ICC_PROFILE")
        return _colours(file, path), georeference_of(file), base64.b64decode(profile) if profile else None


def _colours(file, path):
    from rasterio.enums import ColorInterp

    structure = file.tags(ns="IMAGE_STRUCTURE")
    space = structure.get("SOURCE_COLOR_SPACE", "CMYK" if ColorInterp.cyan in file.colorinterp else "RGB")
    if space not in ("RGB", "YCbCr"):
        raise InputError(
            f"{path} holds {space} colours, which need a profile to be understood: convert it to sRGB first"
        )
    if file.colorinterp[0] == ColorInterp.palette:
        palette = np.zeros((1 << 16, 3), np.uint8)
        for index, colour in file.colormap(1).items():
            palette[index] = colour[:3]
        return palette[file.read(1)]
    bands = _roles(file, path)
    full = np.array([_full_scale(file, band) for band in bands])
    pixels = np.empty((file.height, file.width, 3), file.dtypes[bands[0] - 1])
    largest, inverted = full_scale(pixels.dtype), structure.get("MINISWHITE") == "YES"
    rows = -(-ROWS // file.block_shapes[0][0]) * file.block_shapes[0][0]  # whole strips or tiles
    for top in range(0, file.height, rows):
        window = ((top, min(top + rows, file.height)), (0, file.width))
        part = file.read(bands, window=window).transpose(1, 2, 0)
        if (full != largest).any():
            part = _at_full_scale(part, full, path)
        pixels[top : top + rows] = largest - part if inverted else part
    return pixels


def _roles(file, path) -> list[int]:
    """The bands, counted from 1, that are red, green and blue, by their interpretation or description."""
    roles = [interpretation.name for interpretation in file.colorinterp]
    described = [(text or "").strip().lower() for text in file.descriptions]
    # GDAL calls any three bands of bytes red, green and blue, so that descriptions go first.
    said = described if any(text in SPECTRAL for text in described) else roles
    if all(said.count(name) == 1 for name in BANDS):
        return [said.index(name) + 1 for name in BANDS]
    if file.count <= 2 and roles[0] in UNSAID and said is roles:
        return [1, 1, 1]
    if file.count == 3 and set(roles) <= set(UNSAID) and said is roles:
        return [1, 2, 3]
    shown = ", ".join(text or role for text, role in zip(described, roles, strict=True))[:100]
    raise InputError(
        f"{path} has {file.count} bands ({shown}), expected three that are said to be red, green and blue"
    )


def _full_scale(file, band: int) -> int:
    """The largest value that the band's samples can have, as the file says it."""
    largest = full_scale(file.dtypes[band - 1])
    bits = file.tags(band, ns="IMAGE_STRUCTURE").get("NBITS")
    if bits:
        return 2 ** int(bits) - 1
    said = file.tags().get("TIFFTAG_MAXSAMPLEVALUE", "").split(" ")[0]
    # All bits of a number below the largest: a full scale, and not the largest value that happens to occur.
    return int(said) if said.isdigit() and 1 < int(said) < largest and _all_ones(int(said)) else largest


def _all_ones(value: int) -> bool:
    return value & (value + 1) == 0


def _at_full_scale(pixels, full, path):
    """Samples that reach `full` [3] as samples that reach what their type holds."""
    reached = pixels.reshape(-1, 3).max(axis=0)
    if (reached > full).any():
        raise InputError(f"{path} says that its values reach {full.min()}, but one is {reached.max()}")
    largest = full_scale(pixels.dtype)
    exact = pixels.astype(np.uint32) * np.uint32(largest) + full.astype(np.uint32) // 2
    return (exact // full.astype(np.uint32)).astype(pixels.dtype)
