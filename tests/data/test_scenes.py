"""Scenes give what was put in, whole or by the crop, as float32 in [0, 1]."""

import numpy as np
import pytest

from hsi_inr_tf.data import Scenes
from hsi_inr_tf.errors import InputError


def stored(height, width, seed=0):
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (height, width, 3), np.uint8), rng.integers(
        0, 4096, (height, width, 31), np.uint16
    )


@pytest.fixture
def scenes():
    (rgb1, cube1), (rgb2, cube2) = stored(20, 30, 1), stored(16, 18, 2)
    return Scenes.from_arrays([rgb1, rgb2], [cube1, cube2], ["one", "two"], white=4095)


def test_stored_values_are_divided_by_their_white(scenes):
    name, rgb, cube = scenes[0]
    assert name == "one" and rgb.dtype == cube.dtype == np.float32
    assert cube == pytest.approx(scenes.cubes[0] / 4095, abs=1e-6)
    assert rgb == pytest.approx(scenes.rgbs[0] / 255, abs=1e-6)


def test_a_crop_equals_the_window_of_the_scene(scenes):
    rgb, cube = scenes.crop(0, 3, 7, 8)
    _, whole_rgb, whole_cube = scenes[0]
    assert np.array_equal(rgb, whole_rgb[3:11, 7:15]) and np.array_equal(cube, whole_cube[3:11, 7:15])


def test_values_beyond_white_are_clipped():
    rgb = np.zeros((4, 4, 3), np.uint8)
    scenes = Scenes.from_arrays([rgb], [np.full((4, 4, 5), 2.0)], white=1.0)
    assert scenes[0].cube.max() == 1


def test_selection_keeps_the_order_asked_for(scenes):
    assert [scene.name for scene in scenes.select(["two", "one"])] == ["two", "one"]
    assert scenes.select(["two"]).shape(0) == (16, 18)


def test_rgb_and_cube_of_different_size_are_refused():
    with pytest.raises(InputError, match="odd"):
        Scenes.from_arrays([np.zeros((4, 5, 3), np.uint8)], [np.zeros((5, 4, 31), np.uint16)], ["odd"])
