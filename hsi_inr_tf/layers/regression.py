"""What theta departs from: coefficients that are fitted in closed form."""

from typing import Any

import keras
from keras import ops

from hsi_inr_tf.annotations import Tensor


@keras.saving.register_keras_serializable(package="hsi_inr_tf")
class Regression(keras.layers.Layer):
    """theta [batch, cells, features, bands] -> the same plus `coefficients` [monomials, bands], which are not
    trained.

    They belong to the first `monomials` of the features; the others have none.
    """

    def __init__(self, monomials: int, features: int, bands: int = 31, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.monomials = monomials
        self.features = features
        self.bands = bands

    def build(self, theta_shape: tuple[int | None, ...]) -> None:
        self.coefficients = self.add_weight(
            name="coefficients", shape=(self.monomials, self.bands), initializer="zeros", trainable=False
        )

    def call(self, theta: Tensor) -> Tensor:
        others = self.features - self.monomials
        return theta + ops.pad(ops.convert_to_tensor(self.coefficients), ((0, others), (0, 0)))

    def compute_output_shape(self, theta_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return theta_shape

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "monomials": self.monomials,
            "features": self.features,
            "bands": self.bands,
        }
