"""Monomials of the channels of a pixel."""

import math
from itertools import combinations_with_replacement

import keras
import numpy as np
from keras import ops


@keras.saving.register_keras_serializable(package="hsi_inr_tf")
class PolynomialFeatures(keras.layers.Layer):
    """x [..., channels] -> all monomials of its channels of degree 1 to `degree`, cross terms included: [..., count].

    Lower degrees first, in the order of combinations_with_replacement: x0, x1, .., x0 x0, x0 x1, ..
    """

    def __init__(self, degree: int = 3, **kwargs):
        super().__init__(**kwargs)
        self.degree = degree

    def call(self, x):
        # The k-th factor of every monomial, picked by a product with ones and zeros: a few wide products, where one small
        # product a monomial and a concatenation would take three times as long.
        return math.prod(ops.matmul(x, ops.cast(chosen, x.dtype)) + ops.cast(absent, x.dtype)
                         for chosen, absent in _factors(x.shape[-1], self.degree))

    def compute_output_shape(self, x_shape):
        return (*x_shape[:-1], len(_monomials(x_shape[-1], self.degree)))

    def get_config(self):
        return {**super().get_config(), "degree": self.degree}


def _monomials(channels, degree):
    """The channels that each monomial multiplies: (0,), (1,), .. (0, 0), (0, 1), .."""
    return [factors for power in range(1, degree + 1) for factors in combinations_with_replacement(range(channels), power)]


def _factors(channels, degree):
    """For k = 0 .. degree - 1: which channel is the k-th factor [channels, count] of 0 and 1, and where there is none [count]."""
    monomials = _monomials(channels, degree)
    for k in range(degree):
        chosen = np.array([[len(m) > k and m[k] == channel for m in monomials] for channel in range(channels)], np.float32)
        yield chosen, 1.0 - chosen.sum(axis=0)
