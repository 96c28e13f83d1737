"""The NTIRE 2018 challenge on spectral reconstruction from RGB images (BGU HS), both tracks."""

import dataclasses
from pathlib import Path

import numpy as np
import tensorflow_datasets as tfds

from hsi_inr_tf.data import formats
from hsi_inr_tf.data.builder import SceneBuilder
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.optics import VISIBLE, camera_named

PARTS = {"train": ("Train1", "Train2"), "validation": ("Validate",)}
TRACKS = {"clean": ("Clean", "clean.png"), "real_world": ("RealWorld", "camera.jpg")}
LIMIT = 4095
# Cubes are stored in sixteenths of the sensor's 12-bit steps: exact for whole numbers, and 4095 * 16 < 65536.
STEPS = 16


@dataclasses.dataclass
class TrackConfig(tfds.core.BuilderConfig):
    """One config per track of the challenge."""


class Builder(SceneBuilder):
    """Outdoor and indoor scenes, mostly 1392 x 1300 pixels, 31 bands from 400 to 700 nm."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "Cubes as sixteenths of the 12-bit values, RGB files as distributed."}  # noqa: RUF012
    BUILDER_CONFIGS = [  # noqa: RUF012
        TrackConfig(
            name="clean", description="RGB rendered without noise (CIE 1964 10 degree response, 8 bit)."
        ),
        TrackConfig(name="real_world", description="RGB of an undisclosed camera, with noise, as JPEG."),
    ]
    MANUAL_DOWNLOAD_INSTRUCTIONS = """
    The files were given to those who registered for the challenge (see
    https://icvl.cs.bgu.ac.il/hyperspectral/; its links are reported dead since November 2025). Unpack the
    archives into the manual folder: NTIRE2018_Train1_Spectral, NTIRE2018_Train2_Spectral and
    NTIRE2018_Validate_Spectral with BGU_HS_#####.mat, and beside them ..._Clean with
    BGU_HS_#####_clean.png or ..._RealWorld with BGU_HS_#####_camera.jpg. A copy may hold only some of the
    scenes.
    """

    def _info(self):
        camera = camera_named("cie-1964-10deg")
        if self.builder_config.name == "real_world":
            # The organisers did not disclose the response; models get the one that resembles it most.
            camera = dataclasses.replace(camera_named(), name="undisclosed (taken as cie-1931-2deg-d65-srgb)")
        return self.scene_info(homepage="https://icvl.cs.bgu.ac.il/hyperspectral/", camera=camera)

    def _shard_iterators_per_split(self, dl_manager):
        root = Path(dl_manager.manual_dir)
        scenes = {
            split: find_scenes(root, parts, *TRACKS[self.builder_config.name])
            for split, parts in PARTS.items()
        }
        if not any(scenes.values()):
            raise InputError(
                f"{root} holds no scenes of NTIRE2018, expected "
                "NTIRE2018_Train1_Spectral/BGU_HS_00001.mat and so on"
            )
        return self.shards({split: found for split, found in scenes.items() if found}, read_scene)


def find_scenes(root: Path, parts, track: str, suffix: str):
    found = []
    for part in parts:
        for cube in sorted((root / f"NTIRE2018_{part}_Spectral").glob("BGU_HS_*.mat")):
            rgb = root / f"NTIRE2018_{part}_{track}" / f"{cube.stem}_{suffix}"
            if not rgb.is_file():
                raise InputError(f"{rgb} is missing, expected the RGB image of {cube}")
            found.append((cube.stem, (rgb, cube)))
    return found


def read_scene(rgb: Path, cube: Path):
    """rgb as the file holds it, cube uint16 = 16 times the shipped value."""
    formats.check_wavelengths(formats.mat_variable(cube, "bands", formats.SMALL), cube, "bands", VISIBLE)
    values = formats.hdf5_cube(cube, "rad", len(VISIBLE), np.uint16, scale=STEPS, limit=LIMIT)
    pixels = formats.decode_rgb(rgb.read_bytes(), str(rgb))
    formats.check_pair(pixels, values, rgb, cube)
    return {"rgb": str(rgb), "cube": values, "white": float(STEPS * LIMIT)}
