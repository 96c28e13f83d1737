"""The cube rendered back, and the correction that makes it the picture."""

import numpy as np
import pytest

from hsi_inr_tf.inference.reprojection import consistent
from hsi_inr_tf.optics import named


def test_every_reconstruction_says_how_far_its_rendering_is_from_the_picture(reconstructor, photograph):
    cube = reconstructor.reconstruct(photograph)
    difference = cube.rgb() - photograph
    error = cube.provenance["reprojection"]
    assert error["rmse"] == pytest.approx(np.sqrt(np.mean(difference**2)), rel=1e-4)
    assert error["largest"] == pytest.approx(np.abs(difference).max(), rel=1e-4)


def test_the_error_does_not_depend_on_tiles(reconstructor, photograph):
    errors = [reconstructor.reconstruct(photograph, tile=tile).provenance["reprojection"]["rmse"] for tile in (None, 24)]
    assert errors[0] == pytest.approx(errors[1], rel=1e-5)


def test_a_consistent_cube_of_a_real_spectrum_renders_exactly():
    camera = named()
    random = np.random.default_rng(0)
    truth = 0.5 + 0.1 * np.cumsum(random.normal(size=(50, 31)), axis=1) / 5  # smooth, far from 0 and 1
    rgb = camera.render(truth.astype(np.float32))
    guess = np.clip(truth + random.normal(scale=0.02, size=truth.shape), 0, 1).astype(np.float32)
    corrected = consistent(guess, rgb, camera)
    np.testing.assert_allclose(camera.render(corrected), rgb, atol=1e-5)
    assert np.linalg.norm(corrected - truth) < np.linalg.norm(guess - truth)


def test_consistency_leaves_what_the_camera_cannot_see():
    camera = named()
    guess = np.full((1, 31), 0.5, np.float32)
    moved = consistent(guess, camera.render(guess * 0.9), camera, rounds=1) - guess
    seen = camera.response @ np.linalg.pinv(camera.response)
    np.testing.assert_allclose(moved @ (np.eye(31) - seen), 0, atol=1e-6)


def test_clipped_channels_are_only_a_bound():
    camera = named()
    bright = np.full((1, 31), 1.0, np.float32)
    white = np.ones((1, 3), np.float32)
    np.testing.assert_allclose(consistent(bright, white, camera), bright, atol=0.005)
    dark = consistent(np.full((1, 31), 0.2, np.float32), white, camera)
    assert camera.render(dark).min() > 0.97


def test_the_option_reduces_the_error_of_a_picture(reconstructor, photograph):
    plain, corrected = (reconstructor.reconstruct(photograph, consistent=on) for on in (False, True))
    assert corrected.provenance["reprojection"]["rmse"] < 0.3 * plain.provenance["reprojection"]["rmse"]
    assert corrected.data.min() >= 0 and corrected.data.max() <= 1
