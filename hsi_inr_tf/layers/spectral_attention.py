"""Self-attention between channels rather than pixels (Cai et al., "MST++", CVPR Workshops 2022)."""

from typing import Any

import keras
from keras import ops

from hsi_inr_tf.annotations import Tensor


@keras.saving.register_keras_serializable(package="hsi_inr_tf")
class SpectralAttention(keras.layers.Layer):
    """x [batch, height, width, heads * size] -> the same shape.

    In each head every channel attends to the head's `size` channels by the cosine between their images, times
    a learned factor. Attention thus costs as much as the picture has pixels, and depends on all of it. A
    depthwise branch on the values tells where a pixel is.
    """

    def __init__(self, heads: int, size: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.heads = heads
        self.size = size
        width = heads * size
        small = keras.initializers.TruncatedNormal(stddev=0.02)
        self.query, self.key, self.value = (
            keras.layers.Dense(width, use_bias=False, kernel_initializer=small, name=name)
            for name in ("query", "key", "value")
        )
        self.project = keras.layers.Dense(width, kernel_initializer=small, name="project")
        self.position = [
            keras.layers.DepthwiseConv2D(3, padding="same", use_bias=False, name=f"position_{k}")
            for k in range(2)
        ]

    def build(self, x_shape: tuple[int | None, ...]) -> None:
        for layer in (self.query, self.key, self.value, self.project, *self.position):
            layer.build(x_shape)
        self.rescale = self.add_weight(name="rescale", shape=(self.heads, 1, 1), initializer="ones")

    def call(self, x: Tensor) -> Tensor:
        value = self.value(x)
        scores = ops.matmul(
            _unit(self._images(self.key(x))), ops.transpose(_unit(self._images(self.query(x))), (0, 1, 3, 2))
        )
        attended = ops.matmul(ops.softmax(scores * self.rescale, axis=-1), self._images(value))
        attended = ops.reshape(ops.transpose(attended, (0, 3, 1, 2)), ops.shape(x))
        first, second = self.position
        return self.project(attended) + second(ops.gelu(first(value), approximate=False))

    def _images(self, x):
        """[batch, height, width, heads * size] -> [batch, heads, size, pixels]."""
        _, height, width, _ = ops.shape(x)
        return ops.transpose(ops.reshape(x, (-1, height * width, self.heads, self.size)), (0, 2, 3, 1))

    def compute_output_shape(self, x_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return x_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "heads": self.heads, "size": self.size}


def _unit(images):
    return images * ops.rsqrt(ops.maximum(ops.sum(images * images, axis=-1, keepdims=True), 1e-24))
