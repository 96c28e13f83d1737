"""Peak signal-to-noise ratio of a cube, in dB."""

import numpy as np


def psnr(cube: np.ndarray, predicted: np.ndarray, peak: float = 1.0) -> float:
    """10 log10(peak^2 / MSE) over all of [height, width, bands]; infinite where both are equal."""
    return float(_decibel(_squared_error(cube, predicted).mean(), peak))


def psnr_per_band(cube: np.ndarray, predicted: np.ndarray, peak: float = 1.0) -> np.ndarray:
    """The PSNR of every band on its own: [bands]; its mean is MPSNR."""
    return _decibel(_squared_error(cube, predicted).mean(axis=(0, 1)), peak)


def peak_psnr_per_band(cube: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Eq. 12 on every band, whose peak is that band's own maximum: [bands]; NaN for a band that is black all
    over.
    """
    return _decibel(
        _squared_error(cube, predicted).mean(axis=(0, 1)), np.asarray(cube, np.float64).max(axis=(0, 1))
    )


def mean_over_bands(cube: np.ndarray, values: np.ndarray) -> float:
    """MPSNR: the mean of the PSNR `values` [bands] of a cube; a black band without a peak has none."""
    has_peak = np.any(cube, axis=(0, 1)) | ~np.isnan(values)
    return float(values[has_peak].mean()) if has_peak.any() else float("nan")


def _squared_error(cube, predicted):
    return np.square(np.asarray(cube, np.float64) - predicted)


def _decibel(mse, peak):
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(np.asarray(peak) > 0, 10.0 * np.log10(np.square(peak) / mse), np.nan)
