"""Weights from strangers: what is damaged, or lies elsewhere, is refused in one sentence."""

import random

import h5py
import numpy as np
import pytest

from hsi_inr_tf import models
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.trained.weights import load_weights, save_weights


@pytest.fixture(scope="module")
def model():
    built = models.build("inr-edge")
    built(np.zeros((1, 16, 16, 3), np.float32))
    return built


@pytest.fixture
def weights(model, tmp_path):
    path = tmp_path / "model.weights.h5"
    save_weights(model, path)
    return path


def first_dataset(file):
    found = []
    file.visititems(lambda name, item: found.append(name) if isinstance(item, h5py.Dataset) else None)
    return found[0]


def test_damaged_weights_are_refused_or_read(model, weights):
    whole, draw = weights.read_bytes(), random.Random(3)
    refused = 0
    for _ in range(40):
        data = bytearray(whole)
        for _ in range(draw.choice((1, 20, 200))):
            data[draw.randrange(min(len(data), 60_000))] = draw.randrange(256)
        if draw.random() < 0.2:
            del data[draw.randrange(len(data)) :]
        weights.write_bytes(bytes(data))
        try:
            load_weights(model, weights)
        except InputError as error:
            refused += 1
            assert str(weights) in str(error) and "\n" not in str(error)
    assert refused > 10


def test_weights_in_another_file_are_refused(model, weights, tmp_path):
    other = tmp_path / "other.h5"
    other.write_bytes(weights.read_bytes())
    with h5py.File(weights, "r+") as file:
        name = first_dataset(file)
        del file[name]
        file[name] = h5py.ExternalLink(str(other), f"/{name}")
    with pytest.raises(InputError, match="expected data of its own"):
        load_weights(model, weights)


def test_weights_that_are_not_finite_are_refused(model, weights):
    with h5py.File(weights, "r+") as file:
        file[first_dataset(file)][...] = np.nan
    with pytest.raises(InputError, match="not finite"):
        load_weights(model, weights)
