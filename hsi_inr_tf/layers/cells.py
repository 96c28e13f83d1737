"""Rearranging an image into cells and back, with tensors of rank 4 only (GPU delegates take no more)."""

from typing import Any

import keras
from keras import ops

from hsi_inr_tf.annotations import Tensor


@keras.saving.register_keras_serializable(package="hsi_inr_tf")
class ToCells(keras.layers.Layer):
    """[batch, height, width, channels] -> [batch, cells, cell * cell, channels]; cells and their pixels row
    by row.
    """

    def __init__(self, cell: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.cell = cell

    def call(self, image: Tensor) -> Tensor:
        _, height, width, channels = ops.shape(image)
        cell, rows, columns = self.cell, height // self.cell, width // self.cell
        strips = ops.reshape(image, (-1, cell, columns, cell * channels))  # one entry a row of cells
        strips = ops.transpose(strips, (0, 2, 1, 3))
        return ops.reshape(strips, (-1, rows * columns, cell * cell, channels))

    def compute_output_shape(self, image_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        batch, height, width, channels = image_shape
        cells = height // self.cell * (width // self.cell) if height and width else None
        return (batch, cells, self.cell**2, channels)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "cell": self.cell}


@keras.saving.register_keras_serializable(package="hsi_inr_tf")
class FromCells(keras.layers.Layer):
    """Inverse of ToCells: cells [batch, cells, cell * cell, channels] -> [batch, height, width, channels].

    Height and width are read from `image` [batch, height, width, any].
    """

    def __init__(self, cell: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.cell = cell

    def call(self, cells: Tensor, image: Tensor) -> Tensor:
        _, height, width, _ = ops.shape(image)
        cell, channels = self.cell, cells.shape[-1]
        strips = ops.reshape(cells, (-1, width // cell, cell, cell * channels))
        strips = ops.transpose(strips, (0, 2, 1, 3))
        return ops.reshape(strips, (-1, height, width, channels))

    def compute_output_shape(
        self, cells_shape: tuple[int | None, ...], image_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        return (*image_shape[:3], cells_shape[-1])

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "cell": self.cell}
