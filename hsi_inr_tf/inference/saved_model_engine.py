"""Running a SavedModel that hsi-inr export wrote; needs TensorFlow, but none of the model's code."""

import numpy as np

from hsi_inr_tf.annotations import PathLike
from hsi_inr_tf.errors import InputError, first_line
from hsi_inr_tf.inference import saved_model_graph
from hsi_inr_tf.inference.engines import check_answers, check_sides
from hsi_inr_tf.quiet import quietly
from hsi_inr_tf.trained import exported_files


class SavedModelEngine:
    """rgb float32 [batch, height, width, 3] in [0, 1] -> hsi float32 [batch, height, width, bands].

    `path` is the SavedModel's folder or the folder of its numbered versions, of which the highest is taken.
    Its graph is run whatever it does with `trust`, else only if it holds nothing but operators that compute.
    """

    def __init__(self, path: PathLike, trust: bool = False) -> None:
        folder = exported_files.saved_model_folder(path)
        self.description = exported_files.read(folder)
        side = self.description.patch
        self.fixed_shape = (side, side) if side else None
        self.batch_size = 8 if side else 1
        with quietly():
            import tensorflow as tf

            if not trust:
                saved_model_graph.check(folder)
            try:
                self._loaded = tf.saved_model.load(str(folder))
                self._run = self._loaded.signatures["serving_default"]
                rgb = self._run.structured_input_signature[1]["rgb"].shape
                hsi = self._run.structured_outputs["hsi"].shape
                shapes = [tuple(shape) for shape in (rgb, hsi)]
            except Exception as error:  # TensorFlow raises nearly anything on damaged files
                raise InputError(
                    f"{folder}: this SavedModel cannot be loaded ({first_line(error)})"
                ) from error
        self.continuous = "sample" in self._loaded.signatures
        check_answers(self.description, shapes[1], folder)
        check_sides(self.description, shapes[0][1:3] if shapes[0][1] else None, folder)

    def __call__(self, rgb: np.ndarray) -> np.ndarray:
        return self._run(rgb=_floats(rgb))["hsi"].numpy()

    def sample(self, rgb: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """Spectra [batch, len(rows), len(columns), bands] at fractional pixel indices."""
        return self._loaded.signatures["sample"](
            rgb=_floats(rgb), rows=_floats(rows), columns=_floats(columns)
        )["hsi"].numpy()

    def query(self, rgb: np.ndarray, points: np.ndarray) -> np.ndarray:
        """Spectra [1, n, bands] of one picture at points [1, n, 2] = (row, column)."""
        return self._loaded.signatures["query"](rgb=_floats(rgb), points=_floats(points))["hsi"].numpy()


def _floats(values):
    import tensorflow as tf

    return tf.constant(values, tf.float32)
