"""Batches depend on seed and step alone, keep RGB and cube together, and change light as physics does."""

import numpy as np
import pytest

from hsi_inr_tf.data import Augmentation, Scenes, patches
from hsi_inr_tf.data.augmentation import relight, smooth_gain
from hsi_inr_tf.data.patches import CROPS_PER_SCENE, scene_of_group
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.optics import camera_named

PHYSICAL = Augmentation(exposure=1.0, modulation=0.2, mixing=0.5)


@pytest.fixture(scope="module")
def scenes():
    """Cubes that say where each pixel is, with RGB rendered from them."""
    rng = np.random.default_rng(0)
    cubes = [rng.random((size, size + 4, 31)).astype(np.float32) * 0.8 for size in (24, 30, 40)]
    return Scenes.from_arrays([camera_named().render(cube) for cube in cubes], cubes)


def batches(scenes, **kwargs):
    options = {"patch": 16, "batch_size": 4, "seed": 5, "steps": 3, **kwargs}
    return [(rgb.numpy(), cube.numpy()) for rgb, cube in patches(scenes, **options)]


@pytest.mark.parametrize("augmentation", [Augmentation(), PHYSICAL])
def test_a_batch_is_the_same_wherever_training_starts(scenes, augmentation):
    whole = batches(scenes, steps=5, augmentation=augmentation)
    resumed = batches(scenes, steps=2, first_step=3, augmentation=augmentation)
    for (rgb, cube), (rgb2, cube2) in zip(whole[3:], resumed, strict=True):
        assert np.array_equal(rgb, rgb2) and np.array_equal(cube, cube2)


def test_other_seeds_and_steps_give_other_batches(scenes):
    (_, first), (_, second), *_ = batches(scenes)
    assert not np.array_equal(first, second)
    assert not np.array_equal(first, batches(scenes, seed=6)[0][1])


def test_the_workers_parts_make_up_the_batch(scenes):
    whole = batches(scenes, augmentation=PHYSICAL)
    parts = [batches(scenes, augmentation=PHYSICAL, shard=(index, 2)) for index in range(2)]
    for step, (rgb, cube) in enumerate(whole):
        assert np.array_equal(rgb, np.concatenate([part[step][0] for part in parts]))
        assert np.array_equal(cube, np.concatenate([part[step][1] for part in parts]))


def test_flipped_crops_still_match_their_rgb(scenes):
    for rgb, cube in batches(scenes):
        assert camera_named().render(cube) == pytest.approx(rgb, abs=1e-5)


def test_every_scene_comes_once_before_any_comes_again():
    order = [scene_of_group(7, 3, group) for group in range(21)]
    assert all(sorted(order[start : start + 7]) == list(range(7)) for start in (0, 7, 14))
    assert CROPS_PER_SCENE > 1


def test_relit_rgb_is_the_cube_seen_by_the_camera_in_8_bits(scenes):
    for rgb, cube in batches(scenes, augmentation=PHYSICAL):
        assert np.abs(camera_named().render(cube) - rgb).max() <= 0.5 / 255 + 1e-5
        assert cube.min() >= 0 and cube.max() <= 1


def test_exposure_scales_light_and_keeps_what_the_picture_had_beyond_the_model():
    camera = camera_named()
    cube = np.full((4, 4, 31), 0.2, np.float32)
    offset = np.float32(0.05)
    rgb = camera.encode(camera.linear_rgb(cube) + offset)
    rng = np.random.default_rng(3)
    relit, brighter = relight(rgb, cube, rng, camera, Augmentation(exposure=1.0), None)
    gain = brighter.mean() / 0.2
    assert 0.5 <= gain <= 2
    assert camera.decode(relit) == pytest.approx(np.full((4, 4, 3), gain * (0.2 + offset)), abs=6e-3)


def test_a_mixture_lies_between_its_parts():
    camera = camera_named()
    low, high = np.full((2, 2, 31), 0.1, np.float32), np.full((2, 2, 31), 0.9, np.float32)
    _, mixed = relight(
        camera.render(low),
        low,
        np.random.default_rng(0),
        camera,
        Augmentation(mixing=1.0),
        lambda: (camera.render(high), high),
    )
    assert mixed.min() > 0.17 and mixed.max() < 0.83


def test_modulation_has_the_deviation_it_says():
    logs = np.log([smooth_gain(np.random.default_rng(i), 31, 0.2) for i in range(400)])
    assert np.sqrt(np.mean(logs**2)) == pytest.approx(0.2, rel=0.1)
    assert np.abs(np.diff(logs, axis=1)).max() < 0.3


def test_a_scene_smaller_than_a_patch_is_refused_by_name(scenes):
    with pytest.raises(InputError, match="scene_00"):
        patches(scenes, patch=32, batch_size=4, seed=0)
