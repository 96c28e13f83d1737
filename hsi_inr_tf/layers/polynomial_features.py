"""Monomials of the channels of a pixel."""

from itertools import combinations_with_replacement
from typing import Any

import keras
import numpy as np
from keras import ops

from hsi_inr_tf.annotations import Tensor


@keras.saving.register_keras_serializable(package="hsi_inr_tf")
class PolynomialFeatures(keras.layers.Layer):
    """x [..., channels] -> all monomials of its channels of degree 1 to `degree`, cross terms included: [...,
    count].

    Lower degrees first, in the order of combinations_with_replacement: x0, x1, .., x0 x0, x0 x1, .. With
    `constant` a one comes before them.
    """

    def __init__(self, degree: int = 3, constant: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.degree = degree
        self.constant = constant

    def call(self, x: Tensor) -> Tensor:
        return _product(x, _monomials(x.shape[-1], self.degree, self.constant), self.degree)

    def compute_output_shape(self, x_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return (*x_shape[:-1], len(_monomials(x_shape[-1], self.degree, self.constant)))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "degree": self.degree, "constant": self.constant}


def _monomials(channels, degree, constant=False):
    """The channels that each monomial multiplies: (0,), (1,), .. (0, 0), (0, 1), .."""
    powers = range(0 if constant else 1, degree + 1)
    return [factors for power in powers for factors in combinations_with_replacement(range(channels), power)]


def _product(x, wanted, degree):
    """The wanted monomials, each as the product of two of at most half the degree, picked by products with
    ones and zeros.

    That is two wide products and one multiplication a level, where a small product a monomial, and their
    concatenation, would be many passes over the picture.
    """
    half = (degree + 1) // 2
    monomials = _monomials(x.shape[-1], half)
    lower = _product(x, monomials, half) if half > 1 else x
    left = _picked(lower, monomials, [factors[:half] for factors in wanted])
    return left * _picked(lower, monomials, [factors[half:] for factors in wanted]) if degree > 1 else left


def _picked(lower, monomials, wanted):
    """lower [.., len(monomials)] -> [.., len(wanted)]: the wanted ones of the monomials, and a one for ()."""
    chosen = np.array([[factors == other for factors in wanted] for other in monomials], np.float32)
    return ops.matmul(lower, ops.cast(chosen, lower.dtype)) + ops.cast(1.0 - chosen.sum(axis=0), lower.dtype)
