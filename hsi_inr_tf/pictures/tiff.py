"""TIFFs that Pillow reads wrongly or not at all: 16 bits a channel, separate planes, a place on the map."""

import base64
import os
import warnings

import numpy as np

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.files.georeference import georeference_of, import_rasterio
from hsi_inr_tf.pictures.colour_profiles import sixteen_bits_to_srgb

BITS, PIXEL_SCALE, TRANSFORMATION = 258, 33550, 34264  # tags of TIFF and GeoTIFF


def is_special(image) -> bool:
    """Whether an open Pillow image is one of them."""
    tags = image.tag_v2
    return PIXEL_SCALE in tags or TRANSFORMATION in tags or max(tags.get(BITS, (8,))) > 8


def read(path) -> tuple[np.ndarray, dict | None]:
    """Pixels [height, width, 3], uint8 or uint16, sRGB-encoded, and the georeference. Raises InputError."""
    from PIL import Image

    rasterio = import_rasterio()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
            with rasterio.open(os.path.abspath(path), driver="GTiff") as file:
                if file.dtypes[0] not in ("uint8", "uint16") or file.count not in (1, 2, 3, 4):
                    raise InputError(
                        f"{path} has {file.count} bands of {file.dtypes[0]}, expected 1 to 4 of uint8 or "
                        "uint16"
                    )
                if file.height * file.width > 2 * Image.MAX_IMAGE_PIXELS:
                    raise InputError(
                        f"{path}: {file.height} x {file.width} pixels, refused as a decompression bomb"
                    )
                return _colours(file, path), georeference_of(file)
    except rasterio.errors.RasterioError as error:
        raise InputError(f"{path} is no TIFF that can be read ({error})") from error


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
    pixels = file.read([1, 2, 3] if file.count > 2 else [1, 1, 1]).transpose(1, 2, 0)
    if structure.get("MINISWHITE") == "YES":
        pixels = np.iinfo(pixels.dtype).max - pixels
    if pixels.dtype != np.uint16:
        return pixels  # a profile on an 8-bit map is rare, and maps' colours are none to be matched
    profile = file.tags(ns="COLOR_PROFILE").get("SOURCE_ICC_PROFILE")
    return sixteen_bits_to_srgb(pixels, base64.b64decode(profile) if profile else None, path)
