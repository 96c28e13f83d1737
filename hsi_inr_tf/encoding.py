"""Periodic spatial encoding gamma(p) of a position p = (x, y): Eq. 7-8 of arXiv 2112.10541, and where p is
measured.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from keras import ops

from hsi_inr_tf.annotations import Tensor


def angular_frequencies(count: int, variant: str = "paper") -> list[float]:
    """The angular frequency of each gamma_k, k = 0 .. count-1.

    `paper` is Eq. 7, 2^k pi. `released` is the authors' code, 2^k pi/2 (its two frequencies are pi/2 and pi).
    """
    base = {"paper": math.pi, "released": math.pi / 2}[variant]
    return [base * 2**k for k in range(count)]


def gamma(p: Tensor, frequencies: Sequence[float]) -> Tensor:
    """Encode positions p [..., 2] = (x, y) as [..., 4 len(frequencies)]: for each w, cos wx, sin wx, cos wy,
    sin wy.
    """
    x, y = p[..., 0:1], p[..., 1:2]
    terms = [
        term for w in frequencies for term in (ops.cos(w * x), ops.sin(w * x), ops.cos(w * y), ops.sin(w * y))
    ]
    return ops.concatenate(terms, axis=-1)


def patch_position(pixel: Tensor, side: Any) -> Tensor:
    """Patch-relative coordinate of pixel index `pixel` (may be fractional) on an axis of `side` pixels: pixel
    / side.
    """
    return pixel / side


def cell_position(pixel: Tensor, cell: int) -> tuple[Tensor, Tensor]:
    """(cell index, cell-relative coordinate in [0, 1)) of pixel index `pixel` (may be fractional; centres are
    integers).
    """
    position = (pixel + 0.5) / cell
    index = ops.floor(position)
    return ops.cast(index, "int32"), position - index


def cell_lattice(cell: int) -> np.ndarray:
    """Cell-relative (x, y) of the pixel centres of one cell, row by row: float32 [cell * cell, 2]."""
    centres = (np.arange(cell, dtype=np.float32) + 0.5) / cell
    y, x = np.meshgrid(centres, centres, indexing="ij")
    return np.stack([x, y], axis=-1).reshape(-1, 2)


def patch_lattice(height: int, width: int) -> np.ndarray:
    """Patch-relative (x, y) of every pixel: float32 [height, width, 2]."""
    y, x = np.meshgrid(np.arange(height) / height, np.arange(width) / width, indexing="ij")
    return np.stack([x, y], axis=-1).astype(np.float32)
