"""Protocols, the named ways to score a prediction (the field's numbers differ by protocol alone), and
`score`, for one picture.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.metrics.mrae import mrae, mrae_per_band
from hsi_inr_tf.metrics.psnr import peak_psnr_per_band, psnr, psnr_per_band
from hsi_inr_tf.metrics.rmse import rmse, rmse_per_band
from hsi_inr_tf.metrics.sam import sam
from hsi_inr_tf.metrics.ssim import global_ssim_per_band, ssim_per_band

METRICS = ("psnr", "mpsnr", "ssim", "sam", "mrae", "rmse")


@dataclass(frozen=True)
class Protocol:
    """Which part of the picture is scored, whether predictions are clamped to [0, 1], and how each metric is
    computed.

    `centre` (height, width) scores that window in the middle. `patch` cuts the picture into a grid of such
    squares (what remains at the right and below is left out): a model sees each on its own, and SSIM is
    averaged over them. `pooled`: the PSNR of a set of pictures is that of their mean squared error, not the
    mean of their PSNRs.
    """

    name: str
    clamp: bool = True
    centre: tuple[int, int] | None = None
    patch: int | None = None
    pooled: bool = False
    psnr: Callable | None = psnr  # None: the mean over the bands
    psnr_per_band: Callable = psnr_per_band
    ssim_per_band: Callable = ssim_per_band
    mrae_floor: float = 1e-4

    def window(self, picture):
        """The part of a picture [height, width, channels] that is scored."""
        height, width = picture.shape[:2]
        if self.patch:
            rows, columns = height // self.patch, width // self.patch
            if not rows or not columns:
                raise InputError(
                    f"protocol {self.name}: a picture of {height}x{width} pixels is smaller than a patch, "
                    f"{self.patch}x{self.patch}"
                )
            return picture[: rows * self.patch, : columns * self.patch]
        if self.centre:
            top, left = (height - self.centre[0]) // 2, (width - self.centre[1]) // 2
            if top < 0 or left < 0:
                raise InputError(
                    f"protocol {self.name}: a picture of {height}x{width} pixels is smaller than its "
                    "centre crop of "
                    f"{self.centre[0]}x{self.centre[1]}"
                )
            return picture[top : top + self.centre[0], left : left + self.centre[1]]
        return picture

    def patches(self, picture) -> list:
        """Views of the scored part, [height, width, channels] each: the squares of the grid, or the whole of
        it.
        """
        picture, side = self.window(picture), self.patch
        if not side:
            return [picture]
        return [
            picture[row : row + side, column : column + side]
            for row in range(0, picture.shape[0], side)
            for column in range(0, picture.shape[1], side)
        ]


PROTOCOLS = {
    protocol.name: protocol
    for protocol in (
        Protocol("full"),
        # Eq. 12-14 of arXiv 2112.10541 read literally, band by band.
        Protocol(
            "seed",
            clamp=False,
            psnr=None,
            psnr_per_band=peak_psnr_per_band,
            ssim_per_band=global_ssim_per_band,
        ),
        # How the authors' release scores: 64x64 crops, one MSE for the whole batch of them.
        Protocol("released", patch=64, pooled=True),
        # How the MST++ toolbox scores ARAD_1K.
        Protocol("mstpp", centre=(226, 256), mrae_floor=0.0),
    )
}


def named(name: str) -> Protocol:
    """The protocol called `name`."""
    if name not in PROTOCOLS:
        raise InputError(f"unknown protocol '{name}', expected one of {', '.join(PROTOCOLS)}")
    return PROTOCOLS[name]


def score(cube, predicted, protocol: str = "full") -> dict:
    """The scores of one predicted cube [height, width, bands] against the truth.

    Keys psnr (dB), mpsnr (dB, mean over the bands), ssim, sam (degrees), mrae, rmse; and "bands", which holds
    psnr, ssim, mrae and rmse of every band as lists. Bands or values on which a metric has no value are left
    out of its mean.
    """
    rules = named(protocol)
    cube, predicted = np.asarray(cube), np.asarray(predicted)
    if cube.ndim != 3 or cube.shape != predicted.shape:
        raise InputError(
            f"a prediction of shape {predicted.shape} cannot be scored against a cube of shape {cube.shape}: "
            "both must be [height, width, bands]"
        )
    cube, predicted = rules.window(cube), rules.window(predicted)
    if rules.clamp:
        predicted = np.clip(predicted, 0.0, 1.0)
    patches = zip(rules.patches(cube), rules.patches(predicted), strict=True)
    bands = {
        "psnr": rules.psnr_per_band(cube, predicted),
        "ssim": np.mean([rules.ssim_per_band(truth, guess) for truth, guess in patches], axis=0),
        "mrae": mrae_per_band(cube, predicted, rules.mrae_floor),
        "rmse": rmse_per_band(cube, predicted),
    }
    # A black band has no value in protocol seed.
    has_peak = np.any(cube, axis=(0, 1)) | ~np.isnan(bands["psnr"])
    mpsnr = float(bands["psnr"][has_peak].mean()) if has_peak.any() else float("nan")
    return {
        "psnr": rules.psnr(cube, predicted) if rules.psnr else mpsnr,
        "mpsnr": mpsnr,
        "ssim": float(bands["ssim"].mean()),
        "sam": sam(cube, predicted),
        "mrae": mrae(cube, predicted, rules.mrae_floor),
        "rmse": rmse(cube, predicted),
        "bands": {key: values.tolist() for key, values in bands.items()},
    }
