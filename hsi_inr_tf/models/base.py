"""What all models promise: which pictures they take, and how they are asked between pixels."""

from typing import Any

import keras
import numpy as np

from hsi_inr_tf.annotations import Tensor


class SpectralModel(keras.Model):
    """Input "rgb" [batch, height, width, 3] in [0, 1] -> {"hsi": [batch, height, width, bands]}, relative
    radiance, not clipped.

    Height and width must be multiples of `stride`. An output sees `halo` pixels far, None: the whole picture.
    A model with a `patch` takes pictures of just that side. `shares` is into how many parts it splits a
    training batch. `continuous` models can be asked between the pixels. `spectral` ones are linear in tables
    over their bands, which makes them functions of the wavelength (optics/spectral_splines.py).
    """

    stride: int = 1
    halo: int | None = 0
    patch: int | None = None
    shares: int = 1
    continuous: bool = False
    spectral: bool = False

    def prepare(
        self, scenes: Any, chart: tuple[np.ndarray, np.ndarray] | None = None, share: float = 0.0
    ) -> None:
        """Fit what has a closed form to the training scenes and, with `share` of the weight, to a `chart` of
        measured reflectances (rgb, cube); by default nothing. Called before the first step.
        """

    def prepare_together(self, sensors: Any, share: float = 0.0) -> None:
        """The same for sensors of different bands, each a polynomials.Sensor; by default nothing."""

    def at(self, sampling: Any) -> "SpectralModel":
        """This model asked at other bands: its tables times `sampling` [bands, other bands] (spectral_splines
        .sampling), all else as it is. A model of its own.
        """
        raise NotImplementedError(f"{self.name} gives its own bands only")

    def sample(self, rgb: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
        """Spectra [batch, H, W, bands] at ascending fractional pixel indices rows [H], columns [W]."""
        raise NotImplementedError(f"{self.name} gives values at pixels only")

    def query(self, rgb: Tensor, points: Tensor) -> Tensor:
        """Spectra [1, n, bands] of one picture at points [1, n, 2] = (row, column), fractional indices."""
        raise NotImplementedError(f"{self.name} gives values at pixels only")
