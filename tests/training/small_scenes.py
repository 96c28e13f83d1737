"""Small scenes from a seed, for the tests and for the processes that they start."""

import numpy as np

from hsi_inr_tf.data import Scenes
from hsi_inr_tf.optics import camera_named

TINY = {"width": 24, "head_width": 16, "dilations": [1], "hidden": [8], "basis": 4}


def small_scenes() -> Scenes:
    """Three pictures of 48 x 48 with smooth random spectra, seen by the camera of CAVE."""
    rng = np.random.default_rng(1)
    curves = np.cos(np.pi * np.arange(4)[:, None] * np.linspace(0, 1, 31))
    cubes = [
        np.clip(0.4 + 0.1 * rng.normal(size=(48, 48, 4)) @ curves, 0, 1).astype(np.float32) for _ in range(3)
    ]
    return Scenes.from_arrays(
        [camera_named().render(cube) for cube in cubes], cubes, ["red", "green", "blue"]
    )
