"""A picture in memory, and what people have that becomes one: a path, an array, a Pillow image."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hsi_inr_tf.annotations import PathLike
from hsi_inr_tf.errors import InputError


@dataclass(frozen=True)
class Picture:
    """`pixels` [height, width, 3], uint8 or uint16 at their full scale or floats in [0, 1], encoded as
    `encoding` says, "srgb" or "linear"; `georeference` as HyperspectralImage has it.
    """

    pixels: np.ndarray
    georeference: dict | None = None
    encoding: str = "srgb"


Source = PathLike | Picture | np.ndarray  # what as_picture takes


def as_picture(source: Any, encoding: str = "srgb") -> Picture:
    """A Picture from a file's path, a Picture, or an array in `encoding`: [height, width], grey, or [height,
    width, 3 or 4], of which transparency is dropped; uint8, uint16, or floats in [0, 1]. Raises InputError.
    """
    from hsi_inr_tf.pictures.images import read_picture

    if isinstance(source, Picture):
        return source
    if isinstance(source, str | Path):
        return read_picture(source)
    if hasattr(source, "getbands") and source.mode not in ("L", "RGB", "I;16"):
        source = source.convert("RGBA").convert("RGB")  # of a Pillow image, whose palette holds the colours
    try:
        pixels = np.asarray(source)
    except ValueError as error:  # lists of different lengths
        raise InputError(
            f"a {type(source).__name__} is no picture ({error}), expected [height, width, 3]"
        ) from error
    if pixels.ndim == 2 or pixels.shape[2:] == (1,):
        pixels = np.repeat(pixels.reshape(*pixels.shape[:2], 1), 3, axis=2)
    if pixels.ndim != 3 or pixels.shape[2] not in (3, 4) or 0 in pixels.shape:
        raise InputError(f"a picture of shape {pixels.shape}, expected [height, width, 3]")
    return Picture(_checked_values(pixels[..., :3]), encoding=encoding)


def _checked_values(pixels):
    if pixels.dtype in (np.uint8, np.uint16):
        return pixels
    if pixels.dtype.kind not in "fb":
        raise InputError(
            f"a picture of {pixels.dtype}, which does not say what stands for 1: expected uint8, uint16, or "
            "floats in [0, 1]"
        )
    pixels = np.asarray(pixels, np.float32)
    if not np.isfinite(pixels).all():
        raise InputError("the picture holds values that are not numbers")
    if pixels.min() < 0 or pixels.max() > 1:
        raise InputError(
            f"the picture's values span {pixels.min():g} to {pixels.max():g}, expected [0, 1] (or uint8 or "
            "uint16)"
        )
    return pixels
