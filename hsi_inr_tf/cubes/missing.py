"""Missing values: NaN in a HyperspectralImage, and whatever stands for them in a file."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hsi_inr_tf.errors import InputError

ROUNDED = 2e-6  # relative: codes as large as -3.40282e+38 are written with six digits
LARGE = 1e4  # from where on a code may be rounded


@dataclass(frozen=True)
class Missing:
    """What stands for a missing value in a file, all of it said of values as they are stored.

    `codes` are single values; what lies outside `valid` (lowest, highest) is missing too, and so are the
    pixels of `mask` [height, width]. NaN always is.
    """

    codes: tuple[float, ...] = ()
    valid: tuple[float, float] = (-np.inf, np.inf)
    mask: np.ndarray | None = None

    def says_anything(self) -> bool:
        return bool([code for code in self.codes if code == code]) or self.limits() or self.mask is not None

    def limits(self) -> bool:
        return self.valid != (-np.inf, np.inf)

    def among(self, values: np.ndarray) -> np.ndarray:
        """Where stored `values` of any shape are codes, or outside the valid range: bool of that shape."""
        found = np.zeros(values.shape, bool)
        for code in self.codes:
            if values.dtype.kind == "f" and abs(code) >= LARGE:
                with np.errstate(over="ignore", invalid="ignore"):
                    found |= np.abs(values.astype(np.float64) - code) <= ROUNDED * abs(code)
            elif values.dtype.kind == "f":
                found |= values == values.dtype.type(code)
            elif float(code).is_integer() and (
                np.iinfo(values.dtype).min <= code <= np.iinfo(values.dtype).max
            ):
                found |= values == values.dtype.type(int(code))
        if self.limits():
            found |= (values < self.valid[0]) | (values > self.valid[1])
        return found


def count(cube: np.ndarray) -> int:
    """How many values of a cube [height, width, bands] are missing: NaN, or not finite."""
    rows = max(1, (1 << 22) // max(1, cube[0].size))
    return sum(
        int(np.count_nonzero(~np.isfinite(cube[top : top + rows]))) for top in range(0, len(cube), rows)
    )


def refuse(cube: np.ndarray, source: object, purpose: str) -> None:
    """Raise InputError with their count if values of a cube [height, width, bands] are missing."""
    found = count(cube)
    if found:
        pixels = int(np.count_nonzero(~np.isfinite(cube).all(-1)))
        raise InputError(
            f"{source}: {found} of {cube.size} values are missing, in {pixels} pixels, expected none "
            f"{purpose}"
        )


def filled(values: np.ndarray, stand_in: float = 0.0) -> np.ndarray:
    """Values, with `stand_in` for the missing ones, as pictures show them."""
    return np.where(np.isfinite(values), values, np.float32(stand_in))


def percentile(values: np.ndarray, q: float | Sequence[float]) -> Any:
    """np.percentile of what is not missing; zeros where all is."""
    there = values[np.isfinite(values)]
    return np.percentile(there, q) if there.size else np.percentile([0.0], q)
