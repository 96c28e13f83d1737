"""Protocols, the named ways to score a prediction: the field's numbers differ by protocol alone."""

from dataclasses import dataclass

import numpy as np

from hsi_inr_tf.errors import InputError


@dataclass(frozen=True)
class Protocol:
    """Which part of the picture is scored, whether predictions are clamped to [0, 1], and how metrics are
    computed.

    `centre` (height, width) scores that window in the middle. `patch` cuts the picture into a grid of such
    squares (what remains at the right and below is left out): a model sees each on its own, and SSIM is
    averaged over them. `pooled`: the PSNR of a set of pictures is that of their mean squared error, not the
    mean of their PSNRs. `band_peaks`: the peak of a band's PSNR is its own maximum (Eq. 12), and PSNR is the
    mean over bands. `global_ssim`: SSIM is of a whole band's statistics (Eq. 13). Ratios of MRAE have values
    below `mrae_floor` replaced by it.
    """

    name: str
    clamp: bool = True
    centre: tuple[int, int] | None = None
    patch: int | None = None
    pooled: bool = False
    band_peaks: bool = False
    global_ssim: bool = False
    mrae_floor: float = 1e-4

    def window(self, picture: np.ndarray) -> np.ndarray:
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

    def patches(self, picture: np.ndarray) -> list:
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
        Protocol("seed", clamp=False, band_peaks=True, global_ssim=True),
        # How the authors' release scores: 64x64 crops, one MSE for the whole batch of them.
        Protocol("released", patch=64, pooled=True),
        # How the MST++ toolbox scores ARAD_1K.
        Protocol("mstpp", centre=(226, 256), mrae_floor=0.0),
    )
}


def protocol_named(name: str) -> Protocol:
    """The protocol called `name`."""
    if name not in PROTOCOLS:
        raise InputError(f"unknown protocol '{name}', expected one of {', '.join(PROTOCOLS)}")
    return PROTOCOLS[name]
