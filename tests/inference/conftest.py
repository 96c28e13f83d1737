"""A tiny model whose every output depends on its surroundings, so that wrong tiling shows."""

import keras
import numpy as np
import pytest

from hsi_inr_tf.inference import Reconstructor
from hsi_inr_tf.inference.keras_engine import KerasEngine
from hsi_inr_tf.models import build
from hsi_inr_tf.optics import camera_named
from hsi_inr_tf.trained.description import ModelDescription

TINY = {"width": 24, "head_width": 16, "hidden": (16,), "basis": 0, "dilations": (1,)}


def reconstructor_of(model, name, **changes):
    described = {"stride": model.stride, "halo": model.halo, "patch": model.patch, **changes}
    return Reconstructor(
        KerasEngine(model, ModelDescription(name, camera_named().wavelengths, camera_named(), **described))
    )


def with_context(hypernetwork):
    """Give it random kernels where a fresh one starts without influence from the surroundings."""
    random = np.random.default_rng(0)
    for kernel in (hypernetwork.head.kernel, *(second.kernel for _, second in hypernetwork.blocks)):
        kernel.assign(random.normal(size=kernel.shape, scale=0.7 * np.prod(kernel.shape[:-1]) ** -0.5))
    hypernetwork.head.kernel.assign(hypernetwork.head.kernel * 0.2)


@pytest.fixture(scope="session")
def model():
    keras.utils.set_random_seed(0)
    model = build("inr-single", **TINY)
    with_context(model.hypernetwork)
    return model


@pytest.fixture(scope="session")
def reconstructor(model):
    return reconstructor_of(model, "inr-single")


@pytest.fixture(scope="session")
def committee_reconstructor():
    keras.utils.set_random_seed(0)
    committee = build("inr-compact", members=2, **{**TINY, "hidden": 4, "basis": 4})
    for member in committee.members:
        with_context(member)
    committee.to_spectra.kernel.assign(np.random.default_rng(1).normal(size=(4, 31), scale=0.1))
    return reconstructor_of(committee, "inr-compact")


@pytest.fixture(scope="session")
def patch_reconstructor():
    keras.utils.set_random_seed(0)
    model = build("inr-paper", width=8, top_width=16, frequencies=2)
    kernel = model.hypernetwork.head.kernel
    kernel.assign(keras.random.normal(kernel.shape, stddev=0.05, seed=2))
    return reconstructor_of(model, "inr-paper")


@pytest.fixture(scope="session")
def photograph():
    """Smooth blobs with some noise, odd sides: float32 [133, 201, 3]."""
    random = np.random.default_rng(5)
    y, x = np.mgrid[:133, :201] / 40.0
    waves = [0.5 + 0.4 * np.sin(a * y + b * x + c) for a, b, c in random.uniform(0.5, 3.0, (3, 3))]
    return np.clip(np.stack(waves, -1) + random.normal(scale=0.03, size=(133, 201, 3)), 0, 1).astype(
        np.float32
    )
