"""What a trained model is on disk: its description, weights, the bundled ones, exported files."""

from hsi_inr_tf.trained.bundles import bundled
from hsi_inr_tf.trained.description import ModelDescription

__all__ = ["ModelDescription", "bundled"]
