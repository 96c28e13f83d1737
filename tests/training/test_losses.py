"""Losses against their definitions, and gradients where spectra are black or equal."""

import numpy as np
import pytest
import tensorflow as tf

from hsi_inr_tf.training.losses import LOSSES, TINY, l1, l1_sam, mrae, spectral_angle


@pytest.fixture
def pair():
    rng = np.random.default_rng(0)
    return [rng.uniform(0.05, 1, (2, 5, 7, 31)).astype(np.float32) for _ in range(2)]


def test_l1_is_the_mean_absolute_difference_of_each_example(pair):
    np.testing.assert_allclose(l1(*pair), np.abs(pair[0] - pair[1]).mean((1, 2, 3)), rtol=1e-6)


def test_angle_is_the_arccosine_of_the_cosine(pair):
    a, b = (x.astype(np.float64) for x in pair)
    cosine = (a * b).sum(-1) / np.linalg.norm(a, axis=-1) / np.linalg.norm(b, axis=-1)
    np.testing.assert_allclose(spectral_angle(*pair), np.arccos(cosine).mean((1, 2)), rtol=1e-4)


def test_angle_does_not_depend_on_brightness(pair):
    np.testing.assert_allclose(spectral_angle(pair[0], 0.3 * pair[1]), spectral_angle(*pair), rtol=1e-4)


def test_angle_of_orthogonal_spectra_is_a_right_one():
    a, b = np.zeros((2, 1, 1, 1, 31), np.float32)
    a[..., 3] = b[..., 20] = 0.5
    np.testing.assert_allclose(spectral_angle(a, b), np.pi / 2, rtol=1e-3)


def test_angle_in_the_dark_is_that_of_its_definition(pair):
    """Where TINY makes "unit" vectors shorter than one, |u + v| still is their sum's length."""

    def norm(spectra):
        return np.sqrt((spectra**2).sum(-1) + TINY)

    a, b = (1e-3 * (x - 0.3) for x in pair)
    u, v = (x.astype(np.float64) / norm(x.astype(np.float64))[..., None] for x in (a, b))
    angle = 2 * np.arctan2(norm(u - v), norm(u + v))
    np.testing.assert_allclose(spectral_angle(a, b), angle.mean((1, 2)), rtol=1e-5)


def test_l1_sam_adds_a_tenth_of_the_angle(pair):
    np.testing.assert_allclose(l1_sam(*pair), l1(*pair) + 0.1 * spectral_angle(*pair), rtol=1e-6)


def test_mrae_is_relative_and_bounded_in_the_dark():
    cube = np.full((1, 1, 1, 2), 0.5, np.float32)
    cube[..., 1] = 0.0
    np.testing.assert_allclose(mrae(cube, cube + 0.1), (0.1 / 0.5 + 0.1 / 0.01) / 2, rtol=1e-5)


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("case", ["black truth", "black prediction", "both black", "equal"])
def test_gradients_are_finite(name, case, pair):
    cube, predicted = pair
    cube = cube * (case not in ("black truth", "both black"))
    predicted = cube if case == "equal" else predicted * (case not in ("black prediction", "both black"))
    predicted = tf.constant(predicted)
    with tf.GradientTape() as tape:
        tape.watch(predicted)
        loss = LOSSES[name](tf.constant(cube), predicted)
    assert np.isfinite(tape.gradient(loss, predicted)).all()
    assert loss.shape == (2,) and np.isfinite(loss).all()
