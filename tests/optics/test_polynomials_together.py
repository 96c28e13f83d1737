"""Regression on sensors of different bands at once, beside least squares written out."""

import numpy as np
import pytest

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.optics import polynomials
from hsi_inr_tf.optics.polynomials import Sensor, fit, fit_together, monomials
from hsi_inr_tf.optics.spectral_splines import sampling

KNOTS = np.arange(400.0, 501.0, 20.0)
OTHER = (410.0, 433.0, 487.0, 500.0)


def picture(seed, bands, pixels=200):
    random = np.random.default_rng(seed)
    return random.random((pixels, 1, 3)), random.random((pixels, 1, bands))


def test_one_sensor_at_the_knots_is_the_ordinary_fit():
    pictures, chart = [picture(0, 6), picture(1, 6, 50)], picture(2, 6, 30)
    together = fit_together([Sensor(pictures, np.eye(6), 1.0, chart)], 3, 1e-4, 0.1)
    np.testing.assert_allclose(together, fit(pictures, 3, 1e-4, chart, 0.1), atol=1e-8)


def test_two_sensors_are_least_squares_of_all_their_pixels():
    one, two = picture(0, 6), picture(1, 4)
    matrices = np.eye(6), sampling(KNOTS, OTHER, 10.0)
    sensors = [
        Sensor([seen], matrix, weight)
        for seen, matrix, weight in zip((one, two), matrices, (0.3, 0.7), strict=True)
    ]
    rows, values = [], []
    for sensor in sensors:
        for rgb, spectrum in zip(*(a.reshape(200, -1) for a in sensor.pictures[0]), strict=True):
            root = np.sqrt(sensor.weight / 200)
            for band in range(spectrum.size):
                rows.append(root * np.outer(monomials(rgb, 2), sensor.sampling[:, band]).ravel())
                values.append(root * spectrum[band])
    expected = np.linalg.lstsq(np.array(rows), np.array(values), rcond=None)[0].reshape(10, 6)
    np.testing.assert_allclose(fit_together(sensors, 2, 1e-13), expected, atol=1e-5)


def test_a_polynomial_world_is_found_by_sensors_that_see_parts_of_it():
    """Below 440 nm only one sensor sees, above 460 nm the other."""
    truth = np.random.default_rng(5).normal(size=(10, 6))
    sensors = []
    for seed, wavelengths in ((0, (400, 420, 440, 460)), (1, (440, 460, 480, 500))):
        rgb, matrix = picture(seed, 1)[0], sampling(KNOTS, wavelengths)
        sensors.append(Sensor([(rgb, polynomials.monomials(rgb, 2) @ truth @ matrix)], matrix))
    np.testing.assert_allclose(fit_together(sensors, 2, 1e-12), truth, atol=1e-5)


def test_more_unknowns_than_memory_holds_are_refused():
    with pytest.raises(InputError, match="regression at 400 knots has 14000 unknowns"):
        fit_together([Sensor([], np.zeros((400, 31)))], 4, 1e-4)


@pytest.mark.parametrize("ridge", [1e-4, 1e-2])
def test_a_ridge_makes_coefficients_smaller(ridge):
    sensors = [Sensor([picture(1, 4)], sampling(KNOTS, OTHER))]
    smaller, free = (fit_together(sensors, 2, size)[1:] for size in (ridge, 1e-9))
    assert np.linalg.norm(smaller) < np.linalg.norm(free)
