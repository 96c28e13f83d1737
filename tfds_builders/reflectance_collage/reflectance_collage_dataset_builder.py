"""The embedded dataset: still lifes made of measured reflectances; nothing is downloaded."""

import numpy as np
import tensorflow_datasets as tfds

from hsi_inr_tf.data.builder import SceneBuilder
from hsi_inr_tf.optics import camera_named

from . import still_life

SEED = 20211020
SIDE = 160
SCENES = {"train": range(18), "validation": range(18, 24), "test": range(24, 30)}


class Builder(SceneBuilder):
    """30 computed still lifes, 160 x 160 pixels, 31 bands from 400 to 700 nm."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": f"Seed {SEED}."}  # noqa: RUF012

    def _info(self):
        homepage = "https://www.colour-science.org/"
        return self.scene_info(homepage=homepage, camera=camera_named(), height=SIDE, width=SIDE)

    def _shard_iterators_per_split(self, dl_manager):
        return self.shards(
            {split: [(f"{n:02d}", (n,)) for n in numbers] for split, numbers in SCENES.items()}, read_scene
        )


def read_scene(number):
    """rgb uint8, as CAVE's camera renders it, and cube uint16 of one scene."""
    name, cube = still_life.scene(number, SIDE, SEED)
    stored = np.round(cube * 65535).astype(np.uint16)
    rgb = camera_named().render(stored.astype(np.float32) / 65535)
    return {"name": name, "rgb": np.round(rgb * 255).astype(np.uint8), "cube": stored, "white": 65535.0}
