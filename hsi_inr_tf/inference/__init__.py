"""Running trained models on pictures of any size."""

from hsi_inr_tf.inference.loading import load
from hsi_inr_tf.inference.reconstruction import Reconstruction
from hsi_inr_tf.inference.reconstructor import Reconstructor

__all__ = ["Reconstruction", "Reconstructor", "load"]
