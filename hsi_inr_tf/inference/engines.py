"""What computes: one class for every way a trained model can be run.

An engine has `description` (ModelDescription), `fixed_shape` ((height, width) of the only pictures it takes,
or None) and `batch_size` (how many windows it likes at once), and maps rgb [batch, height, width, 3] in [0,
1] to spectra [batch, height, width, bands], both float32. Engines of continuous models also have `sample(rgb
[1, height, width, 3], rows, columns)` and `query(rgb, points [1, n, 2])`.
"""

import numpy as np


class KerasEngine:
    """A Keras model in this process. Its weights may go on changing (validation while training)."""

    def __init__(self, model, description):
        self.model = model
        self.description = description
        self.fixed_shape = (description.patch, description.patch) if description.patch else None
        self.batch_size = 8 if self.fixed_shape else 1
        self._forward = _graph(model, (None, *(self.fixed_shape or (None, None)), 3))
        if hasattr(model, "sample"):
            sample, query = _graph(model.sample), _graph(model.query)
            self.sample = lambda rgb, rows, columns: np.asarray(sample(rgb, rows, columns))
            self.query = lambda rgb, points: np.asarray(query(rgb, points))

    def __call__(self, rgb: np.ndarray) -> np.ndarray:
        return np.asarray(self._forward({"rgb": rgb})["hsi"])


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
