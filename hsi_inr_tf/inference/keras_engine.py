"""Running a Keras model in this process."""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from hsi_inr_tf.models.base import SpectralModel
    from hsi_inr_tf.trained.description import ModelDescription


class KerasEngine:
    """An Engine (see engines.py) of a SpectralModel, whose weights may go on changing while training."""

    def __init__(self, model: "SpectralModel", description: "ModelDescription") -> None:
        self.model = model
        self.description = description
        self.fixed_shape = (description.patch, description.patch) if description.patch else None
        self.batch_size = 8 if self.fixed_shape else 1
        self.continuous = model.continuous
        self._forward = _graph(model, (None, *(self.fixed_shape or (None, None)), 3))
        self._sample, self._query = _graph(model.sample), _graph(model.query)

    def __call__(self, rgb: np.ndarray) -> np.ndarray:
        return np.asarray(self._forward({"rgb": rgb})["hsi"])

    def sample(self, rgb: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        return np.asarray(self._sample(rgb, rows, columns))

    def query(self, rgb: np.ndarray, points: np.ndarray) -> np.ndarray:
        return np.asarray(self._query(rgb, points))


def _graph(function, rgb=None):
    """On TensorFlow a graph, which lets go of each intermediate tensor after its last use; run eagerly, a
    model keeps them all.

    With the shape of `rgb`, its only input, the graph is built once for pictures of every size.
    """
    import keras

    if keras.backend.backend() != "tensorflow":
        return function
    import tensorflow as tf

    if rgb is None:
        return tf.function(function, reduce_retracing=True)
    return tf.function(function, input_signature=[{"rgb": tf.TensorSpec(rgb, tf.float32)}])
