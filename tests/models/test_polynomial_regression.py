"""Regression finds the polynomial that made the data, and the best one where none did."""

from types import SimpleNamespace

import numpy as np

from hsi_inr_tf.models import polynomial_regression


def scene(rng, side=24):
    return SimpleNamespace(name="made up", rgb=rng.random((side, side, 3), np.float32), cube=None)


def test_a_cubic_is_recovered_from_several_scenes():
    rng = np.random.default_rng(0)
    scenes = [scene(rng), scene(rng)]
    for one in scenes:
        r, g, b = np.moveaxis(one.rgb, -1, 0)
        one.cube = np.stack([0.3 + r * g - b**3, 2 * r * g * b, 1 - g * g], axis=-1)
    model = polynomial_regression.fit(scenes)
    assert model.bands == 3
    for one in scenes:
        np.testing.assert_allclose(model({"rgb": one.rgb[None]})["hsi"][0], one.cube, atol=2e-6)


def test_the_fit_is_the_least_squares_solution():
    rng = np.random.default_rng(1)
    one = scene(rng)
    one.cube = rng.random((24, 24, 2), np.float32)
    r, g, b = one.rgb.reshape(-1, 3).T.astype(np.float64)
    columns = np.stack(
        [r**i * g**j * b**k for i in range(4) for j in range(4) for k in range(4) if i + j + k <= 3], axis=-1
    )
    weights, *_ = np.linalg.lstsq(columns, one.cube.reshape(-1, 2).astype(np.float64), rcond=None)
    predicted = np.asarray(polynomial_regression.fit([one])({"rgb": one.rgb[None]})["hsi"][0])
    np.testing.assert_allclose(predicted.reshape(-1, 2), columns @ weights, atol=5e-6)


def test_gray_pictures_leave_no_coefficient_undetermined():
    rng = np.random.default_rng(2)
    one = scene(rng)
    one.rgb = np.repeat(one.rgb[..., :1], 3, axis=-1)
    one.cube = one.rgb[..., :1] ** 2
    model = polynomial_regression.fit([one])
    assert np.abs(model.coefficients.kernel).max() < 1.0
    np.testing.assert_allclose(model({"rgb": one.rgb[None]})["hsi"][0], one.cube, atol=1e-5)


def test_a_ridge_shrinks_all_but_the_constant():
    rng = np.random.default_rng(3)
    one = scene(rng)
    one.cube = 5 + rng.random((24, 24, 2), np.float32)
    r, g, b = one.rgb.reshape(-1, 3).T.astype(np.float64)
    columns = np.stack([np.ones_like(r), r, g, b], axis=-1)
    strength = (0.5 * (columns**2).sum() / 4) ** 0.5
    rows = np.concatenate([columns, np.diag([0, strength, strength, strength])])
    weights, *_ = np.linalg.lstsq(
        rows, np.concatenate([one.cube.reshape(-1, 2), np.zeros((4, 2))]), rcond=None
    )
    model = polynomial_regression.fit([one], degree=1, ridge=0.5)
    np.testing.assert_allclose(model.coefficients.bias, weights[0], rtol=1e-5)
    np.testing.assert_allclose(np.squeeze(model.coefficients.kernel), weights[1:], atol=1e-5)


def test_a_chart_gets_its_share_of_the_weight_whatever_its_size():
    """Scenes say y = 0, the chart y = 1, all of one colour: the fit is the weighted mean."""
    rng = np.random.default_rng(4)
    one = scene(rng)
    one.rgb = np.full((24, 24, 3), 0.5, np.float32)
    one.cube = np.zeros((24, 24, 1), np.float32)
    for patches in (1, 50):
        chart = np.full((patches, 1, 3), 0.5, np.float32), np.ones((patches, 1, 1), np.float32)
        model = polynomial_regression.fit([one], chart=chart, share=0.25)
        np.testing.assert_allclose(model({"rgb": one.rgb[None]})["hsi"], 0.25, atol=1e-6)
