"""Root mean square error."""

import numpy as np


def rmse(cube, predicted) -> float:
    """The root of the mean squared difference over all of [height, width, bands]."""
    return float(np.sqrt(np.square(np.asarray(cube, np.float64) - predicted).mean()))


def rmse_per_band(cube, predicted) -> np.ndarray:
    """The RMSE of every band on its own: [bands]."""
    return np.sqrt(np.square(np.asarray(cube, np.float64) - predicted).mean(axis=(0, 1)))
