"""How far an exported model is from the one in Keras: the numbers it gives, what they cost against truth,
size and time.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from hsi_inr_tf.annotations import PathLike
from hsi_inr_tf.errors import InputError

if TYPE_CHECKING:
    from hsi_inr_tf.inference.engines import Engine

LOSS = 0.3  # dB of PSNR; a quantisation that loses more is not recommended
METRICS = ("psnr", "ssim", "sam")


@dataclass(frozen=True)
class Parity:
    """One exported model beside Keras on the same windows.

    `largest` and `rms` are differences of relative radiance, `relative` is `largest` over the largest value
    that Keras gave. `change` is the model's score minus Keras's, per metric of protocol full; None without
    truth. `milliseconds` are by threads.
    """

    name: str
    bytes: int
    largest: float
    rms: float
    relative: float
    change: dict[str, float] | None
    milliseconds: dict[int, float]

    @property
    def recommended(self) -> bool:
        return bool(np.isfinite(self.largest)) and (self.change is None or self.change["psnr"] >= -LOSS)


def compare(
    name: str,
    path: PathLike,
    reference: Callable,
    engine: "Engine",
    pictures: Iterable,
    milliseconds: dict[int, float],
) -> Parity:
    """Compare `engine`, which runs the model at `path`, with `reference` on `pictures`: pairs (rgb, cube or
    None).

    Both are called with rgb [1, height, width, 3]. An engine of fixed shape sees every picture cut into a
    grid of such windows, and so does the reference: what is compared is the model, not how tiles are joined.
    """
    from hsi_inr_tf.metrics import score

    largest = peak = squares = 0.0
    count, changes = 0, []
    for rgb, cube in pictures:
        for window in _grid(rgb.shape, engine.fixed_shape, engine.description.stride):
            expected = np.asarray(reference(rgb[window][None]))[0]
            actual = np.asarray(engine(rgb[window][None]))[0]
            difference = np.abs(actual - expected)
            largest = float(np.maximum(largest, difference.max()))  # unlike max, keeps what is not a number
            peak = float(np.maximum(peak, np.abs(expected).max()))
            squares += float(np.square(difference, dtype=np.float64).sum())
            count += difference.size
            if cube is not None:
                before, after = score(cube[window], expected), score(cube[window], actual)
                changes.append([after[metric] - before[metric] for metric in METRICS])
    if not count:
        height, width = engine.fixed_shape or (engine.description.stride,) * 2
        raise InputError(
            f"{path} needs pictures of at least {height}x{width} to be compared on, and there is none"
        )
    change = dict(zip(METRICS, np.nanmean(changes, axis=0).tolist(), strict=True)) if changes else None
    return Parity(name, size(path), largest, (squares / count) ** 0.5, largest / peak, change, milliseconds)


def size(path: PathLike) -> int:
    """Bytes of a file, or of all files below a folder."""
    path = Path(path)
    if path.is_file():
        return path.stat().st_size
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


def table(rows: Iterable[Parity]) -> str:
    """The comparison as text, a row a model."""
    rows = list(rows)
    threads = sorted({count for row in rows for count in row.milliseconds})
    width = max(len(row.name) for row in rows)
    head = (
        f"{'':<{width}} {'MB':>6} {'max diff':>9} {'rms diff':>9} {'relative':>9} {'dPSNR dB':>9} "
        f"{'dSSIM':>8} {'dSAM deg':>9}"
    )
    lines = [head + "".join(f" {f'ms, {count} thr.':>11}" for count in threads)]
    for row in rows:
        change = row.change or {}
        cells = [
            f"{change[metric]:+{form}}" if metric in change else "-"
            for metric, form in zip(METRICS, ("9.3f", "8.4f", "9.3f"), strict=True)
        ]
        line = (
            f"{row.name:<{width}} {row.bytes / 1e6:6.2f} {row.largest:9.1e} {row.rms:9.1e} "
            f"{row.relative:9.1e} "
        )
        line += f"{cells[0]:>9} {cells[1]:>8} {cells[2]:>9}"
        line += "".join(
            f" {row.milliseconds[count]:11.1f}" if count in row.milliseconds else f" {'-':>11}"
            for count in threads
        )
        why = f"loses more than {LOSS} dB" if np.isfinite(row.largest) else "its answers are not finite"
        lines.append(line + ("" if row.recommended else f"  not recommended: {why}"))
    return "\n".join(lines)


def _grid(shape, fixed, stride):
    """Windows (slices of rows and columns) of a picture: those of a fixed shape, or one as large as the
    stride allows.
    """
    height, width = fixed or (shape[0] // stride * stride, shape[1] // stride * stride)
    if not height or not width:
        return []
    return [
        np.s_[top : top + height, left : left + width]
        for top in range(0, shape[0] - height + 1, height)
        for left in range(0, shape[1] - width + 1, width)
    ]
