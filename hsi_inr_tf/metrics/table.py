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
    those behind the point in tables.
    """

    name: str
    title: str
    unit: str
    digits: int
    higher_is_better: bool
    compute: Callable[[np.ndarray, np.ndarray, Protocol], float]
    per_band: Callable[[np.ndarray, np.ndarray, Protocol], np.ndarray] | None = None

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
    of_bands = global_ssim_per_band if protocol.global_ssim else ssim_per_band
    patches = zip(protocol.patches(cube), protocol.patches(predicted), strict=True)
    return np.mean([of_bands(truth, guess) for truth, guess in patches], axis=0)


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric("psnr", "PSNR", "dB", 2, True, _psnr, _psnr_per_band),
        Metric("mpsnr", "MPSNR", "dB", 2, True, _mpsnr),
        Metric(
            "ssim", "SSIM", "", 4, True, lambda *args: float(_ssim_per_band(*args).mean()), _ssim_per_band
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


def score(cube, predicted, protocol: str = "full") -> dict:
    """The scores of one predicted cube [height, width, bands] against the truth.

    A key for each of METRICS (psnr and mpsnr in dB, sam in degrees); and "bands", which holds psnr, ssim,
    mrae and rmse of every band as lists. Bands or values on which a metric has no value are left out of its
    mean.
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
    values = {metric.name: metric.compute(cube, predicted, rules) for metric in METRICS.values()}
    bands = {
        metric.name: metric.per_band(cube, predicted, rules).tolist()
        for metric in METRICS.values()
        if metric.per_band
    }
    return {**values, "bands": bands}
