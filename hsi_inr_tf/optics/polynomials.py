"""Polynomials of a colour that fit its spectrum best, in closed form."""

from collections.abc import Iterable
from itertools import combinations_with_replacement

import numpy as np


def monomials(rgb: np.ndarray, degree: int) -> np.ndarray:
    """A one and all monomials up to `degree` of rgb [..., 3], lower degrees first, in the order of
    combinations_with_replacement: [..., count], in rgb's precision.
    """
    columns: dict[tuple[int, ...], np.ndarray] = {(): np.ones_like(rgb[..., 0])}
    for power in range(1, degree + 1):
        for factors in combinations_with_replacement(range(rgb.shape[-1]), power):
            columns[factors] = columns[factors[:-1]] * rgb[..., factors[-1]]
    return np.stack(list(columns.values()), axis=-1)


def fit(
    pictures: Iterable[tuple[np.ndarray, np.ndarray]],
    degree: int = 3,
    ridge: float = 0.0,
    chart: tuple[np.ndarray, np.ndarray] | None = None,
    share: float = 0.0,
) -> np.ndarray:
    """Coefficients [monomials, bands], float64, of the polynomial that fits all pixels of `pictures` = (rgb
    [.., 3], cube [.., bands]) best.

    Least squares in float64. Picture by picture the products of monomials with monomials and with bands are
    summed; a few dozen numbers a side hold all that the solution needs. `ridge` penalises large coefficients,
    the constant excepted, in units of the mean squared monomial: it tames what the polynomial says of colours
    that no picture has. `chart`, a picture of measured reflectances, gets `share` of the weight, however many
    pixels it and the pictures have.
    """
    gram, moments = _mean_products(pictures, degree)
    if share:
        of_chart = _mean_products([chart], degree)
        gram, moments = (
            (1 - share) * of_pictures + share * measured
            for of_pictures, measured in zip((gram, moments), of_chart, strict=True)
        )
    penalty = np.full(len(gram), ridge * np.trace(gram) / len(gram))
    penalty[0] = 0.0
    # Where the pictures leave coefficients open, as gray ones do, lstsq takes the smallest.
    coefficients, *_ = np.linalg.lstsq(gram + np.diag(penalty), moments, rcond=None)
    return coefficients


def _mean_products(pictures, degree):
    """Means over all pixels of (monomials x monomials, monomials x bands)."""
    gram = moments = 0.0
    pixels = 0
    for rgb, cube in pictures:
        columns = monomials(np.asarray(rgb, np.float64).reshape(-1, 3), degree)
        gram = gram + columns.T @ columns
        moments = moments + columns.T @ cube.reshape(len(columns), -1).astype(np.float64)
        pixels += len(columns)
    return gram / pixels, moments / pixels
