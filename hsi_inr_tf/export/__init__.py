"""Trained models as files that run without this package's code: SavedModel and TFLite, both describing
themselves.
"""

from hsi_inr_tf.export.to_saved_model import saved_model
from hsi_inr_tf.export.to_tflite import tflite

__all__ = ["saved_model", "tflite"]
