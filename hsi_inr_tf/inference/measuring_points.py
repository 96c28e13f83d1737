"""Where to measure: the points of a picture that tell most of the rest of it."""

import numpy as np
from scipy.ndimage import uniform_filter

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.inference.colour_prior import ColourPrior
from hsi_inr_tf.inference.tiling import to_float

CANDIDATES = 1600  # pixels of a lattice that are weighed against each other
CLIPPED = 0.98
CALM = 0.45  # the share of candidates that count as calm
AROUND = 7  # pixels: the side of the window in which a place should be calm


def suggest(rgb, count: int, prior: ColourPrior) -> np.ndarray:
    """`count` points [count, 2] = (row, column) of rgb [height, width, 3], the most telling first.

    One after another, each where measuring reduces the expected error over the picture most, squared and by
    brightness halfway between absolute and relative. Highlights and clipped pixels are left out, and so are
    edges and rough places, where a probe would meet other colours a pixel further, and the picture's border.
    """
    if count < 1:
        raise InputError(f"{count} points are asked for, expected one at least")
    rgb = to_float(np.asarray(rgb))
    height, width, _ = rgb.shape
    step = max(1, int(np.sqrt(height * width / CANDIDATES)))
    rows, columns = (_inner(side, step) for side in (height, width))
    lattice = np.ix_(rows, columns)
    colours = rgb[lattice].reshape(-1, 3).astype(np.float64)
    rough = unevenness(rgb)[lattice].ravel()
    allowed = colours.max(1) < CLIPPED
    lit = allowed & (colours.max(1) > 0.1)
    if lit.sum() >= count:
        calm = rough <= np.quantile(rough[lit], CALM)
        allowed = allowed & calm if (allowed & calm).sum() >= count else allowed
    if allowed.sum() < count:
        raise InputError(
            f"{count} points are asked for, but only {int(allowed.sum())} places of this picture are not "
            "clipped"
        )
    chosen = _greedy(prior, colours, allowed, count)
    row, column = np.unravel_index(chosen, (len(rows), len(columns)))
    return np.stack([rows[row], columns[column]], axis=1).astype(float)


def unevenness(rgb) -> np.ndarray:
    """The standard deviation of the colours around each pixel: [height, width]."""
    rgb = np.asarray(rgb, np.float32)
    window = (AROUND, AROUND, 1)
    mean = uniform_filter(rgb, window, mode="nearest")
    return np.sqrt(np.maximum(uniform_filter(rgb * rgb, window, mode="nearest") - mean * mean, 0.0).sum(-1))


def _inner(side, step):
    """Every step-th pixel of an axis, a window away from its ends where it is long enough."""
    margin = min(AROUND, (side - 1) // 4)
    return np.arange(margin + min(step // 2, side - 1 - 2 * margin), side - margin, step)


def _greedy(prior, colours, allowed, count):
    components = prior.components(count)
    covariance = sum(prior.covariance(component, colours, colours) for component in components)
    noise = prior.noise_of(colours)
    weights = noise**-0.5
    chosen = []
    for _ in range(count):
        gain = (weights @ np.square(covariance)) / (np.diag(covariance) + noise)
        gain[~allowed] = -1.0
        gain[chosen] = -1.0
        best = int(gain.argmax())
        chosen.append(best)
        column = covariance[:, best].copy()
        covariance -= np.outer(column, column / (column[best] + noise[best]))
    return np.array(chosen)
