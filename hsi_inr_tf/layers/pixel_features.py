"""The first layer of a small f: what is known of a pixel before the generated weights see it."""

from math import comb
from typing import Any

import keras
from keras import ops

from hsi_inr_tf.annotations import Tensor
from hsi_inr_tf.layers.periodic_encoding import PeriodicEncoding
from hsi_inr_tf.layers.polynomial_features import PolynomialFeatures


@keras.saving.register_keras_serializable(package="hsi_inr_tf")
class PixelFeatures(keras.layers.Layer):
    """pixels [batch, cells, n, 3], positions [.., n, 2] -> [batch, cells, n, count].

    First a one and all monomials of the RGB up to `degree`; then `hidden` ReLU units of the RGB and gamma(p),
    Eq. 7-8 with `frequencies`. Units see what polynomials cannot: kinks, as between dark cloth and everything
    else.
    """

    def __init__(self, degree: int = 4, hidden: int = 16, frequencies: int = 1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.degree = degree
        self.hidden = hidden
        self.frequencies = frequencies
        self.polynomial = PolynomialFeatures(degree, constant=True, name="polynomial")
        self.encode = PeriodicEncoding(frequencies, name="encoding")
        self.of_colour = keras.layers.Dense(hidden, kernel_initializer="he_normal", name="of_colour")
        self.of_place = keras.layers.Dense(hidden, use_bias=False, name="of_place")

    @property
    def monomials(self) -> int:
        return comb(3 + self.degree, 3)

    @property
    def count(self) -> int:
        return self.monomials + self.hidden

    def build(self, pixels_shape: tuple[int | None, ...], positions_shape: tuple[int | None, ...]) -> None:
        self.of_colour.build(pixels_shape)
        self.of_place.build((None, 4 * self.frequencies))

    def call(self, pixels: Tensor, positions: Tensor) -> Tensor:
        units = ops.relu(self.of_colour(pixels) + self.of_place(self.encode(positions)))
        return ops.concatenate([self.polynomial(pixels), units], axis=-1)

    def compute_output_shape(
        self, pixels_shape: tuple[int | None, ...], positions_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        return (*pixels_shape[:-1], self.count)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "degree": self.degree,
            "hidden": self.hidden,
            "frequencies": self.frequencies,
        }
