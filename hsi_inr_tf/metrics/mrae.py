"""Mean relative absolute error."""

import numpy as np


def mrae(cube: np.ndarray, predicted: np.ndarray, floor: float = 1e-4) -> float:
    """Mean of |difference| / max(cube, floor) over all of [height, width, bands].

    With `floor` 0 the ratio is |difference| / cube; values where the cube is 0 have none and are left out.
    """
    return float(_mean_ratio(cube, predicted, floor, None))


def mrae_per_band(cube: np.ndarray, predicted: np.ndarray, floor: float = 1e-4) -> np.ndarray:
    """The MRAE of every band on its own: [bands]; NaN for a band without a ratio."""
    return _mean_ratio(cube, predicted, floor, (0, 1))


def _mean_ratio(cube, predicted, floor, axes):
    cube = np.asarray(cube, np.float64)
    difference = np.abs(cube - predicted)
    if floor > 0:
        return (difference / np.maximum(cube, floor)).mean(axis=axes)
    ratio = np.divide(difference, cube, out=np.zeros_like(cube), where=cube != 0)
    with np.errstate(invalid="ignore"):
        return ratio.sum(axis=axes) / np.count_nonzero(cube, axis=axes)
