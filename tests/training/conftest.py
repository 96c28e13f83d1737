"""Tiny scenes and a tiny model, so that a run takes a second."""

import numpy as np
import pytest

from hsi_inr_tf.data import Scenes
from hsi_inr_tf.training import TrainConfig

TINY = {"width": 24, "head_width": 16, "dilations": [1], "hidden": [8], "basis": 4}


@pytest.fixture(scope="session")
def scenes() -> Scenes:
    """Three pictures of 48 x 48 with smooth random spectra, seen by the camera of CAVE."""
    rng = np.random.default_rng(1)
    curves = np.cos(np.pi * np.arange(4)[:, None] * np.linspace(0, 1, 31))
    cubes = [np.clip(0.4 + 0.2 * rng.normal(size=(48, 48, 4)) @ curves / 2, 0, 1).astype(np.float32) for _ in range(3)]
    camera = Scenes.from_arrays([c[..., :3] for c in cubes], cubes).camera
    return Scenes.from_arrays([camera.render(cube) for cube in cubes], cubes, ["red", "green", "blue"])


@pytest.fixture
def config(tmp_path) -> TrainConfig:
    """Twelve steps of the tiny model."""
    return TrainConfig(out=tmp_path / "run", overrides=TINY, steps=12, batch_size=4, patch=16, warmup_steps=2, validate_every=6,
                       log_every=3, tensorboard=False)
