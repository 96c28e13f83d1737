"""What computes: the contract of every way in which a trained model can be run, and their names."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from hsi_inr_tf.annotations import PathLike
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.trained.description import ModelDescription

# What a person may ask for: LiteRT where there is a .tflite, else TensorFlow; or one of them.
NAMES = ("auto", "litert", "tensorflow")


class Engine(Protocol):
    """Maps rgb [batch, height, width, 3] in [0, 1] to spectra [batch, height, width, bands], both float32.

    `fixed_shape` is the (height, width) of the only pictures it takes, None if any multiples of the stride
    will do; `batch_size` how many windows it likes at once. `continuous`: whether `sample` and `query` work,
    which only implicit models have.
    """

    description: ModelDescription
    fixed_shape: tuple[int, int] | None
    batch_size: int
    continuous: bool

    def __call__(self, rgb: np.ndarray) -> np.ndarray: ...

    def sample(self, rgb: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """Spectra [1, len(rows), len(columns), bands] of one picture at ascending fractional indices."""
        raise InputError(f"model {self.description.model} gives values at pixels only")

    def query(self, rgb: np.ndarray, points: np.ndarray) -> np.ndarray:
        """Spectra [1, n, bands] of one picture at points [1, n, 2] = (row, column)."""
        raise InputError(f"model {self.description.model} gives values at pixels only")


def check_answers(description: ModelDescription, shape: Sequence[int | None], path: PathLike) -> None:
    """InputError unless a model that answers with "hsi" of `shape` [batch, height, width, bands], None where
    it is not fixed, is the described one.
    """
    bands = len(description.wavelengths)
    if len(shape) != 4:
        raise InputError(f"{path}: it answers with {len(shape)} dimensions, expected rows, columns and bands")
    if shape[-1] != bands:
        raise InputError(
            f"{path}: its description has {bands} wavelengths, but it answers with {shape[-1]} bands, "
            "expected as many"
        )


def check_sides(description: ModelDescription, fixed_shape: tuple[int, int] | None, path: PathLike) -> None:
    """InputError unless the described model takes just `fixed_shape` (height, width), or any sides (None)."""
    patch, stride = description.patch, description.stride
    if patch and fixed_shape != (patch, patch):
        raise InputError(f"{path}: its description says patch {patch}, but it takes {_sides(fixed_shape)}")
    if fixed_shape and any(side % stride for side in fixed_shape):
        raise InputError(f"{path}: its description says stride {stride}, but it takes {_sides(fixed_shape)}")


def _sides(fixed_shape):
    return f"pictures of {fixed_shape[0]}x{fixed_shape[1]}" if fixed_shape else "pictures of any size"
