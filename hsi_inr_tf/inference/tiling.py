"""Which windows of a picture a model is run on, and which part of each answer is kept."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.optics.full_scale import fractions

if TYPE_CHECKING:
    from hsi_inr_tf.inference.engines import Engine
    from hsi_inr_tf.trained.description import ModelDescription

# Pixels, seen or made: larger pictures are tiled unless the model depends on the whole picture.
WHOLE = 1 << 18
WINDOW = (
    456  # the side of a tile with what it sees around it: much larger ones take more memory, not less time
)
MARGINS = 4  # at least so many margins fit into a window of fixed sides, so that half of it is kept


@dataclass(frozen=True)
class Span:
    """Along one axis: the model sees [start, stop), which may reach beyond the picture; [first, last) of its
    answer is kept.
    """

    start: int
    stop: int
    first: int
    last: int


def extended(length: int, stride: int) -> int:
    """`length` rounded up to a multiple of `stride`."""
    return -(-length // stride) * stride


def whole(length: int, stride: int) -> list[Span]:
    """The one span that covers the axis."""
    return [Span(0, extended(length, stride), 0, length)]


def tiles(length: int, tile: int, halo: int, stride: int) -> list[Span]:
    """Spans that keep `tile` pixels each and see `halo` more on both sides, clipped to the extended picture.

    Starts are multiples of the stride, so that every cell of a tiled run is a cell of the whole run.
    """
    tile, halo, end = extended(tile, stride), extended(halo, stride), extended(length, stride)
    return [
        Span(max(0, first - halo), min(end, first + tile + halo), first, min(length, first + tile))
        for first in range(0, length, tile)
    ]


def fixed(length: int, side: int, halo: int, stride: int) -> list[Span]:
    """Spans of just `side` pixels (a multiple of the stride), shifted to lie inside the extended picture.

    Where they meet, each keeps what lies at least `halo` inside it.
    """
    end = max(side, extended(length, stride))
    step = extended(max(stride, side - 2 * halo), stride)
    starts = [*range(0, end - side, step), end - side]
    joints = [start + side - halo for start in starts[:-1]]
    return [
        Span(start, start + side, first, last)
        for start, first, last in zip(
            starts, [0, *joints], [*(min(j, length) for j in joints), length], strict=True
        )
        if first < last
    ]


def cut(
    picture: np.ndarray, rows: Span, columns: Span, decode: Callable[[np.ndarray], np.ndarray] | None = None
) -> np.ndarray:
    """The window of `picture` [height, width, 3] as float32 in [0, 1], see `to_float`; beyond the picture its
    edge is repeated.
    """
    height, width, _ = picture.shape
    window = picture[rows.start : min(rows.stop, height), columns.start : min(columns.stop, width)]
    below, right = rows.stop - rows.start - window.shape[0], columns.stop - columns.start - window.shape[1]
    window = to_float(window, decode)
    if below or right:
        window = np.pad(window, ((0, below), (0, right), (0, 0)), mode="edge")
    return window


def to_float(picture: np.ndarray, decode: Callable[[np.ndarray], np.ndarray] | None = None) -> np.ndarray:
    """float32; unsigned integers are divided by their largest value. `decode` is then applied unless it is
    None.
    """
    picture = fractions(picture)
    return picture if decode is None else decode(picture)


def least_side(model: "ModelDescription") -> int | None:
    """The least side, 128 at least, of a fixed window that holds what `model` sees around a tile: tiles then
    make a larger picture exactly. None for models that see all of a picture.
    """
    return None if model.halo is None else max(128, MARGINS * extended(model.halo, model.stride))


class Plan:
    """The windows for a picture: `rows` and `columns` of spans; `exact` if the result equals that of the
    whole picture at once.
    """

    def __init__(self, engine: "Engine", shape: tuple[int, ...], tile: int | None, scale: float) -> None:
        height, width, _ = shape
        description, stride = engine.description, engine.description.stride
        halo = description.halo
        self.tile, self.exact = None, True
        if tile is not None and tile < 1:
            raise InputError(f"tile {tile} must be positive")
        if engine.fixed_shape:
            tall, wide = engine.fixed_shape
            limits = [side // MARGINS // stride * stride for side in (tall, wide)]
            margins = [extended(limit if halo is None else min(halo, limit), stride) for limit in limits]
            self.exact = halo is not None and margins[0] >= halo and margins[1] >= halo
            self.rows = fixed(height, tall, margins[0], stride)
            self.columns = fixed(width, wide, margins[1], stride)
            return
        if tile is None and height * width * max(1.0, scale) ** 2 > WHOLE and halo is not None:
            # What comes out stays below WHOLE.
            side = min(max(256, WINDOW - 2 * halo), WHOLE**0.5 / scale)
            tile = max(stride, int(side) // stride * stride)
        if tile is None:
            self.rows, self.columns = whole(height, stride), whole(width, stride)
            return
        self.tile = extended(int(tile), stride)
        self.exact = halo is not None
        # Between pixels a window also needs its neighbour's outermost pixels. Models that see everything get
        # a quarter tile.
        halo = max(halo, stride) if halo is not None else self.tile // 4
        self.rows = tiles(height, self.tile, halo, stride)
        self.columns = tiles(width, self.tile, halo, stride)
