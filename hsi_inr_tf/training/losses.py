"""Training losses: cube and prediction [batch, height, width, bands] -> one number an example [batch]."""

from keras import ops

SAM_WEIGHT = 0.1
# Keeps norms and their gradients finite at zero spectra; about the norm of a reflectance of 0.0002 in 31 bands.
TINY = 1e-6
# The darkest value that a relative error is taken against: below it, a sensor's noise would dominate the loss.
DARKEST = 0.01


def l1(cube, predicted):
    """Eq. 1: mean absolute difference."""
    return ops.mean(ops.abs(cube - predicted), axis=(1, 2, 3))


def mrae(cube, predicted):
    """Mean relative absolute error, against max(cube, 0.01)."""
    return ops.mean(ops.abs(cube - predicted) / ops.maximum(cube, DARKEST), axis=(1, 2, 3))


def spectral_angle(cube, predicted):
    """Mean angle between spectra in radians; black pixels, where truth has no direction, count as zero.

    2 atan2(|u - v|, |u + v|) of the unit vectors, where arccos(u . v) would lose half its digits at small angles and has no
    finite slope. TINY under each root bounds it below by 0.001 (0.06 degrees), with a slope that goes to zero there.
    """
    truth, _ = _direction(cube)
    guess, _ = _direction(predicted)
    angle = 2.0 * ops.arctan2(_norm(truth - guess), _norm(truth + guess))
    lit = ops.cast(ops.any(cube > 0.0, axis=-1), angle.dtype)
    return ops.mean(angle * lit, axis=(1, 2))


def l1_sam(cube, predicted):
    """L1 plus a tenth of the spectral angle in radians."""
    return l1(cube, predicted) + SAM_WEIGHT * spectral_angle(cube, predicted)


LOSSES = {"l1": l1, "l1+sam": l1_sam, "mrae": mrae}


def _direction(spectra):
    norm = _norm(spectra)
    return spectra / norm[..., None], norm


def _norm(spectra):
    return ops.sqrt(ops.sum(spectra * spectra, axis=-1) + TINY)
