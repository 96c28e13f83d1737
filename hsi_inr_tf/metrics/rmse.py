"""Root mean square error."""

import numpy as np


def rmse(cube: np.ndarray, predicted: np.ndarray) -> float:
    """The root of the mean squared difference over all of [height, width, bands]."""
    return float(np.sqrt(np.square(np.asarray(cube, np.float64) - predicted).mean()))


def rmse_per_band(cube: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """The RMSE of every band on its own: [bands]."""
    return np.sqrt(np.square(np.asarray(cube, np.float64) - predicted).mean(axis=(0, 1)))
