"""Per-pixel polynomial regression: what a colour scientist reaches for first, and what any network must
beat.
"""

from typing import Any

import keras
import numpy as np

from hsi_inr_tf.layers import PolynomialFeatures
from hsi_inr_tf.models.base import SpectralModel
from hsi_inr_tf.optics import polynomials


@keras.saving.register_keras_serializable(package="hsi_inr_tf")
class PolynomialRegression(SpectralModel):
    """Each band is a polynomial in the (encoded) RGB of the pixel: all monomials up to `degree`, cross terms
    included.

    Input "rgb" [batch, height, width, 3] in [0, 1]; output {"hsi": [batch, height, width, bands]}.
    The coefficients come from `fit`.
    """

    def __init__(
        self, bands: int = 31, degree: int = 3, name: str | None = None, trainable: bool = True
    ) -> None:
        rgb = keras.Input((None, None, 3), name="rgb")
        coefficients = keras.layers.Conv2D(bands, 1, name="coefficients")
        hsi = coefficients(PolynomialFeatures(degree, name="monomials")(rgb))
        super().__init__({"rgb": rgb}, {"hsi": hsi}, name=name, trainable=trainable)
        self.bands = bands
        self.degree = degree
        self.coefficients = coefficients

    def get_config(self) -> dict[str, Any]:
        return {"bands": self.bands, "degree": self.degree, "name": self.name, "trainable": self.trainable}


def fit(
    scenes: Any,
    degree: int = 3,
    ridge: float = 0.0,
    chart: tuple[np.ndarray, np.ndarray] | None = None,
    share: float = 0.0,
) -> PolynomialRegression:
    """The model that fits all pixels of `scenes` (each with rgb [height, width, 3] and cube [height, width,
    bands]) best; see optics.polynomials.fit.
    """
    pictures = ((scene.rgb, scene.cube) for scene in scenes)
    coefficients = polynomials.fit(pictures, degree, ridge, chart, share)
    model = PolynomialRegression(coefficients.shape[1], degree)
    model.coefficients.set_weights([coefficients[None, None, 1:], coefficients[0]])
    return model
