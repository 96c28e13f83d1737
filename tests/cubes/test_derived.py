"""Numbers that are made of a spectrum have intervals that agree with what can be worked out by hand."""

import numpy as np
import pytest

from hsi_inr_tf.cubes import HyperspectralImage
from hsi_inr_tf.errors import InputError

NM = (450.0, 460.0, 650.0)
SPECTRUM, WIDTHS = np.array([0.4, 0.5, 0.2], np.float32), np.array([0.04, 0.05, 0.01], np.float32)


@pytest.fixture
def cube():
    return HyperspectralImage(np.tile(SPECTRUM, (2, 3, 1)), NM, uncertainty=np.tile(WIDTHS, (2, 3, 1)))


def test_one_band_has_its_own_interval(cube):
    value, low, high = cube.derived(1, 2, lambda spectra: spectra[:, 1])
    assert value == pytest.approx(0.5)
    assert (low, high) == pytest.approx((0.45, 0.55), abs=0.004)


def test_far_bands_are_independent_and_near_ones_share_their_errors(cube):
    def half(function):
        _, low, high = cube.derived(0, 0, function)
        return (high - low) / 2

    both = [np.hypot(WIDTHS[0], WIDTHS[2]), np.sqrt(0.04**2 + 0.05**2 - 2 * np.exp(-1 / 3) * 0.04 * 0.05)]
    assert half(lambda s: s[:, 0] - s[:, 2]) == pytest.approx(both[0], rel=0.05)
    assert half(lambda s: s[:, 0] - s[:, 1]) == pytest.approx(both[1], rel=0.05)


def test_a_ratio_has_the_interval_that_its_relative_errors_give(cube):
    value, low, high = cube.derived(0, 0, lambda s: s[:, cube.index(650)] / s[:, cube.index(450)])
    assert value == pytest.approx(0.5) and low < value < high
    assert (high - low) / 2 == pytest.approx(0.5 * np.hypot(0.05, 0.1), rel=0.08)


def test_what_gives_no_number_a_spectrum_is_told(cube):
    with pytest.raises(InputError, match="one for each"):
        cube.derived(0, 0, lambda spectra: spectra.mean())
    with pytest.raises(InputError, match="no uncertainty"):
        HyperspectralImage(cube.data, NM).derived(0, 0, lambda s: s[:, 0])
    with pytest.raises(InputError, match="no pixel"):
        cube.derived(5, 0, lambda s: s[:, 0])
