"""Tiny scenes and a tiny model, so that a run takes a second."""

import pytest

from hsi_inr_tf.data import Scenes
from hsi_inr_tf.training import TrainConfig
from tests.training.small_scenes import TINY, small_scenes


@pytest.fixture(scope="session")
def scenes() -> Scenes:
    return small_scenes()


@pytest.fixture
def config(tmp_path) -> TrainConfig:
    """Twelve steps of the tiny model."""
    return TrainConfig(
        model="inr-single",
        out=tmp_path / "run",
        overrides=TINY,
        steps=12,
        batch_size=4,
        patch=16,
        warmup_steps=2,
        validate_every=6,
        log_every=3,
        tensorboard=False,
    )
