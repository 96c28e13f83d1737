"""Spectra between bands: values at knots, straight lines, integrals, and knots that sensors share."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.interpolate import CubicSpline

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.optics.spectral_splines import common_knots, sampling

KNOTS = tuple(range(400, 701, 10))
UNEVEN = (400.0, 405.0, 420.0, 450.0, 470.0, 540.0, 555.0, 640.0)


@pytest.mark.parametrize("knots", [KNOTS, UNEVEN], ids=["even", "uneven"])
def test_at_the_knots_a_table_stays_as_it_is(knots):
    np.testing.assert_allclose(sampling(knots, knots), np.eye(len(knots)), atol=1e-12)


@pytest.mark.parametrize("widths", [None, 0.0, 14.0])
def test_straight_lines_stay_straight_whatever_the_width(widths):
    wanted = np.array([415.0, 433.3, 500.0, 631.7])
    line = np.stack([np.ones(31), np.array(KNOTS) / 700.0])
    np.testing.assert_allclose(
        line @ sampling(KNOTS, wanted, widths), [np.ones(4), wanted / 700.0], atol=1e-12
    )


def test_a_band_with_a_width_is_the_mean_over_it():
    values = np.random.default_rng(0).random(len(UNEVEN))
    spline = CubicSpline(UNEVEN, values, bc_type="natural")
    wanted, widths = [402.0, 430.0, 500.0, 640.0], [10.0, 14.0, 0.0, 20.0]
    expected = [
        quad(spline, 400.0, 407.0)[0] / 7.0,  # as far as the knots reach
        quad(spline, 423.0, 437.0)[0] / 14.0,
        spline(500.0),
        quad(spline, 630.0, 640.0)[0] / 10.0,
    ]
    np.testing.assert_allclose(values @ sampling(UNEVEN, wanted, widths), expected, atol=1e-7)


def test_smooth_spectra_are_met_between_the_bands():
    def spectrum(nm):
        return 0.2 + 0.6 / (1.0 + np.exp(-(np.asarray(nm) - 580.0) / 12.0))

    wanted = np.arange(425.0, 680.0, 2.5)
    np.testing.assert_allclose(spectrum(KNOTS) @ sampling(KNOTS, wanted), spectrum(wanted), atol=2e-3)


def test_knots_are_bands_of_some_sensor_and_do_not_crowd():
    folder = range(420, 801, 20)
    assert common_knots([KNOTS]) == KNOTS
    assert common_knots([KNOTS, folder]) == (*KNOTS, 720, 740, 760, 780, 800)
    assert common_knots([folder, KNOTS]) == common_knots([KNOTS, folder])
    assert common_knots([KNOTS, np.linspace(410, 690, 25)]) == KNOTS
    many = np.linspace(391, 1000, 204)
    knots = common_knots([KNOTS, many])
    assert min(np.diff(knots)) >= 7.5 and (knots[0], knots[-1]) == (391, 1000)
    assert common_knots([KNOTS, (395.0, 500.0, 701.0)]) == (395, *KNOTS)
    np.testing.assert_array_equal(sampling(KNOTS, [701.0], beyond=2.0), sampling(KNOTS, [700.0]))


def test_what_was_never_seen_is_refused():
    with pytest.raises(InputError, match="390 to 500 nm are asked for, the model knows 400 to 700 nm"):
        sampling(KNOTS, [390.0, 500.0])
    with pytest.raises(InputError, match="expected one width in nm, or 2"):
        sampling(KNOTS, [410.0, 500.0], [1.0, 2.0, 3.0])
    with pytest.raises(InputError, match="at least 4 bands"):
        sampling([450.0, 550.0, 650.0], [500.0])
