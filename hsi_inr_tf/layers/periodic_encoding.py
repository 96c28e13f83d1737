"""Keras layer for the periodic spatial encoding."""

from typing import Any

import keras

from hsi_inr_tf.annotations import Tensor
from hsi_inr_tf.encoding import angular_frequencies, gamma


@keras.saving.register_keras_serializable(package="hsi_inr_tf")
class PeriodicEncoding(keras.layers.Layer):
    """gamma(p), Eq. 7-8: positions [..., 2] = (x, y) -> [..., 4 * count]; count = 0 gives no channels."""

    def __init__(self, count: int, variant: str = "paper", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.count = count
        self.variant = variant
        self.frequencies = angular_frequencies(count, variant)

    def call(self, positions: Tensor) -> Tensor:
        if not self.frequencies:
            return positions[..., :0]
        return gamma(positions, self.frequencies)

    def compute_output_shape(self, positions_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return (*positions_shape[:-1], 4 * self.count)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "count": self.count, "variant": self.variant}
