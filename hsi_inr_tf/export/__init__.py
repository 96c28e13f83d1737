"""Trained models as files that run without this package's code: SavedModel, TFLite and ONNX, all
describing themselves.
"""

from hsi_inr_tf.export.model_folder import model_folder
from hsi_inr_tf.export.of_adapted import adapted_model
from hsi_inr_tf.export.to_onnx import onnx
from hsi_inr_tf.export.to_saved_model import saved_model
from hsi_inr_tf.export.to_tflite import tflite

__all__ = ["adapted_model", "model_folder", "onnx", "saved_model", "tflite"]
