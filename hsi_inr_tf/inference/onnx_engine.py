"""Running an .onnx file that `hsi-inr export` wrote, with onnxruntime and without TensorFlow."""

import os

import numpy as np

from hsi_inr_tf.annotations import PathLike
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.inference.engines import Engine, check_answers, check_sides
from hsi_inr_tf.trained.description import ModelDescription
from hsi_inr_tf.trained.exported_files import MEMBER


class ONNXEngine(Engine):
    """rgb float32 [batch, height, width, 3] in [0, 1] -> hsi float32 [batch, height, width, bands], one
    picture at a time.

    `fixed_shape` is the (height, width) that the file was exported for, or None where it takes any.
    """

    batch_size = 1
    continuous = False  # one graph, without those that ask between pixels

    def __init__(self, path: PathLike, threads: int | None = None) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or os.cpu_count() or 1
        options.log_severity_level = 3  # errors
        try:
            self._session = onnxruntime.InferenceSession(
                str(path), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # its exceptions share no class of their own
            raise InputError(f"{path}: onnxruntime cannot load this model ({error})") from error
        carried = self._session.get_modelmeta().custom_metadata_map.get(MEMBER)
        if carried is None:
            raise InputError(f"{path} carries no {MEMBER}, expected an .onnx written by hsi-inr export")
        try:
            self.description = ModelDescription.from_json(carried)
        except InputError as error:
            raise InputError(f"{path}: {error}") from error
        inputs, answers = (
            {one.name: one for one in of} for of in (self._session.get_inputs(), self._session.get_outputs())
        )
        if list(inputs) != ["rgb"] or "hsi" not in answers or len(inputs["rgb"].shape) != 4:
            raise InputError(f"{path}: it does not map one rgb to hsi, expected an .onnx of hsi-inr export")
        _, height, width, _ = inputs["rgb"].shape
        self.fixed_shape = (height, width) if isinstance(height, int) else None
        shape = [side if isinstance(side, int) else None for side in answers["hsi"].shape]
        check_answers(self.description, shape, path)
        check_sides(self.description, self.fixed_shape, path)

    def __call__(self, rgb: np.ndarray) -> np.ndarray:
        rgb = np.asarray(rgb, np.float32)
        if self.fixed_shape and rgb.shape[1:3] != self.fixed_shape:
            raise InputError(f"this .onnx takes pictures of {self.fixed_shape}, not {rgb.shape[1:3]}")
        return np.concatenate([self._session.run(["hsi"], {"rgb": picture[None]})[0] for picture in rgb])
