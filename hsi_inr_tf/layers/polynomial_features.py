"""Monomials of the channels of a pixel."""

from itertools import combinations_with_replacement

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="hsi_inr_tf")
class PolynomialFeatures(keras.layers.Layer):
    """x [..., channels] -> all monomials of its channels of degree 1 to `degree`, cross terms included: [..., count]."""

    def __init__(self, degree: int = 3, **kwargs):
        super().__init__(**kwargs)
        self.degree = degree

    def call(self, x):
        monomials = {(): None}
        for factors in _factors(x.shape[-1], self.degree):
            rest, channel = monomials[factors[:-1]], x[..., factors[-1] : factors[-1] + 1]
            monomials[factors] = channel if rest is None else rest * channel
        return ops.concatenate([term for term in monomials.values() if term is not None], axis=-1)

    def compute_output_shape(self, x_shape):
        return (*x_shape[:-1], len(_factors(x_shape[-1], self.degree)))

    def get_config(self):
        return {**super().get_config(), "degree": self.degree}


def _factors(channels, degree):
    """The channels that each monomial multiplies, lower degrees first: (0,), (1,), .. (0, 0), (0, 1), .."""
    return [factors for power in range(1, degree + 1) for factors in combinations_with_replacement(range(channels), power)]
