"""A small built dataset on disk, in the format of ARAD_1K, whose spectra are polynomials of the RGB."""

import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow_datasets as tfds
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
SCENES = {"train": (1, 2), "validation": (901, 902)}


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory) -> Path:
    """Where the dataset "arad_1k" lies: two scenes of 64x64 pixels in each of "train" and "validation"."""
    sys.path.insert(0, str(ROOT))  # as `tfds build` imports builders
    from tests.tfds_builders.true_formats import hdf5_mat
    from tfds_builders.arad_1k.arad_1k_dataset_builder import Builder

    raw, built = tmp_path_factory.mktemp("raw"), tmp_path_factory.mktemp("built")
    for number in (*SCENES["train"], *SCENES["validation"]):
        rng = np.random.default_rng(number)
        y, x = np.mgrid[:64, :64] / 64
        waves = rng.uniform(3, 9, (3, 2))
        rgb = np.stack([0.5 + 0.4 * np.sin(a * x + b * y + number) for a, b in waves], axis=-1)
        Image.fromarray(np.round(rgb * 255).astype(np.uint8)).save(
            raw / f"ARAD_1K_{number:04d}.jpg", quality=95
        )
        seen = np.asarray(Image.open(raw / f"ARAD_1K_{number:04d}.jpg")) / 255
        share = np.linspace(0, 1, 31)
        cube = (
            0.05
            + 0.6 * (share * seen[..., :1] + (1 - share) * seen[..., 2:])
            + 0.3 * share * seen[..., 1:2] ** 3
        )
        hdf5_mat(raw / f"ARAD_1K_{number:04d}.mat", cube, "cube")
    Builder(data_dir=built).download_and_prepare(download_config=tfds.download.DownloadConfig(manual_dir=raw))
    return built
