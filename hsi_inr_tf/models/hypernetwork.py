"""H of Eq. 6 as the paper builds it: a plain convolutional network from an RGB patch to theta on an S x S
grid.
"""

from typing import Any

import keras

from hsi_inr_tf.annotations import Tensor


@keras.saving.register_keras_serializable(package="hsi_inr_tf")
class Hypernetwork(keras.layers.Layer):
    """rgb [batch, 64, 64, 3] -> theta [batch, 64 / cell, 64 / cell, outputs], cell = 2^downsamplings.

    Blocks of conv 3x3 (zero padding 1, no bias) -> affine instance norm -> ReLU: a stem, downsamplings - 1 of
    stride 2 and `extra` of stride 1 at `width` channels, one of stride 2 and five of stride 1 at `top_width`;
    then a 1x1 convolution. The norm takes its statistics over the patch, so a model around it runs patch by
    patch.
    """

    patch = 64
    halo = 0

    def __init__(
        self,
        outputs: int,
        downsamplings: int = 2,
        extra: int = 0,
        width: int = 64,
        top_width: int = 1024,
        head_initializer: Any = "zeros",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.outputs = outputs
        self.downsamplings = downsamplings
        self.extra = extra
        self.width = width
        self.top_width = top_width
        self.head_initializer = keras.initializers.get(head_initializer)
        self.cell = self.stride = 2**downsamplings

        plan = [(width, 1)] + [(width, 2)] * (downsamplings - 1) + [(width, 1)] * extra
        plan += [(top_width, 2)] + [(top_width, 1)] * 5
        self.blocks = [_block(channels, stride) for channels, stride in plan]
        # A small kernel: the network starts as the one MLP that the bias holds and learns to depart from it.
        small = keras.initializers.VarianceScaling(0.01, "fan_in")
        self.head = keras.layers.Conv2D(
            outputs, 1, kernel_initializer=small, bias_initializer=self.head_initializer
        )

    def build(self, rgb_shape: tuple[int | None, ...]) -> None:
        shape = (*rgb_shape[:3], 3)
        for layer in [layer for block in self.blocks for layer in block] + [self.head]:
            layer.build(shape)
            shape = layer.compute_output_shape(shape)

    def call(self, rgb: Tensor) -> Tensor:
        x = rgb
        for block in self.blocks:
            for layer in block:
                x = layer(x)
        return self.head(x)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "outputs": self.outputs,
            "downsamplings": self.downsamplings,
            "extra": self.extra,
            "width": self.width,
            "top_width": self.top_width,
            "head_initializer": keras.saving.serialize_keras_object(self.head_initializer),
        }


def _block(channels, stride):
    # Keras's stride-2 'same' would pad only below and to the right.
    return [
        keras.layers.ZeroPadding2D(1),
        keras.layers.Conv2D(channels, 3, stride, "valid", use_bias=False),
        keras.layers.GroupNormalization(groups=-1, epsilon=1e-5),
        keras.layers.ReLU(),
    ]
