"""Cameras: from a cube to the RGB that a camera would see of it, and back."""

from hsi_inr_tf.optics.camera import Camera
from hsi_inr_tf.optics.cameras import CAVE, VISIBLE, named

__all__ = ["CAVE", "VISIBLE", "Camera", "named"]
