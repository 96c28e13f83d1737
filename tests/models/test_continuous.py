"""An implicit representation read between its pixels."""

import keras
import numpy as np
import pytest

from hsi_inr_tf.models import build


@pytest.fixture(scope="module", params=["cell", "patch"])
def model(request):
    keras.utils.set_random_seed(1)
    if request.param == "cell":
        model = build("inr-single", width=24, head_width=16, hidden=(16,), basis=0, dilations=(1,))
    else:
        model = build("inr-paper", width=8, top_width=16, frequencies=2)
    kernel = model.hypernetwork.head.kernel
    kernel.assign(keras.random.normal(kernel.shape, stddev=0.05, seed=2))  # cells that differ
    return model


@pytest.fixture(scope="module")
def rgb():
    return np.random.default_rng(3).random((1, 64, 64, 3), dtype=np.float32)


def test_at_pixel_centres_samples_are_the_ordinary_result(model, rgb):
    whole = np.asarray(model({"rgb": rgb})["hsi"])
    np.testing.assert_allclose(model.sample(rgb, np.arange(64.0), np.arange(64.0)), whole, atol=1e-5)
    some = model.sample(rgb, np.array([3.0, 20.0, 21.0, 63.0]), np.array([0.0, 7.0, 8.0, 40.0, 41.0]))
    np.testing.assert_allclose(some, whole[:, [3, 20, 21, 63]][:, :, [0, 7, 8, 40, 41]], atol=1e-5)


def test_at_pixel_centres_points_are_the_ordinary_result(model, rgb):
    points = np.array([[0, 0], [63, 63], [5, 60], [33, 7]])
    expected = np.asarray(model({"rgb": rgb})["hsi"])[0, points[:, 0], points[:, 1]]
    np.testing.assert_allclose(model.query(rgb, points[None].astype(np.float32))[0], expected, atol=1e-5)


def test_a_grid_equals_its_points_anywhere(model, rgb):
    rows, columns = np.array([-0.5, 0.3, 7.49, 7.51, 30.2, 63.5]), np.array([0.1, 11.9, 12.0, 55.5])
    grid = np.asarray(model.sample(rgb, rows, columns))[0]
    points = np.stack(np.meshgrid(rows, columns, indexing="ij"), -1).reshape(1, -1, 2)
    np.testing.assert_allclose(grid.reshape(-1, 31), model.query(rgb, points)[0], atol=1e-5)


def test_inside_a_cell_the_representation_is_continuous(model, rgb):
    cell = model.hypernetwork.cell
    steps = np.linspace(cell + 0.1, cell + 1.1, 65)
    line = np.asarray(model.sample(rgb, steps, np.array([cell + 1.0])))[0, :, 0]
    jumps, range_ = np.abs(np.diff(line, axis=0)).max(), np.ptp(line, axis=0).max()
    assert range_ > 0 and jumps < 0.2 * range_
