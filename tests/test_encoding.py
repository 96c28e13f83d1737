"""gamma(p) against Eq. 7-8 written out, and where p is measured."""

import math

import numpy as np
import pytest

from hsi_inr_tf.encoding import angular_frequencies, cell_lattice, cell_position, gamma, patch_lattice
from hsi_inr_tf.layers import PeriodicEncoding


def written_out(x, y, count):
    """Eq. 7-8: [cos 2^k pi x, sin 2^k pi x, cos 2^k pi y, sin 2^k pi y] for k = 0 .. count - 1."""
    terms = []
    for k in range(count):
        w = 2**k * math.pi
        terms += [math.cos(w * x), math.sin(w * x), math.cos(w * y), math.sin(w * y)]
    return terms


@pytest.mark.parametrize("count", [1, 3, 5, 7])
def test_gamma_is_eq_7_and_8(count):
    positions = np.random.default_rng(0).random((2, 6, 2)).astype(np.float64)
    expected = [[written_out(x, y, count) for x, y in row] for row in positions]
    np.testing.assert_allclose(gamma(positions, angular_frequencies(count)), expected, atol=1e-12)
    layer = PeriodicEncoding(count)
    assert layer(positions).shape == (2, 6, 4 * count)
    np.testing.assert_allclose(layer(positions), expected, atol=2e-4)  # float32 angles up to 2^6 pi


def test_the_released_variant_has_angular_frequencies_half_pi_and_pi():
    assert angular_frequencies(2, "released") == pytest.approx([math.pi / 2, math.pi])
    np.testing.assert_allclose(
        PeriodicEncoding(2, "released")(np.array([[0.5, 1.0]], np.float32))[0],
        [math.cos(math.pi / 4), math.sin(math.pi / 4), 0, 1, 0, 1, -1, 0],
        atol=1e-6,
    )


def test_no_frequencies_give_no_channels():
    assert PeriodicEncoding(0)(np.zeros((3, 2), np.float32)).shape == (3, 0)


def test_cos_and_sin_of_a_pair_lie_on_the_unit_circle():
    encoded = np.asarray(gamma(np.random.default_rng(1).random((10, 2)), angular_frequencies(4)))
    np.testing.assert_allclose(encoded[:, 0::2] ** 2 + encoded[:, 1::2] ** 2, 1.0, atol=1e-12)


def test_patch_positions_are_column_and_row_over_the_side():
    lattice = patch_lattice(4, 8)
    assert lattice.shape == (4, 8, 2)
    np.testing.assert_allclose(lattice[3, 6], [6 / 8, 3 / 4])


def test_cell_positions_are_pixel_centres_and_repeat_in_every_cell():
    lattice = cell_lattice(4).reshape(4, 4, 2)
    np.testing.assert_allclose(lattice[1, 2], [2.5 / 4, 1.5 / 4])
    index, inside = cell_position(np.arange(8.0, dtype=np.float32), 4)
    np.testing.assert_array_equal(index, [0, 0, 0, 0, 1, 1, 1, 1])
    np.testing.assert_allclose(inside, np.tile(lattice[0, :, 0], 2))
