"""ARAD_1K, the dataset of the NTIRE 2022 challenge on spectral reconstruction from RGB images."""

import dataclasses
import re
from pathlib import Path

import numpy as np
import tensorflow_datasets as tfds

from hsi_inr_tf.data import formats
from hsi_inr_tf.data.builder import SceneBuilder
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.optics import VISIBLE, camera_named

TRAINING = 900  # scenes 1 to 900 train, those after validate, as published


class Builder(SceneBuilder):
    """950 scenes with published spectra, 482 x 512 pixels, 31 bands from 400 to 700 nm."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "Cubes in single precision, RGB files as distributed."}  # noqa: RUF012
    MANUAL_DOWNLOAD_INSTRUCTIONS = """
    Register at https://codalab.lisn.upsaclay.fr/competitions/721 and unpack the archives of spectra
    (ARAD_1K_####.mat) and RGB images (ARAD_1K_####.jpg) anywhere in the manual folder, for instance as
    Train_Spec, Train_RGB, Valid_Spec and Valid_RGB. A copy may hold only some of the scenes.
    """

    def _info(self):
        # The challenge's camera is not published; models get the one that resembles it most.
        camera = dataclasses.replace(camera_named(), name="undisclosed (taken as cie-1931-2deg-d65-srgb)")
        return self.scene_info(homepage="https://github.com/boazarad/ARAD_1K", camera=camera, cube=np.float32)

    def _shard_iterators_per_split(self, dl_manager):
        root = Path(dl_manager.manual_dir)
        found = find_scenes(root)
        if not found:
            raise InputError(f"{root} holds no scenes of ARAD_1K, expected files ARAD_1K_0001.mat and so on")
        parts = {"train": [], "validation": []}
        for name, files in found:
            parts["train" if int(name[-4:]) <= TRAINING else "validation"].append((name, files))
        return self.shards({split: scenes for split, scenes in parts.items() if scenes}, read_scene)


def find_scenes(root: Path):
    files = [
        path
        for path in sorted(root.rglob("ARAD_1K_*"))
        if re.fullmatch(r"ARAD_1K_\d{4}\.(mat|jpg)", path.name)
    ]
    images = {path.stem: path for path in files if path.suffix == ".jpg"}
    found = []
    for cube in (path for path in files if path.suffix == ".mat"):
        if cube.stem not in images:
            raise InputError(f"{cube.stem}.jpg is nowhere in {root}, expected the RGB image of {cube}")
        found.append((cube.stem, (images[cube.stem], cube)))
    return found


def read_scene(rgb: Path, cube: Path):
    """rgb as the file holds it, cube float32 as shipped, from 0 to 1."""
    formats.check_wavelengths(formats.mat_variable(cube, "bands", formats.SMALL), cube, "bands", VISIBLE)
    values = formats.hdf5_cube(cube, "cube", len(VISIBLE))
    pixels = formats.decode_rgb(rgb.read_bytes(), str(rgb))
    formats.check_pair(pixels, values, rgb, cube)
    return {"rgb": str(rgb), "cube": values, "white": 1.0}
