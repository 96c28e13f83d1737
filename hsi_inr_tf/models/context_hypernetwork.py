"""H of Eq. 6 for whole images on small machines: fully convolutional, no spatial statistics, the same at
every position.
"""

import math
from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from hsi_inr_tf.annotations import Tensor
from hsi_inr_tf.errors import InputError


@keras.saving.register_keras_serializable(package="hsi_inr_tf")
class ContextHypernetwork(keras.layers.Layer):
    """rgb [batch, height, width, 3] -> theta [batch, height / cell, width / cell, outputs]; sides are
    multiples of `cell`.

    Strided convolutions bring the image to one position a cell; residual blocks of dilated convolutions then
    gather context around it; a 1x1 convolution of the `head_width` features, of which training drops the
    share `dropout`, predicts theta, a low-rank departure from what its bias holds.
    """

    patch = None

    def __init__(
        self,
        outputs: int,
        cell: int = 8,
        width: int = 96,
        head_width: int = 96,
        dilations: Sequence[int] = (1, 2, 4, 8),
        dropout: float = 0.0,
        head_initializer: Any = "zeros",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.outputs = outputs
        self.cell = self.stride = cell
        self.width = width
        self.head_width = head_width
        self.dilations = tuple(dilations)
        self.dropout = dropout
        self.head_initializer = keras.initializers.get(head_initializer)

        if cell < 2 or cell & (cell - 1):
            raise InputError(f"cell {cell} must be a power of two, 2 at least")
        levels = int(math.log2(cell))
        self.down = [
            keras.layers.Conv2D(
                max(24, width >> (levels - 1 - level)),
                3,
                2,
                "same",
                activation="relu",
                kernel_initializer="he_normal",
            )
            for level in range(levels)
        ]
        self.blocks = [
            (
                keras.layers.Conv2D(
                    width,
                    3,
                    padding="same",
                    dilation_rate=dilation,
                    activation="relu",
                    kernel_initializer="he_normal",
                ),
                keras.layers.Conv2D(width, 3, padding="same", kernel_initializer="zeros"),
            )
            for dilation in self.dilations
        ]
        self.neck = keras.layers.Conv2D(head_width, 1, activation="relu", kernel_initializer="he_normal")
        self.drop = keras.layers.Dropout(dropout)
        small = keras.initializers.VarianceScaling(0.01, "fan_in")
        self.head = keras.layers.Conv2D(
            outputs, 1, kernel_initializer=small, bias_initializer=self.head_initializer
        )

    @property
    def halo(self) -> int:
        """How far, in pixels, a position can see; rounded up to whole cells."""
        return self.cell * (2 + sum(dilation + 1 for dilation in self.dilations))

    def build(self, rgb_shape: tuple[int | None, ...]) -> None:
        shape = (*rgb_shape[:3], 6)
        for layer in self.down:
            layer.build(shape)
            shape = layer.compute_output_shape(shape)
        for first, second in self.blocks:
            first.build(shape)
            second.build(shape)
        self.neck.build(shape)
        self.head.build(self.neck.compute_output_shape(shape))

    def call(self, rgb: Tensor, training: bool | None = False) -> Tensor:
        x = ops.concatenate([rgb, rgb * rgb], axis=-1)
        for layer in self.down:
            x = layer(x)
        for first, second in self.blocks:
            x = x + second(first(x))
        return self.head(self.drop(self.neck(ops.relu(x)), training=training))

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "outputs": self.outputs,
            "cell": self.cell,
            "width": self.width,
            "head_width": self.head_width,
            "dilations": self.dilations,
            "dropout": self.dropout,
            "head_initializer": keras.saving.serialize_keras_object(self.head_initializer),
        }
