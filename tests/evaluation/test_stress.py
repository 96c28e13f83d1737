"""Under stress the truth is known: metamers look the same, white stays white, and light that is taken away is
given back.
"""

from dataclasses import replace

import numpy as np
import pytest

from hsi_inr_tf.data import Scenes
from hsi_inr_tf.evaluation import regression_reconstructor, stress
from hsi_inr_tf.optics import camera_named

CAMERA, OTHER = camera_named(), camera_named("nikon-5100")
TABLE = stress.stresses(CAMERA, [OTHER])


@pytest.fixture(scope="module")
def cube():
    generator = np.random.default_rng(0)
    basis = np.cos(np.pi * np.arange(6)[:, None] * np.linspace(0, 1, 31))
    spectra = 0.35 + generator.normal(size=(48, 48, 6)) / np.arange(2, 8) ** 1.5 @ basis
    return np.clip(spectra, 0.0, 1.0).astype(np.float32)


def seen(name, cube, rgb=None):
    rgb = CAMERA.render(cube) if rgb is None else rgb
    return TABLE[name](rgb, cube, np.random.default_rng(0))


METAMERS = [name for name in TABLE if name.startswith("metamers")]


@pytest.mark.parametrize("name", METAMERS)
def test_metamers_are_seen_alike_to_the_last_digit_and_are_other_spectra(cube, name):
    rgb, other, _ = seen(name, cube)
    np.testing.assert_allclose(CAMERA.linear_rgb(other), CAMERA.linear_rgb(cube), atol=3e-6)
    np.testing.assert_array_equal(rgb, CAMERA.render(cube))
    assert other.min() >= 0 and other.max() <= 1
    assert np.abs(other - cube).mean() > 0.02


def test_a_metamer_has_the_black_that_it_is_given(cube):
    here, there = 0.4 + 0.05 * cube, 0.4 + 0.05 * cube[::-1]
    other = stress.metamer(here, CAMERA, stress.black_of(there, CAMERA))
    np.testing.assert_allclose(stress.black_of(other, CAMERA), stress.black_of(there, CAMERA), atol=1e-5)


def test_metamers_of_white_and_black_are_themselves():
    ends = np.stack([np.zeros(31), np.ones(31)]).astype(np.float32)
    np.testing.assert_allclose(stress.metamer(ends, CAMERA, -stress.black_of(ends, CAMERA)), ends, atol=1e-6)


@pytest.mark.parametrize(("name", "gain"), stress.GAINS.items())
def test_exposure_is_light(cube, name, gain):
    dim = cube * 0.2
    changed = seen(f"exposure: {name}", dim)
    assert changed.gain == gain
    np.testing.assert_allclose(changed.rgb, CAMERA.render(dim * gain), atol=0.51 / 255)
    np.testing.assert_array_equal(changed.cube, dim)


@pytest.mark.parametrize("name", [*stress.LIGHTS, f"camera: {OTHER.name}", stress.RENDERED])
def test_grey_stays_grey_in_every_light_and_camera(name):
    grey = np.tile(np.array([0.1, 0.4, 0.9], np.float32)[None, :, None], (2, 1, 31))
    np.testing.assert_allclose(seen(name, grey).rgb, CAMERA.render(grey), atol=2.1 / 255)


def test_in_other_light_and_cameras_colours_change(cube):
    as_it_is = seen(stress.RENDERED, cube).rgb
    for name in (*stress.LIGHTS, f"camera: {OTHER.name}"):
        assert np.abs(seen(name, cube).rgb - as_it_is).max() > 0.02


def test_a_camera_is_developed_to_itself_without_change():
    np.testing.assert_allclose(stress.developing(CAMERA, CAMERA), np.eye(3), atol=1e-9)


def test_noise_has_the_variance_of_counted_electrons():
    grey = np.full((200, 200, 31), 0.5, np.float32)
    linear = CAMERA.decode(seen("noise: 1,000 electrons", grey).rgb)
    assert linear.mean() == pytest.approx(0.5, abs=0.002)
    assert linear.std() == pytest.approx(np.sqrt(0.5 * 1000 + stress.READ_NOISE**2) / 1000, rel=0.05)


def test_blurring_blurs_the_truth_alike(cube):
    changed = seen("blur: 2 pixels", 0.3 + 0.1 * cube)
    np.testing.assert_allclose(changed.rgb, CAMERA.render(changed.cube), atol=0.6 / 255)
    assert changed.cube.std(axis=(0, 1)).mean() < 0.4 * (0.1 * cube).std(axis=(0, 1)).mean()


def test_a_model_without_uncertainty_has_a_constant_interval_that_holds_nine_tenths(cube):
    scenes = Scenes.from_arrays([CAMERA.render(cube)], [cube])
    model = regression_reconstructor(scenes)
    changes = {name: TABLE[name] for name in (stress.AS_SHIPPED, METAMERS[1])}
    calls = []
    first, second = stress.tested({"a": model}, scenes, 256, changes, lambda: calls.append(1))
    assert (first.stress, second.stress, len(calls)) == (*changes, 2)
    assert first.coverage == pytest.approx(0.9, abs=0.01) and second.coverage < 0.8
    assert first.half_width == second.half_width
    [sentence] = stress.sentences([first, second, replace(first, model="the baseline")])
    assert sentence.startswith("a is hurt most by metamers") and "hold less than 80%" in sentence
