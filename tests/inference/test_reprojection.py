"""The cube rendered back, and the correction that makes it the picture."""

import numpy as np
import pytest

from hsi_inr_tf.optics import camera_named
from hsi_inr_tf.optics.back_projection import back_projection, consistent


def test_every_reconstruction_says_how_far_its_rendering_is_from_the_picture(reconstructor, photograph):
    cube = reconstructor.reconstruct(photograph)
    difference = cube.rgb() - photograph
    error = cube.provenance["reprojection"]
    assert error["rmse"] == pytest.approx(np.sqrt(np.mean(difference**2)), rel=1e-4)
    assert error["largest"] == pytest.approx(np.abs(difference).max(), rel=1e-4)


def test_the_error_does_not_depend_on_tiles(reconstructor, photograph):
    errors = [
        reconstructor.reconstruct(photograph, tile=tile).provenance["reprojection"]["rmse"]
        for tile in (None, 24)
    ]
    assert errors[0] == pytest.approx(errors[1], rel=1e-5)


def test_a_consistent_cube_of_a_real_spectrum_renders_exactly():
    camera = camera_named()
    random = np.random.default_rng(0)
    truth = 0.5 + 0.1 * np.cumsum(random.normal(size=(50, 31)), axis=1) / 5  # smooth, far from 0 and 1
    rgb = camera.render(truth.astype(np.float32))
    guess = np.clip(truth + random.normal(scale=0.02, size=truth.shape), 0, 1).astype(np.float32)
    corrected = consistent(guess, rgb, camera)
    np.testing.assert_allclose(camera.render(corrected), rgb, atol=1e-5)
    assert np.linalg.norm(corrected - truth) < np.linalg.norm(guess - truth)


def test_consistent_cubes_of_one_picture_differ_only_in_what_the_camera_cannot_see():
    camera = camera_named()
    random = np.random.default_rng(1)
    guesses = random.uniform(0.4, 0.6, (2, 31)).astype(np.float32)
    rgb = camera.render(np.full((1, 31), 0.45, np.float32))
    first, second = consistent(guesses, np.repeat(rgb, 2, axis=0), camera)
    np.testing.assert_allclose(camera.linear_rgb(first), camera.linear_rgb(second), atol=1e-5)
    assert np.abs(first - second).max() > 0.05


def test_what_is_consistent_already_stays():
    camera = camera_named()
    cube = np.random.default_rng(1).uniform(0.2, 0.8, (5, 31)).astype(np.float32)
    np.testing.assert_allclose(consistent(cube, camera.render(cube), camera), cube, atol=1e-5)


def test_the_correction_is_the_least_change_that_renders_right():
    camera = camera_named()
    back = back_projection(camera)
    np.testing.assert_allclose(back @ camera.response, np.eye(3), atol=1e-9)
    inverse = np.linalg.inv(np.exp(-np.abs(np.subtract.outer(camera.wavelengths, camera.wavelengths)) / 150))
    change = np.array([0.1, -0.05, 0.02]) @ back
    hidden = np.eye(31) - camera.response @ np.linalg.pinv(
        camera.response
    )  # any other change adds one the camera cannot see
    for other in np.random.default_rng(2).normal(scale=0.01, size=(20, 31)) @ hidden:
        assert (change + other) @ inverse @ (change + other) > change @ inverse @ change


def test_clipped_channels_are_only_a_bound():
    camera = camera_named()
    bright = np.full((1, 31), 1.0, np.float32)
    white = np.ones((1, 3), np.float32)
    np.testing.assert_allclose(consistent(bright, white, camera), bright, atol=0.005)
    dark = consistent(np.full((1, 31), 0.2, np.float32), white, camera)
    assert camera.render(dark).min() > 0.97


def test_the_option_reduces_the_error_of_a_picture(reconstructor, photograph):
    plain, corrected = (reconstructor.reconstruct(photograph, consistent=on) for on in (False, True))
    assert corrected.provenance["reprojection"]["rmse"] < 0.3 * plain.provenance["reprojection"]["rmse"]
    assert corrected.data.min() >= 0 and corrected.data.max() <= 1
