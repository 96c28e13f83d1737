"""Exchanged materials: a flat object takes the new material's spectrum, its shading stays, others do not
change.
"""

import numpy as np
import pytest

from hsi_inr_tf.data import Augmentation, Scenes, patches
from hsi_inr_tf.data.augmentation import relight
from hsi_inr_tf.data.recolouring import recoloured
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.optics import camera_named, reflectances

BANDS = 31
RISING, FALLING = np.linspace(0.1, 0.8, BANDS), np.linspace(0.8, 0.1, BANDS)


def angle(one, other):
    return np.arccos(np.clip(one @ other / np.linalg.norm(one) / np.linalg.norm(other), -1, 1))


def test_one_shaded_material_becomes_another_with_the_same_shading():
    shading = np.linspace(0.1, 0.5, 16 * 16, dtype=np.float32).reshape(16, 16, 1)
    cube = (shading * RISING).astype(np.float32)
    library = FALLING.astype(np.float32)[None] * 0.5  # the only material there is, so mixtures are the same
    new = recoloured(cube, library, np.random.default_rng(3))
    assert angle(new[8, 8], FALLING) == pytest.approx(0.0, abs=1e-3)
    brightness = new.mean(axis=-1)
    assert brightness / brightness[0, 0] == pytest.approx(shading[..., 0] / shading[0, 0], rel=1e-3)


def test_what_looks_different_from_every_exchanged_pixel_stays():
    """The anchors are drawn by brightness, so the dark half, of another spectrum, is almost never drawn."""
    cube = np.empty((16, 16, BANDS), np.float32)
    cube[:, :8] = RISING
    cube[:, 8:] = np.eye(BANDS)[0] * 1e-5  # a single band: far from RISING
    new = recoloured(cube, FALLING.astype(np.float32)[None], np.random.default_rng(0))
    assert new[:, 8:] == pytest.approx(cube[:, 8:], abs=1e-4)
    assert angle(new[0, 0], FALLING) < 1e-3


def test_values_stay_between_0_and_1_and_depend_on_the_seed_alone():
    cube = np.random.default_rng(1).random((16, 16, BANDS), np.float32)
    library = reflectances.measured(range(400, 701, 10))
    one, again, other = (recoloured(cube, library, np.random.default_rng(seed)) for seed in (4, 4, 5))
    assert one.min() >= 0 and one.max() <= 1 and one.dtype == np.float32
    assert np.array_equal(one, again) and not np.array_equal(one, other)


def test_the_picture_of_a_recoloured_crop_is_rendered_from_its_cube():
    camera = camera_named()
    cube = np.random.default_rng(2).random((16, 16, BANDS)).astype(np.float32) * 0.7
    rgb = camera.render(cube)
    library = reflectances.measured(camera.wavelengths)
    augmentation = Augmentation(recolouring=1.0)
    new_rgb, new = relight(rgb, cube, np.random.default_rng(7), camera, augmentation, None, library)
    assert np.abs(new - cube).max() > 0.05
    assert new_rgb == pytest.approx(camera.render(new), abs=0.6 / 255)


def test_crops_that_are_not_drawn_stay_to_the_bit():
    cube = np.random.default_rng(2).random((8, 8, BANDS)).astype(np.float32)
    rgb = camera_named().render(cube)
    same = relight(
        rgb, cube, np.random.default_rng(0), camera_named(), Augmentation(recolouring=1e-9), None, None
    )
    assert same[0] is rgb and same[1] is cube


def test_without_reflectances_at_the_scenes_bands_recolouring_is_refused():
    cube = np.ones((16, 16, 4), np.float32)
    scenes = Scenes.from_arrays([cube[..., :3]], [cube], wavelengths=[400, 500, 600, 700])
    with pytest.raises(InputError, match="reflectances"):
        patches(scenes, patch=8, batch_size=2, seed=0, augmentation=Augmentation(recolouring=0.5))
