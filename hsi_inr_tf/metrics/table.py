"""Every metric by name, in one table, and `score`, which computes all of them for one picture."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.metrics.mrae import mrae, mrae_per_band
from hsi_inr_tf.metrics.protocols import Protocol, protocol_named
from hsi_inr_tf.metrics.psnr import mean_over_bands, peak_psnr_per_band, psnr, psnr_per_band
from hsi_inr_tf.metrics.rmse import rmse, rmse_per_band
from hsi_inr_tf.metrics.sam import sam
from hsi_inr_tf.metrics.ssim import global_ssim_per_band, ssim_per_band


@dataclass(frozen=True)
class Metric:
    """One way to compare a predicted cube with the truth.

    `compute(cube, predicted, protocol)`, of the scored part of both [height, width, bands], gives the number;
    `per_band`, if the metric has a value for each band, gives [bands] of the same arguments. `digits` are
    those behind the point in tables. A metric that is not `pixelwise` looks at what surrounds a pixel too.
    """

    name: str
    title: str
    unit: str
    digits: int
    higher_is_better: bool
    compute: Callable[[np.ndarray, np.ndarray, Protocol], float]
    per_band: Callable[[np.ndarray, np.ndarray, Protocol], np.ndarray] | None = None
    pixelwise: bool = True

    def better(self, new: float, old: float) -> bool:
        """Whether `new` is the better value."""
        return new > old if self.higher_is_better else new < old

    def text(self, value: float) -> str:
        """A value as tables show it."""
        return f"{value:.{self.digits}f}"


def _psnr_per_band(cube, predicted, protocol):
    return (peak_psnr_per_band if protocol.band_peaks else psnr_per_band)(cube, predicted)


def _mpsnr(cube, predicted, protocol):
    return mean_over_bands(cube, _psnr_per_band(cube, predicted, protocol))


def _psnr(cube, predicted, protocol):
    return _mpsnr(cube, predicted, protocol) if protocol.band_peaks else psnr(cube, predicted)


def _ssim_per_band(cube, predicted, protocol):
    if protocol.global_ssim:
        return global_ssim_per_band(*_whole_pixels(cube, predicted))
    patches = zip(protocol.patches(cube), protocol.patches(predicted), strict=True)
    scored = [ssim_per_band(truth, guess) for truth, guess in patches if np.isfinite(truth).any()]
    return np.mean(scored, axis=0)


def _whole_pixels(cube, predicted):
    """Both or, where the cube misses values (NaN), only their pixels without such, [n, 1, bands]."""
    whole = np.isfinite(cube).all(axis=-1)
    return (cube, predicted) if whole.all() else (cube[whole][:, None], predicted[whole][:, None])


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric("psnr", "PSNR", "dB", 2, True, _psnr, _psnr_per_band),
        Metric("mpsnr", "MPSNR", "dB", 2, True, _mpsnr),
        Metric(
            "ssim",
            "SSIM",
            "",
            4,
            True,
            lambda *args: float(_ssim_per_band(*args).mean()),
            _ssim_per_band,
            False,
        ),
        Metric("sam", "SAM", "degrees", 2, False, lambda cube, predicted, _: sam(cube, predicted)),
        Metric(
            "mrae",
            "MRAE",
            "",
            4,
            False,
            lambda cube, predicted, protocol: mrae(cube, predicted, protocol.mrae_floor),
            lambda cube, predicted, protocol: mrae_per_band(cube, predicted, protocol.mrae_floor),
        ),
        Metric(
            "rmse",
            "RMSE",
            "",
            4,
            False,
            lambda cube, predicted, _: rmse(cube, predicted),
            lambda cube, predicted, _: rmse_per_band(cube, predicted),
        ),
    )
}


def score(cube: np.ndarray, predicted: np.ndarray, protocol: str = "full") -> dict:
    """The scores of one predicted cube [height, width, bands] against the truth.

    A key for each of METRICS (psnr and mpsnr in dB, sam in degrees); and "bands", which holds psnr, ssim,
    mrae and rmse of every band as lists. Bands or values on which a metric has no value are left out of its
    mean, and so are pixels of which the cube misses a value (NaN).
    """
    rules = protocol_named(protocol)
    cube, predicted = np.asarray(cube), np.asarray(predicted)
    if cube.ndim != 3 or cube.shape != predicted.shape:
        raise InputError(
            f"a prediction of shape {predicted.shape} cannot be scored against a cube of shape {cube.shape}: "
            "both must be [height, width, bands]"
        )
    cube, predicted = rules.window(cube), rules.window(predicted)
    if rules.clamp:
        predicted = np.clip(predicted, 0.0, 1.0)
    whole = np.isfinite(cube).all(axis=-1, keepdims=True)
    if not whole.any():
        raise InputError("every pixel of the cube misses values, expected some that can be scored")
    around = (cube, predicted) if whole.all() else (np.where(whole, cube, np.nan), predicted)
    pixels = _whole_pixels(*around)

    values, bands = {}, {}
    for metric in METRICS.values():
        truth, guess = pixels if metric.pixelwise else around
        values[metric.name] = metric.compute(truth, guess, rules)
        if metric.per_band:
            bands[metric.name] = metric.per_band(truth, guess, rules).tolist()
    return {**values, "bands": bands}
