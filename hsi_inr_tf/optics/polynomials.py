"""Polynomials of a colour that fit its spectrum best, in closed form."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement
from math import comb

import numpy as np

from hsi_inr_tf.errors import InputError

MOST = 12_000  # unknowns that are solved for together; they need their square times 24 bytes


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
    gram, moments = _with_chart(pictures, degree, chart, share)
    # Where the pictures leave coefficients open, as gray ones do, lstsq takes the smallest.
    coefficients, *_ = np.linalg.lstsq(gram + np.diag(_penalty(gram, ridge)), moments, rcond=None)
    return coefficients


@dataclass(frozen=True)
class Sensor:
    """What one sensor saw: `pictures` = (rgb, cube [.., bands]) and perhaps a `chart`, at bands that are
    `sampling` [knots, bands] of the coefficients' knots, and by which `weight` each of its bands counts.
    """

    pictures: Iterable[tuple[np.ndarray, np.ndarray]]
    sampling: np.ndarray
    weight: float = 1.0
    chart: tuple[np.ndarray, np.ndarray] | None = None


def fit_together(sensors: Sequence[Sensor], degree: int, ridge: float, share: float = 0.0) -> np.ndarray:
    """Coefficients [monomials, knots], float64, that fit the pictures of sensors of different bands best; as
    `fit`, of which it is the case of one sensor whose bands are the knots.

    The coefficients C at the knots are C S at a sensor's bands, so the sum of all squared errors is quadratic
    in C: its normal equations, sum of w G C S S' + ridge C = sum of w M S', are solved for all of C at once.
    G and M are a sensor's mean products of monomials with monomials and with bands, w its weight: it counts
    by that, however many pixels it has. `ridge` must be positive.
    """
    from scipy.linalg import solve

    unknowns = comb(3 + degree, 3) * len(sensors[0].sampling)
    if unknowns > MOST:
        raise InputError(
            f"regression at {len(sensors[0].sampling)} knots has {unknowns} unknowns, expected at most "
            f"{MOST}: name a dataset of fewer bands first"
        )
    left = right = total = np.zeros((1, 1))
    for sensor in sensors:
        gram, moments = _with_chart(sensor.pictures, degree, sensor.chart, share if sensor.chart else 0.0)
        left = left + sensor.weight * np.kron(gram, sensor.sampling @ sensor.sampling.T)
        right = right + sensor.weight * moments @ sensor.sampling.T
        total = total + sensor.weight * gram
    # What no band sees of a knot, as broad bands may leave it, becomes small, the constant's part too.
    penalty = np.maximum(_penalty(total, ridge), 1e-10 * np.trace(total) / len(total))
    left[np.diag_indices_from(left)] += np.repeat(penalty, right.shape[1])
    return solve(left, right.ravel(), assume_a="pos", overwrite_a=True).reshape(right.shape)


def _penalty(gram, ridge) -> np.ndarray:
    penalty = np.full(len(gram), ridge * np.trace(gram) / len(gram))
    penalty[0] = 0.0
    return penalty


def _with_chart(pictures, degree, chart, share):
    """Mean products of the pictures and, with `share` of the weight, of the chart."""
    products = _mean_products(pictures, degree)
    if not share:
        return products
    of_chart = _mean_products([chart], degree)
    return [(1 - share) * seen + share * known for seen, known in zip(products, of_chart, strict=True)]


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
