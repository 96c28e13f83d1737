"""Cubes: HyperspectralImage, and the files that hold one."""

from hsi_inr_tf.cubes.formats import FORMATS, format_of, named_for, read, write
from hsi_inr_tf.cubes.hyperspectral_image import HyperspectralImage

__all__ = ["FORMATS", "HyperspectralImage", "format_of", "named_for", "read", "write"]
