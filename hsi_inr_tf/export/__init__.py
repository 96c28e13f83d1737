"""Trained models as files that run without this package's code: SavedModel and TFLite, both describing
themselves.
"""

from hsi_inr_tf.export.model_folder import model_folder
from hsi_inr_tf.export.of_adapted import adapted_model
from hsi_inr_tf.export.to_saved_model import saved_model
from hsi_inr_tf.export.to_tflite import tflite

__all__ = ["adapted_model", "model_folder", "saved_model", "tflite"]
