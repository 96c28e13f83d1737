"""Cameras' raw data (extra raw): linear light, by the camera's own matrix and white balance."""

import numpy as np

from hsi_inr_tf.annotations import PathLike
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.extras import missing
from hsi_inr_tf.pictures.picture import Picture


def read(path: PathLike) -> Picture:
    """The picture in a raw file: uint16, linear, with the primaries of sRGB. Raises InputError."""
    from PIL import Image

    try:
        import rawpy
    except ImportError as error:
        raise InputError(f"{path} is a camera's raw data: {missing('rawpy')}") from error
    try:
        with rawpy.imread(str(path)) as file:
            sizes = file.sizes
            if Image.MAX_IMAGE_PIXELS and sizes.height * sizes.width > 2 * Image.MAX_IMAGE_PIXELS:
                raise InputError(
                    f"{path}: {sizes.height} x {sizes.width} pixels, refused as a decompression bomb "
                    "(--max-pixels allows more)"
                )
            pixels = file.postprocess(
                output_color=rawpy.ColorSpace.sRGB,
                output_bps=16,
                gamma=(1, 1),
                no_auto_bright=True,
                adjust_maximum_thr=0.0,  # the stated white, not the brightest value that occurs
                use_camera_wb=True,
            )
    except (rawpy.LibRawError, OSError, ValueError) as error:
        raise InputError(f"{path} is no raw data that can be read ({error})") from error
    return Picture(np.ascontiguousarray(pixels), encoding="linear")
