"""A loss that a model adds to itself: its spectra must lead back to the RGB."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from hsi_inr_tf.annotations import Tensor


@keras.saving.register_keras_serializable(package="hsi_inr_tf")
class ProjectionLoss(keras.layers.Layer):
    """hsi [batch, height, width, bands], rgb [batch, height, width, 3] -> hsi, unchanged.

    While training it adds weight * mean |projection(hsi) - rgb| to the loss. The projection is learned along:
    1x1 convolutions through `hidden` channels with ReLU to the three of the RGB, or a single linear one.
    """

    def __init__(self, weight: float = 0.1, hidden: Sequence[int] = (), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.weight = weight
        self.hidden = tuple(hidden)
        self.projection = [keras.layers.Dense(channels, "relu") for channels in self.hidden] + [
            keras.layers.Dense(3)
        ]

    def build(self, hsi_shape: tuple[int | None, ...], rgb_shape: tuple[int | None, ...]) -> None:
        shape = tuple(hsi_shape)
        for layer in self.projection:
            layer.build(shape)
            shape = (*shape[:-1], layer.units)

    def call(self, hsi: Tensor, rgb: Tensor, training: bool | None = False) -> Tensor:
        if training:
            x = hsi
            for layer in self.projection:
                x = layer(x)
            self.add_loss(self.weight * ops.mean(ops.abs(x - rgb)))
        return hsi

    def compute_output_shape(
        self, hsi_shape: tuple[int | None, ...], rgb_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        return hsi_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "weight": self.weight, "hidden": self.hidden}
