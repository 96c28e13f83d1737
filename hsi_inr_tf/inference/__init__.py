"""Running trained models on pictures of any size."""

from hsi_inr_tf.inference.hyperspectral_image import HyperspectralImage
from hsi_inr_tf.inference.loading import bundled, load
from hsi_inr_tf.inference.reconstructor import Reconstruction, Reconstructor

__all__ = ["HyperspectralImage", "Reconstruction", "Reconstructor", "bundled", "load"]
