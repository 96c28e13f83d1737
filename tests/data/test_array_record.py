"""A dataset that TFDS has built as array_record is read as one that it has built as tfrecord."""

import numpy as np
import pytest

from hsi_inr_tf.data import open_scenes
from hsi_inr_tf.optics import VISIBLE, camera_named

tfds = pytest.importorskip("tensorflow_datasets", reason="needs the extra train")
pytest.importorskip("array_record")
CUBES = {
    name: np.random.default_rng(seed).integers(0, 65536, (6, 8, 31), np.uint16)
    for seed, name in enumerate(("a", "b", "c"))
}


def build(folder, file_format):
    from hsi_inr_tf.data.builder import SceneBuilder

    class ThreeScenes(SceneBuilder, skip_registration=True):
        """Three scenes."""

        VERSION = tfds.core.Version("1.0.0")
        pkg_dir_path = folder

        def _info(self):
            return self.scene_info(homepage="https://example.org", camera=camera_named(wavelengths=VISIBLE))

        def _shard_iterators_per_split(self, dl_manager):
            return self.shards({"train": [(name, (name,)) for name in CUBES]}, scene)

    def scene(name):
        cube = CUBES[name]
        return {"rgb": (cube[..., :3] >> 8).astype(np.uint8), "cube": cube, "white": 50000.0}

    ThreeScenes(data_dir=folder, file_format=file_format).download_and_prepare()


@pytest.mark.parametrize("file_format", ["array_record", "tfrecord"])
def test_its_scenes_are_those_that_were_written(tmp_path, file_format):
    build(tmp_path, file_format)
    assert list((tmp_path / "three_scenes" / "1.0.0").glob(f"*.{file_format}-*"))
    scenes = open_scenes("three_scenes", tmp_path, "train")
    assert scenes.names == ("a", "b", "c")
    for scene in scenes:
        assert scene.cube == pytest.approx(np.clip(CUBES[scene.name] / 50000.0, 0, 1), abs=1e-6)
        assert (np.round(scene.rgb * 255) == CUBES[scene.name][..., :3] >> 8).all()
