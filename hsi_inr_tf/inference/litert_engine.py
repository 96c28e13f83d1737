"""Running a .tflite file that `hsi-inr export` wrote, with ai-edge-litert and without TensorFlow."""

import os
import threading

import numpy as np

from hsi_inr_tf.annotations import PathLike
from hsi_inr_tf.errors import InputError, first_line
from hsi_inr_tf.inference.engines import check_answers, check_sides
from hsi_inr_tf.quiet import quietly
from hsi_inr_tf.trained import exported_files


class LiteRTEngine:
    """rgb float32 [batch, height, width, 3] in [0, 1] -> hsi float32 [batch, height, width, bands], one
    picture at a time.

    `fixed_shape` is the (height, width) that the file was exported for, or None where its input is resizable.
    """

    batch_size = 1

    def __init__(self, path: PathLike, threads: int | None = None) -> None:
        from ai_edge_litert.interpreter import Interpreter

        self.description = exported_files.read(path)
        try:
            with quietly():  # it says each time which delegate it made
                self._interpreter = Interpreter(str(path), num_threads=threads or os.cpu_count())
                self._interpreter.allocate_tensors()
            self._run = self._interpreter.get_signature_runner("serving_default")
            rgb = self._run.get_input_details()["rgb"]
            hsi = self._run.get_output_details()["hsi"]
            _, height, width, _ = (int(side) for side in rgb["shape_signature"])
        except (ValueError, RuntimeError, KeyError, OSError) as error:
            raise InputError(f"{path}: LiteRT cannot load this model ({first_line(error)})") from error
        if rgb["dtype"] != np.float32 or hsi["dtype"] != np.float32:
            raise InputError(f"{path}: it takes and gives other numbers than float32, expected these")
        self.fixed_shape = (height, width) if height > 0 else None
        check_answers(self.description, hsi["shape_signature"], path)
        check_sides(self.description, self.fixed_shape, path)
        self._lock = threading.Lock()  # an interpreter has one set of buffers
        self.continuous = "sample" in self._interpreter.get_signature_list()

    def __call__(self, rgb: np.ndarray) -> np.ndarray:
        rgb = np.asarray(rgb, np.float32)
        if self.fixed_shape and rgb.shape[1:3] != self.fixed_shape:
            raise InputError(f"this .tflite takes pictures of {self.fixed_shape}, not {rgb.shape[1:3]}")
        with self._lock:
            if len(rgb) == 1:
                return self._one(rgb)  # cubes are large: joining would copy this one once more
            return np.concatenate([self._one(picture[None]) for picture in rgb])

    def _one(self, rgb):
        try:
            hsi = self._run(rgb=rgb)["hsi"]
        except (RuntimeError, ValueError) as error:
            raise InputError(
                f"this .tflite does not run as its description says ({first_line(error)})"
            ) from error
        expected = (*rgb.shape[:3], len(self.description.wavelengths))
        if hsi.shape != expected:
            raise InputError(
                f"this .tflite answers with {hsi.shape}, expected {expected}, as it is described"
            )
        return hsi

    def sample(self, rgb: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """Spectra [1, len(rows), len(columns), bands] of one picture at fractional pixel indices."""
        return self._ask("sample", rgb=rgb, rows=rows, columns=columns)

    def query(self, rgb: np.ndarray, points: np.ndarray) -> np.ndarray:
        """Spectra [1, n, bands] of one picture at points [1, n, 2] = (row, column)."""
        return self._ask("query", rgb=rgb, points=points)

    def _ask(self, signature, **inputs):
        with self._lock:
            run = self._interpreter.get_signature_runner(signature)
            return run(**{name: np.asarray(value, np.float32) for name, value in inputs.items()})["hsi"]
