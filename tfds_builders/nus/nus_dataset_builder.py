"""The NUS dataset: radiance cubes of indoor and outdoor scenes, with RGB rendered as a chosen camera would
see them.
"""

import dataclasses
from pathlib import Path

import numpy as np
import tensorflow_datasets as tfds

from hsi_inr_tf.data import formats
from hsi_inr_tf.data.builder import SceneBuilder
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.optics import VISIBLE, Camera, camera_named, from_response
from hsi_inr_tf.pictures.kinds import is_litter

SPLITS = {"train": "training", "test": "testing"}
CAMERAS = ("nikon-5100", "sigma-sd-merrill", "cie-1931-2deg-d65-srgb")
CANON = "canon-1d-mark-iii"
CANON_FILE, CANON_NM = "canon_1d_mark_iii.mat", tuple(range(400, 721, 10))


@dataclasses.dataclass
class CameraConfig(tfds.core.BuilderConfig):
    """One config per camera: its name is the camera's."""


class Builder(SceneBuilder):
    """About 66 scenes of several sizes, 31 bands from 400 to 700 nm."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "RGB in linear light, 16 bits."}  # noqa: RUF012
    BUILDER_CONFIGS = [  # noqa: RUF012
        CameraConfig(name=name, description=f"RGB as the camera {name} sees the scene.")
        for name in (*CAMERAS, CANON)
    ]
    MANUAL_DOWNLOAD_INSTRUCTIONS = f"""
    From https://cvil.eecs.yorku.ca/projects/public_html/spectral_reconstruction/ get the hyperspectral
    images and unpack them into the manual folder, so that it holds training/*.mat and testing/*.mat
    (variables tensor and illumination). For the config {CANON} also put the camera's response there, as
    {CANON_FILE} (variable CRF [3, 33], 400 to 720 nm).
    """

    def _info(self):
        camera = None if self.builder_config.name == CANON else camera_named(self.builder_config.name)
        return self.scene_info(
            homepage="https://cvil.eecs.yorku.ca/projects/public_html/spectral_reconstruction/",
            camera=camera,
            rgb=np.uint16,
            cube=np.float32,
            illumination=tfds.features.Tensor(shape=(len(VISIBLE),), dtype=np.float32),
        )

    def _shard_iterators_per_split(self, dl_manager):
        root = Path(dl_manager.manual_dir)
        if self.builder_config.name == CANON:
            camera = canon(root / CANON_FILE)
            self.info.metadata["camera"] = camera.to_dict()
        else:
            camera = camera_named(self.builder_config.name)
        return self.shards(
            {split: find_scenes(root / folder, camera) for split, folder in SPLITS.items()}, read_scene
        )


def canon(path: Path) -> Camera:
    """The camera whose response lies in a file of the user's."""
    if not path.is_file():
        raise InputError(
            f"{path} is missing: the config {CANON} needs the camera's response, CRF [3, {len(CANON_NM)}]"
        )
    response = formats.mat_variable(path, "CRF", formats.SMALL)
    if response.shape != (3, len(CANON_NM)):
        raise InputError(f"{path}: CRF has shape {response.shape}, expected (3, {len(CANON_NM)})")
    return from_response(CANON, CANON_NM, response.T, VISIBLE)


def find_scenes(folder: Path, camera: Camera):
    files = sorted(path for path in folder.glob("*.mat") if not is_litter(path.name))
    if not files:
        raise InputError(f"{folder} holds no .mat files, expected the scenes of the NUS dataset")
    return [(path.stem, (camera, path)) for path in files]


def read_scene(camera: Camera, path: Path):
    """cube float32 as shipped, `white` its largest value, rgb uint16 as the camera sees the cube divided by
    it.
    """
    cube = formats.mat_variable(path, "tensor", formats.LARGE)
    if cube.ndim != 3 or cube.shape[2] != len(VISIBLE):
        raise InputError(f"{path}: tensor has shape {cube.shape}, expected [height, width, {len(VISIBLE)}]")
    formats.check_values(cube, path, "tensor")
    illumination = np.ravel(formats.mat_variable(path, "illumination", formats.SMALL))
    if illumination.shape != (len(VISIBLE),):
        raise InputError(f"{path}: illumination has {illumination.size} values, expected {len(VISIBLE)}")
    white = float(cube.max())
    if white == 0:
        raise InputError(f"{path}: tensor is all zero, expected a scene")
    rgb = camera.render(cube / np.float32(white))
    return {
        "rgb": np.round(rgb * 65535).astype(np.uint16),
        "cube": cube,
        "white": white,
        "illumination": illumination,
    }
