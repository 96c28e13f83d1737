"""ICC profiles: from the colours that a picture's file means to sRGB."""

import io
from typing import TYPE_CHECKING

import numpy as np

from hsi_inr_tf.annotations import PathLike
from hsi_inr_tf.errors import InputError

if TYPE_CHECKING:
    from PIL import Image

SAME = 2  # levels of 255 by which sRGB may miss itself in a profile's round numbers


def to_srgb(image: "Image.Image", profile: bytes, path: PathLike) -> "Image.Image":
    """A Pillow image of 8 bits a channel, by its profile, as RGB. A damaged profile is ignored, unless the
    image is CMYK.
    """
    from PIL import ImageCms

    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        return image if converted is None else converted  # None only where it works in place
    except (ImageCms.PyCMSError, OSError) as error:
        if image.mode == "CMYK":
            raise InputError(f"{path}: its CMYK colour profile cannot be used ({error})") from error
        return image.convert("RGB")


def sixteen_bits_to_srgb(pixels: np.ndarray, profile: bytes | None, path: PathLike) -> np.ndarray:
    """uint16 [height, width, 3]: as they are where the profile is that of sRGB or there is none, otherwise as
    uint8.

    Eight bits are what the colour engine works with.
    """
    if not profile:
        return pixels
    from PIL import Image

    grey = profile[16:20] == b"GRAY"  # the header's colour space

    def converted(colours):  # uint8 [height, width, 3]
        return np.asarray(
            to_srgb(
                Image.fromarray(np.ascontiguousarray(colours[..., 0]) if grey else colours), profile, path
            )
        )

    levels = np.arange(0, 256, 15, dtype=np.uint8)
    greys = np.repeat(levels[:, None, None], 3, axis=2)
    colours = greys if grey else np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(-1, 1, 3)
    if np.abs(converted(colours).astype(int) - colours).max() <= SAME:
        return pixels
    return converted(((pixels + np.uint32(128)) // 257).astype(np.uint8))
