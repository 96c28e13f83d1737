"""Where the pixels of a result lie on the picture that it is computed from, and the picture between its
pixels. Pixel centres are integers.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from hsi_inr_tf.inference import tiling

if TYPE_CHECKING:
    from hsi_inr_tf.inference.tiling import Span


def scaled_size(shape: tuple[int, ...], scale: float) -> tuple[int, int]:
    """(height, width) of a picture of `shape` evaluated at `scale`, one pixel at least."""
    return max(1, round(shape[0] * scale)), max(1, round(shape[1] * scale))


def positions(length: int, outputs: int, span: "Span") -> np.ndarray:
    """Where the outputs that `span` keeps lie on the picture's axis of `length` pixels: pixel centres are
    integers.
    """
    centres = (np.arange(outputs) + 0.5) * (length / outputs) - 0.5
    first, last = np.searchsorted(centres + 0.5, (span.first, span.last))
    return centres[first:last].astype(np.float32)


def within(places: np.ndarray, span: "Span", length: int) -> np.ndarray:
    """Which of the `places` along an axis of `length` pixels `span` keeps."""
    # The picture's last pixel owns its far border too.
    return (places + 0.5 >= span.first) & ((places + 0.5 < span.last) | (span.last == length))


def bilinear(
    rgb: np.ndarray,
    rows: np.ndarray,
    columns: np.ndarray,
    decode: Callable[[np.ndarray], np.ndarray] | None = None,
) -> np.ndarray:
    """The picture [height, width, 3] at fractional (rows, columns), which broadcast; its edge is repeated
    beyond.
    """
    rows, columns = np.clip(rows, 0, rgb.shape[0] - 1), np.clip(columns, 0, rgb.shape[1] - 1)
    top, left = np.floor(rows).astype(int), np.floor(columns).astype(int)
    if np.array_equal(top, rows) and np.array_equal(left, columns):
        return tiling.to_float(rgb[top, left], decode)
    y, x = (rows - top)[..., None].astype(np.float32), (columns - left)[..., None].astype(np.float32)
    below, right = np.minimum(top + 1, rgb.shape[0] - 1), np.minimum(left + 1, rgb.shape[1] - 1)
    corners = [tiling.to_float(rgb[r, c], decode) for r in (top, below) for c in (left, right)]
    return (corners[0] * (1 - x) + corners[1] * x) * (1 - y) + (corners[2] * (1 - x) + corners[3] * x) * y
