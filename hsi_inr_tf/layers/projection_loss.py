"""A loss that a model adds to itself: its spectra must lead back to the RGB."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="hsi_inr_tf")
class ProjectionLoss(keras.layers.Layer):
    """hsi [batch, height, width, bands], rgb [batch, height, width, 3] -> hsi, unchanged.

    While training it adds weight * mean |projection(hsi) - rgb| to the loss. The projection is learned along:
    1x1 convolutions through `hidden` channels with ReLU to the three of the RGB, or a single linear one.
    """

    def __init__(self, weight: float = 0.1, hidden=(), **kwargs):
        super().__init__(**kwargs)
        self.weight = weight
        self.hidden = tuple(hidden)
        self.projection = [keras.layers.Dense(channels, "relu") for channels in self.hidden] + [
            keras.layers.Dense(3)
        ]

    def build(self, hsi_shape, rgb_shape):
        shape = tuple(hsi_shape)
        for layer in self.projection:
            layer.build(shape)
            shape = (*shape[:-1], layer.units)

    def call(self, hsi, rgb, training=False):
        if training:
            x = hsi
            for layer in self.projection:
                x = layer(x)
            self.add_loss(self.weight * ops.mean(ops.abs(x - rgb)))
        return hsi

    def compute_output_shape(self, hsi_shape, rgb_shape):
        return hsi_shape

    def get_config(self):
        return {**super().get_config(), "weight": self.weight, "hidden": self.hidden}
