"""Fixtures that every part's tests share."""

import os
from pathlib import Path

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")


@pytest.fixture(scope="session")
def shared_cave() -> Path:
    """The folder of the real CAVE archive, beside the repository or named by HSI_CAVE_DIR."""
    folder = Path(
        os.environ.get("HSI_CAVE_DIR", Path(__file__).resolve().parents[2] / "shared" / "data" / "cave")
    )
    if not (folder / "complete_ms_data.zip").is_file():
        pytest.skip(f"needs real CAVE scenes: {folder / 'complete_ms_data.zip'} is absent (set HSI_CAVE_DIR)")
    return folder


@pytest.fixture(scope="session")
def random_model():
    """`random_model(preset, provenance={}, **overrides)`: (model, its description). Narrow, and every
    variable is random: fresh weights have zeros, which would hide parts of the graph."""

    def build(preset="inr-compact", provenance=None, **overrides):
        import numpy as np

        from hsi_inr_tf import models
        from hsi_inr_tf.optics import camera_named
        from hsi_inr_tf.trained.description import ModelDescription

        model = models.build(preset, **{"width": 24, "head_width": 16, **overrides})
        generator = np.random.default_rng(0)
        for variable in model.weights:
            variable.assign(variable.numpy() + generator.normal(0, 0.03, variable.shape))
        camera = camera_named()
        return model, ModelDescription.of(model, preset, camera.wavelengths, camera, provenance=provenance)

    return build
