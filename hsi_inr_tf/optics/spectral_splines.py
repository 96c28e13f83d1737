"""Spectra as functions of the wavelength: natural cubic splines, told by their values at knots.

A table over bands, of a model that is linear in it, is then a function of the wavelength: its columns are the
values at the knots, and its values at any other band are table @ sampling(knots, band). At the knots
themselves that is the table. Which functions serve was tried on CAVE (docs/results.md): between bands of 10
or 20 nm the choice makes no difference that holds on all folds, so it is the simplest.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from hsi_inr_tf.errors import InputError

APART = 7.5  # nm: bands of further sensors that are nearer to a knot add none
BEYOND = 2.0  # nm: a sensor's end that is so near to the last knot counts as that
FEWEST = 4


def common_knots(sensors: Sequence[Sequence[float]]) -> tuple[float, ...]:
    """Ascending knots in nm for sensors with these bands: all of the first one, the ends of them all, and of
    the others those that lie where there is none yet. Every knot is then a band that some sensor measures.
    """
    knots = [float(nm) for nm in sensors[0]]
    ends = min(bands[0] for bands in sensors), max(bands[-1] for bands in sensors)
    knots += [float(end) for end in ends if min(abs(end - knot) for knot in knots) > BEYOND]
    for bands in sensors[1:]:
        for nm in bands:
            if min(abs(nm - knot) for knot in knots) >= APART:
                knots.append(float(nm))
    return tuple(sorted(knots))


def sampling(
    knots: ArrayLike,
    wavelengths: ArrayLike,
    widths: float | Sequence[float] | None = None,
    beyond: float = 1e-6,
) -> np.ndarray:
    """The matrix [knots, bands] from values at the `knots` to bands at `wavelengths`, all in nm, in float64.

    A band of a positive width (FWHM; `widths` is one for all, or one for each) is the mean over it, as far as
    the knots reach; without one it is the value at its centre. Raises InputError for wavelengths outside the
    knots: nothing was learned there. Up to `beyond` nm outside they count as the last knot.
    """
    knots, wavelengths = np.asarray(knots, np.float64), np.asarray(wavelengths, np.float64)
    spline = cardinal(knots)
    low, high = knots[0], knots[-1]
    if wavelengths.min() < low - beyond or wavelengths.max() > high + beyond:
        raise InputError(
            f"wavelengths from {wavelengths.min():g} to {wavelengths.max():g} nm are asked for, "
            f"the model knows {low:g} to {high:g} nm"
        )
    centres = np.clip(wavelengths, low, high)
    values = spline(centres)
    if widths is not None:
        fwhm = _widths(widths, len(wavelengths))
        first, last = np.clip(centres - fwhm / 2, low, high), np.clip(centres + fwhm / 2, low, high)
        whole = spline.antiderivative()
        wide = fwhm > 0
        values[wide] = (whole(last[wide]) - whole(first[wide])) / (last - first)[wide, None]
    return values.T


def cardinal(knots: np.ndarray) -> Any:
    """A scipy CubicSpline: wavelengths [n] -> [n, knots], the k-th of which is 1 at the k-th knot, 0 at the
    others.
    """
    from scipy.interpolate import CubicSpline

    if len(knots) < FEWEST:
        raise InputError(
            f"other wavelengths need at least {FEWEST} bands to lie between, the model has {len(knots)}"
        )
    return CubicSpline(knots, np.eye(len(knots)), bc_type="natural")


def _widths(widths, count) -> np.ndarray:
    widths = np.asarray(widths, np.float64)
    if widths.shape not in ((), (count,)) or not np.isfinite(widths).all() or (widths < 0).any():
        raise InputError(f"expected one width in nm, or {count}, one for each band, and none negative")
    return np.broadcast_to(widths, (count,))
