"""Spectral angle (Eq. 14), in degrees."""

import numpy as np


def sam_map(cube: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """The angle between true and predicted spectrum of every pixel: [..., bands] x 2 -> [...].

    Written with atan2 of the difference and sum of the unit spectra, which, unlike arccos, is exact near 0:
    equal spectra give 0. Where a spectrum is black the angle is 0 or 90, and means nothing: `sam` leaves such
    pixels out.
    """
    first, second = _unit(cube), _unit(predicted)
    return np.degrees(
        2.0 * np.arctan2(np.linalg.norm(first - second, axis=-1), np.linalg.norm(first + second, axis=-1))
    )


def sam(cube: np.ndarray, predicted: np.ndarray) -> float:
    """Mean spectral angle over the pixels where neither spectrum is black; NaN if there are none."""
    lit = np.any(cube, axis=-1) & np.any(predicted, axis=-1)
    return float(sam_map(cube[lit], predicted[lit]).mean()) if lit.any() else float("nan")


def _unit(spectra):
    spectra = np.asarray(spectra, np.float64)
    norm = np.linalg.norm(spectra, axis=-1, keepdims=True)
    return spectra / np.where(norm == 0, 1.0, norm)
