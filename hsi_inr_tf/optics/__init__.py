"""Cameras: from a cube to the RGB that a camera would see of it."""

from hsi_inr_tf.optics.camera import Camera
from hsi_inr_tf.optics.cameras import CAVE, VISIBLE, camera_named, from_response, names

__all__ = ["CAVE", "VISIBLE", "Camera", "camera_named", "from_response", "names"]
