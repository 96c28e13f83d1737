"""The posterior mean of a model's error (inference.colour_prior), given errors at points or over areas."""

import warnings
from dataclasses import dataclass

import numpy as np

from hsi_inr_tf.inference.colour_prior import ColourPrior, Correction, chroma_and_level

NARROW_CENTRES, WIDE_CENTRES = 80, 16  # what an adapted model carries where areas were measured
AT_ONCE = 512  # areas whose covariances are held in memory
AREA_NOISE = 0.3  # of a pixel's: neighbours share most of what colour does not explain
# Of the prior's noise, added to it: to a lone point, which no other checks, and to any on rough ground.
LONE, ROUGH, LONE_AND_ROUGH = 2.0, 2.0, 20.0
EVEN = 0.05  # of RGB: the standard deviation around a pixel that counts as rough


@dataclass(frozen=True)
class PointPosterior:
    """`left_out` [n, bands]: what each point's error would be taken for without it; `surprise` [n]: how many
    standard deviations it is away from that.
    """

    correction: Correction
    left_out: np.ndarray
    surprise: np.ndarray


def of_points(
    prior: ColourPrior,
    colours: np.ndarray,
    errors: np.ndarray,
    keep: bool = False,
    unevenness: np.ndarray | float = 0.0,
) -> PointPosterior:
    """From the errors [n, bands] at points of colours [n, 3]; exact.

    `unevenness` [n] is the standard deviation of the colours around each point: where it is large the
    spectrum may be that of a neighbour. Leaving a point out costs nothing: what it would be taken for is
    e_i - [K^-1 e]_i / [K^-1]_ii.
    """
    colours, errors = np.asarray(colours, np.float64), np.asarray(errors, np.float64)
    components = prior.components(len(colours), keep)
    covariance = sum(prior.covariance(component, colours, colours) for component in components)
    lone = 1.0 / len(colours) ** 2
    doubt = LONE * lone + (ROUGH + LONE_AND_ROUGH * lone) * np.square(np.asarray(unevenness) / EVEN)
    inverse = np.linalg.inv(covariance + np.diag(prior.noise_of(colours) * (1.0 + doubt)))
    coefficients = inverse @ errors
    deviations = coefficients / np.diag(inverse)[:, None]
    # In units of what is expected, with the errors' own scale, which a few outliers do not move.
    squared = np.square(coefficients).mean(1) / np.diag(inverse)
    surprise = np.sqrt(squared / max(float(np.median(squared)), 1e-12))
    units = [prior.units(component, colours) for component in components]
    return PointPosterior(_joined(units, [coefficients] * len(components)), errors - deviations, surprise)


def of_areas(prior: ColourPrior, pixels: np.ndarray, errors: np.ndarray, keep: bool = False) -> Correction:
    """From the mean errors [n, bands] over areas, of which pixels [n, m, 3] are a sample of the colours.

    The error is written with functions around `NARROW_CENTRES` and `WIDE_CENTRES` of the areas' colours
    (Nystroem), so that the work and the model do not grow with the areas.
    """
    pixels = np.asarray(pixels, np.float64)
    areas, samples, _ = pixels.shape
    flat = pixels.reshape(-1, 3)
    parts, means = [], []
    components = prior.components(areas, keep)
    for component, most in zip(components, (NARROW_CENTRES, WIDE_CENTRES), strict=False):
        centres = spread(flat, most)
        own = prior.covariance(component, centres, centres)
        root = np.linalg.cholesky(own + 1e-6 * np.diag(np.diag(own)))
        parts.append((component, centres, root))
        seen = [
            prior.covariance(component, some.reshape(-1, 3), centres).reshape(len(some), samples, -1).mean(1)
            for some in np.array_split(pixels, -(-areas // AT_ONCE))
        ]
        means.append(np.linalg.solve(root, np.concatenate(seen).T).T)
    design = np.concatenate(means, axis=1)
    weights = 1.0 / (AREA_NOISE * prior.noise_of(flat).reshape(areas, samples).mean(1))
    gram = design.T * weights @ design + np.eye(design.shape[1])
    solution = np.linalg.solve(gram, design.T * weights @ np.asarray(errors, np.float64))
    coefficients, start = [], 0
    for _, centres, root in parts:
        stop = start + len(centres)
        coefficients.append(np.linalg.solve(root.T, solution[start:stop]))
        start = stop
    return _joined([prior.units(component, centres) for component, centres, _ in parts], coefficients)


def spread(colours: np.ndarray, most: int) -> np.ndarray:
    """At most `most` of the colours [n, 3] that stand for all of them: the nearest to the centres of k-means
    in chroma and log brightness.
    """
    from scipy.cluster.vq import kmeans2

    colours = np.unique(np.asarray(colours, np.float64), axis=0)
    if len(colours) <= most:
        return colours
    draw = np.random.default_rng(0).choice(len(colours), min(5000, len(colours)), replace=False)
    colours = colours[np.sort(draw)]
    chroma, level = chroma_and_level(colours)
    places = np.concatenate(
        [2.5 * chroma, level[:, None]], axis=1
    )  # lengths of the narrow component, about equal
    start = places[np.linspace(0, len(places) - 1, most).astype(int)]
    centres = places
    if len(places) > most:
        with warnings.catch_warnings(action="ignore", category=UserWarning):  # a cluster may become empty
            centres, _ = kmeans2(places, start, iter=12)
    apart = (places * places).sum(1) - 2.0 * centres @ places.T
    return colours[np.unique(apart.argmin(axis=1))]


def _joined(units, coefficients) -> Correction:
    return Correction(
        np.concatenate([kernel for kernel, _ in units], axis=1),
        np.concatenate([bias for _, bias in units]),
        np.concatenate(coefficients),
    )
