"""A correction by colour: what adapting adds to a model's prediction, pixel by pixel."""

from typing import Any

import keras
from keras import ops

from hsi_inr_tf.annotations import Tensor

DARK = 0.02  # as in inference.colour_prior, which computes the weights


@keras.saving.register_keras_serializable(package="hsi_inr_tf")
class ColourKernels(keras.layers.Layer):
    """rgb [..., 3] -> [..., bands]: exp(features @ kernel + bias) @ coefficients.

    With the mean m of R, G and B, brightness b = m + 0.02, chroma c = (rgb - m) / b and l = log b, the
    features are (c, |c|^2, l, l^2). A squared exponential around any colour, times a power of brightness, is
    the exponential of something linear in them: a unit each.
    """

    def __init__(self, units: int, bands: int = 31, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.bands = bands

    def build(self, rgb_shape: tuple[int | None, ...]) -> None:
        self.kernel = self.add_weight(name="kernel", shape=(6, self.units), initializer="zeros")
        self.bias = self.add_weight(name="bias", shape=(self.units,), initializer="zeros")
        self.coefficients = self.add_weight(
            name="coefficients", shape=(self.units, self.bands), initializer="zeros"
        )

    def call(self, rgb: Tensor) -> Tensor:
        mean = ops.mean(rgb, axis=-1, keepdims=True)
        bright = mean + DARK
        chroma = (rgb - mean) / bright
        level = ops.log(bright)
        squared = ops.sum(chroma * chroma, axis=-1, keepdims=True)
        features = ops.concatenate([chroma, squared, level, level * level], axis=-1)
        return ops.matmul(ops.exp(ops.matmul(features, self.kernel) + self.bias), self.coefficients)

    def compute_output_shape(self, rgb_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return (*rgb_shape[:-1], self.bands)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "units": self.units, "bands": self.bands}
