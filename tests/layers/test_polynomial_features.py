"""The monomials that regression sees."""

from itertools import combinations_with_replacement
from math import comb

import numpy as np
import pytest

from hsi_inr_tf.layers import PolynomialFeatures


def test_monomials_of_degree_three_of_rgb():
    r, g, b = 2.0, 3.0, 5.0
    features = np.asarray(PolynomialFeatures(3)(np.array([[r, g, b]], np.float32)))[0]
    expected = [
        r,
        g,
        b,
        r * r,
        r * g,
        r * b,
        g * g,
        g * b,
        b * b,
        r**3,
        r * r * g,
        r * r * b,
        r * g * g,
        r * g * b,
        r * b * b,
        g**3,
        g * g * b,
        g * b * b,
        b**3,
    ]
    np.testing.assert_allclose(features, expected)


def test_number_of_monomials():
    for channels, degree in ((3, 1), (3, 4), (2, 5)):
        features = PolynomialFeatures(degree)(np.ones((1, channels), np.float32))
        assert features.shape == (1, comb(channels + degree, degree) - 1)


@pytest.mark.parametrize("degree", [1, 2, 3, 4, 5])
def test_every_monomial_is_the_product_of_its_factors(degree):
    x = np.random.default_rng(0).random((4, 3))
    expected = [
        np.prod(x[:, list(factors)], axis=1)
        for power in range(degree + 1)
        for factors in combinations_with_replacement(range(3), power)
    ]
    np.testing.assert_allclose(
        PolynomialFeatures(degree, constant=True, dtype="float64")(x), np.stack(expected, axis=1)
    )
    np.testing.assert_allclose(PolynomialFeatures(degree, dtype="float64")(x), np.stack(expected[1:], axis=1))
