"""Cameras: from a cube to the RGB that a camera would see of it."""

from hsi_inr_tf.optics.camera import Camera
from hsi_inr_tf.optics.cameras import CAVE, VISIBLE, from_response, named, names

__all__ = ["CAVE", "VISIBLE", "Camera", "from_response", "named", "names"]
