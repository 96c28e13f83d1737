"""The implicit function f: an MLP whose weights are an input, one set for every cell (Eq. 5, 9)."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import keras
from keras import ops

from hsi_inr_tf.annotations import Tensor

if keras.backend.backend() == "tensorflow":
    # One Einsum op in the graph, one BATCH_MATMUL in TFLite; keras.ops would rewrite it.
    from tensorflow import (
        einsum,
    )
else:
    einsum = ops.einsum


@keras.saving.register_keras_serializable(package="hsi_inr_tf")
class CellMLP(keras.layers.Layer):
    """Apply to all pixels of a cell the MLP that this cell's parameters describe.

    pixels [batch, cells, pixels, widths[0]], theta [batch, cells, P] -> [batch, cells, pixels, widths[-1]].
    Leaky ReLU (`slope`) after every layer but the last. theta holds, per layer, the biases [out], unless
    `use_bias` is False, and then the weights [in, out], row-major.
    """

    def __init__(
        self, widths: Sequence[int], slope: float = 0.1, use_bias: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.widths = tuple(widths)
        self.slope = slope
        self.use_bias = use_bias

    @property
    def parameters(self) -> int:
        """P, the length of theta for one cell."""
        return sum(self.use_bias * out + inner * out for inner, out in pairwise(self.widths))

    def call(self, pixels: Tensor, theta: Tensor) -> Tensor:
        cells = ops.shape(theta)[1]
        start = 0

        def taken(*shape):
            nonlocal start
            first, start = start, start + math.prod(shape)
            whole = (first, start) == (0, self.parameters)  # a slice of everything would still be a copy
            return ops.reshape(theta if whole else theta[:, :, first:start], (-1, cells, *shape))

        for inner, out in pairwise(self.widths):
            bias = taken(1, out) if self.use_bias else None
            pixels = einsum("bcpi,bcio->bcpo", pixels, taken(inner, out))
            if bias is not None:
                pixels = pixels + bias
            if start < self.parameters:
                pixels = ops.leaky_relu(pixels, self.slope)
        return pixels

    def compute_output_shape(
        self, pixels_shape: tuple[int | None, ...], theta_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        return (*pixels_shape[:-1], self.widths[-1])

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "widths": self.widths, "slope": self.slope, "use_bias": self.use_bias}
