"""The metrics of protocol full in keras.ops: cube and prediction [batch, height, width, bands] -> one value a
picture.
"""

import keras
import numpy as np
from keras import ops

from hsi_inr_tf.metrics import ssim as reference


def psnr(cube, predicted):
    """PSNR of each cube, peak 1, in dB."""
    return -10.0 * ops.log10(ops.mean(ops.square(cube - _clamped(predicted)), axis=(1, 2, 3)))


def mpsnr(cube, predicted):
    """Mean over the bands of their PSNR."""
    return ops.mean(-10.0 * ops.log10(ops.mean(ops.square(cube - _clamped(predicted)), axis=(1, 2))), axis=-1)


def ssim(cube, predicted):
    """Windowed SSIM, averaged over pixels and bands; see hsi_inr_tf.metrics.ssim."""
    predicted, bands = _clamped(predicted), cube.shape[-1]
    window = np.tile(reference.window().astype(np.float32)[:, None, None, None], (1, 1, bands, 1))

    def blur(x):
        return ops.depthwise_conv(
            ops.depthwise_conv(x, window, padding="same"), window.swapaxes(0, 1), padding="same"
        )

    mean_1, mean_2 = blur(cube), blur(predicted)
    means, product = mean_1 * mean_1 + mean_2 * mean_2, mean_1 * mean_2
    variances = blur(cube * cube + predicted * predicted) - means
    covariance = blur(cube * predicted) - product
    c1, c2 = reference.C1, reference.C2
    return ops.mean(
        (2 * product + c1) * (2 * covariance + c2) / ((means + c1) * (variances + c2)), axis=(1, 2, 3)
    )


def sam(cube, predicted):
    """Mean spectral angle in degrees over the pixels where neither spectrum is black."""
    predicted = _clamped(predicted)
    norm_1, norm_2 = (ops.sqrt(ops.sum(ops.square(x), axis=-1, keepdims=True)) for x in (cube, predicted))
    unit_1, unit_2 = (x / ops.where(norm > 0, norm, 1.0) for x, norm in ((cube, norm_1), (predicted, norm_2)))
    distance, total = (ops.sqrt(ops.sum(ops.square(x), axis=-1)) for x in (unit_1 - unit_2, unit_1 + unit_2))
    lit = ops.cast(ops.logical_and(norm_1 > 0, norm_2 > 0)[..., 0], cube.dtype)
    degrees = ops.arctan2(distance, total) * (360.0 / np.pi)
    return ops.sum(degrees * lit, axis=(1, 2)) / ops.sum(lit, axis=(1, 2))


def mrae(cube, predicted):
    """Mean of |difference| / max(cube, 1e-4)."""
    return ops.mean(ops.abs(cube - _clamped(predicted)) / ops.maximum(cube, 1e-4), axis=(1, 2, 3))


def rmse(cube, predicted):
    """Root mean square error."""
    return ops.sqrt(ops.mean(ops.square(cube - _clamped(predicted)), axis=(1, 2, 3)))


def keras_metrics() -> list[keras.metrics.Metric]:
    """All of them as Keras metrics, each averaging over the pictures it is given: for `compile(metrics=...)`
    or `update_state`.
    """
    return [
        keras.metrics.MeanMetricWrapper(function, function.__name__)
        for function in (psnr, mpsnr, ssim, sam, mrae, rmse)
    ]


def _clamped(predicted):
    return ops.clip(predicted, 0.0, 1.0)
