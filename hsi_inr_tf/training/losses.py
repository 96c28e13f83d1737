"""Training losses: cube and prediction [batch, height, width, bands] -> one number an example [batch].

Where examples have fewer bands than there is room for, `bands` [batch] says how many; both are zero beyond.
"""

from hsi_inr_tf.annotations import Tensor


class _Ops:
    """keras.ops, imported when the first loss is computed: the names of losses need no Keras."""

    def __getattr__(self, name: str):
        from keras import ops

        return getattr(ops, name)


ops = _Ops()
SAM_WEIGHT = 0.1
# Keeps norms and their gradients finite at zero spectra; about the norm of a reflectance of 0.0002 in 31
# bands.
TINY = 1e-6
# The darkest value that a relative error is taken against: below it, a sensor's noise would dominate the
# loss.
DARKEST = 0.01


def l1(cube: Tensor, predicted: Tensor, bands: Tensor = None) -> Tensor:
    """Eq. 1: mean absolute difference."""
    return _mean(ops.abs(cube - predicted), bands)


def mrae(cube: Tensor, predicted: Tensor, bands: Tensor = None) -> Tensor:
    """Mean relative absolute error, against max(cube, 0.01)."""
    return _mean(ops.abs(cube - predicted) / ops.maximum(cube, DARKEST), bands)


def spectral_angle(cube: Tensor, predicted: Tensor) -> Tensor:
    """Mean angle between spectra in radians; black pixels, where truth has no direction, count as zero.

    2 atan2(|u - v|, |u + v|) of the unit vectors, where arccos(u . v) would lose half its digits at small
    angles and has no finite slope. TINY under each root bounds it below by 0.001 (0.06 degrees), with a slope
    that goes to zero there. |u + v| is had from the other lengths by the parallelogram law: passes over all
    bands are what this loss costs.
    """
    light, norm = _square_and_norm(cube)
    guessed, guessed_norm = _square_and_norm(predicted)
    apart = _square(cube / norm[..., None] - predicted / guessed_norm[..., None])
    along = 2.0 * (light / norm**2 + guessed / guessed_norm**2) - apart
    angle = 2.0 * ops.arctan2(ops.sqrt(apart + TINY), ops.sqrt(ops.maximum(along, 0.0) + TINY))
    return ops.mean(angle * ops.cast(light > 0.0, angle.dtype), axis=(1, 2))


def l1_sam(cube: Tensor, predicted: Tensor, bands: Tensor = None) -> Tensor:
    """L1 plus a tenth of the spectral angle in radians."""
    return l1(cube, predicted, bands) + SAM_WEIGHT * spectral_angle(cube, predicted)


LOSSES = {"l1": l1, "l1+sam": l1_sam, "mrae": mrae}


def _mean(values, bands):
    mean = ops.mean(values, axis=(1, 2, 3))
    return mean if bands is None else mean * (values.shape[-1] / ops.cast(bands, mean.dtype))


def _square(spectra):
    return ops.sum(spectra * spectra, axis=-1)


def _square_and_norm(spectra):
    square = _square(spectra)
    return square, ops.sqrt(square + TINY)
