"""Structural similarity: windowed (Wang et al. 2004) and with global statistics (Eq. 13)."""

import numpy as np

RADIUS, SIGMA = 5, 1.5
C1, C2 = 0.01**2, 0.03**2  # (K1 range)^2 and (K2 range)^2, range 1


def ssim_per_band(cube: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """SSIM of every band, averaged over the frame: [height, width, bands] x 2 -> [bands].

    Gaussian window of 11x11 pixels and sigma 1.5, K1 0.01, K2 0.03, range 1, zero padding. Windows with a
    missing value (NaN) of the cube are left out; NaN where there are no others.
    """
    return np.array([_mean(cube[..., band], predicted[..., band]) for band in range(np.shape(cube)[-1])])


def _mean(truth, predicted):
    values, missing = ssim_map(truth, predicted), ~np.isfinite(truth)
    if missing.any():
        from scipy.ndimage import maximum_filter

        values = values[~maximum_filter(missing, 2 * RADIUS + 1, mode="constant")]
    return values.mean() if values.size else np.nan


def ssim_map(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Windowed SSIM at every pixel of two images: [height, width] x 2 -> [height, width]."""
    first, second = np.asarray(first, np.float64, order="C"), np.asarray(second, np.float64, order="C")
    mean_1, mean_2 = _blur(first), _blur(second)
    means, product = mean_1 * mean_1 + mean_2 * mean_2, mean_1 * mean_2
    variances = _blur(first * first + second * second) - means
    covariance = _blur(first * second) - product
    return (2 * product + C1) * (2 * covariance + C2) / ((means + C1) * (variances + C2))


def global_ssim_per_band(cube: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Eq. 13 on every band, with the mean, variance and covariance of the whole band: [bands]."""
    first, second = np.asarray(cube, np.float64), np.asarray(predicted, np.float64)
    mean_1, mean_2 = first.mean(axis=(0, 1)), second.mean(axis=(0, 1))
    covariance = ((first - mean_1) * (second - mean_2)).mean(axis=(0, 1))
    variances = first.var(axis=(0, 1)) + second.var(axis=(0, 1))
    return (
        (2 * mean_1 * mean_2 + C1) * (2 * covariance + C2) / ((mean_1**2 + mean_2**2 + C1) * (variances + C2))
    )


def window() -> np.ndarray:
    """The Gaussian window along one axis, of sum 1: [11]."""
    weights = np.exp(-0.5 * (np.arange(-RADIUS, RADIUS + 1) / SIGMA) ** 2)
    return weights / weights.sum()


def _blur(image):
    from scipy.ndimage import correlate1d

    return correlate1d(correlate1d(image, window(), 0, mode="constant"), window(), 1, mode="constant")
