"""What stands for 1 in a picture's samples."""

from typing import Any

import numpy as np


def full_scale(kind: Any) -> int:
    """That of a data type: the largest value of an unsigned integer, 1 where values are fractions already."""
    kind = np.dtype(kind)
    return int(np.iinfo(kind).max) if kind.kind == "u" else 1


def fractions(pixels: np.ndarray) -> np.ndarray:
    """Samples of any data type as float32, of which 1 is the full scale."""
    floats = np.asarray(pixels, np.float32)
    scale = full_scale(pixels.dtype)
    return floats if scale == 1 else floats / np.float32(scale)
