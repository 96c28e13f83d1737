"""The interval of a number that is made of a spectrum, from the half-widths of its bands.

How errors go together matters as much as how large they are: a ratio hardly feels an error that two bands
share.
Errors are drawn from a normal distribution whose correlation is exp(-|a - b| / LENGTH) between wavelengths a
and b.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from hsi_inr_tf.errors import InputError

LENGTH = 30.0  # nm, from the errors of regression on cave-grouped folds (docs/uncertainty.md)
WITHIN_90 = 1.6449  # standard deviations
DRAWS = 2000


class Derived(NamedTuple):
    """`value` is the number of the spectrum itself; with a probability of 90 % the true one lies between
    `low` and `high`.
    """

    value: float
    low: float
    high: float


def derived(
    spectrum: np.ndarray,
    half_widths: np.ndarray,
    wavelengths: Sequence[float],
    number: Callable[[np.ndarray], np.ndarray],
) -> Derived:
    """The number of a spectrum [bands], whose true values lie within its half-widths [bands] with a
    probability of 90 % each. `number` maps spectra [n, bands] to [n]. Raises InputError where it does not.
    """
    nm = np.asarray(wavelengths)
    together = np.exp(-np.abs(nm[:, None] - nm) / LENGTH)
    normal = np.random.default_rng(0).standard_normal((DRAWS, len(nm)))
    errors = normal @ np.linalg.cholesky(together).T * (half_widths / WITHIN_90)
    spectra = np.concatenate([spectrum[None], np.maximum(spectrum + errors, 0.0)]).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        numbers = np.asarray(number(spectra), np.float64)
    if numbers.shape != (1 + DRAWS,):
        raise InputError(f"a number of {1 + DRAWS} spectra has shape {numbers.shape}, expected one for each")
    low, high = np.nanquantile(numbers[1:], (0.05, 0.95))
    return Derived(float(numbers[0]), float(low), float(high))
