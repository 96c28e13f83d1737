"""Where to measure: the points of a picture that tell most of the rest of it."""

import numpy as np

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.inference.colour_prior import ColourPrior
from hsi_inr_tf.inference.tiling import to_float

CANDIDATES = 1600  # pixels of a lattice that are weighed against each other
CLIPPED = 0.98
CALM = 0.7  # the share of candidates that count as calm; half of it misses whole materials
AROUND = 3  # steps from a place to each side, between which it should be calm


def suggest(rgb: np.ndarray, count: int, prior: ColourPrior) -> np.ndarray:
    """`count` points [count, 2] = (row, column) of rgb [height, width, 3], the most telling first.

    One after another, each where measuring reduces the expected error over the picture most, squared and by
    brightness halfway between absolute and relative. Highlights and clipped pixels are left out, and so are
    edges and rough places, where a probe would meet other colours a pixel further, and the picture's border.
    """
    if count < 1:
        raise InputError(f"{count} points are asked for, expected one at least")
    height, width, _ = rgb.shape
    step = max(1, int(np.sqrt(height * width / CANDIDATES)))
    rows, columns = (_inner(side, step, 2 * AROUND * _step(rgb)) for side in (height, width))
    places = np.stack(np.meshgrid(rows, columns, indexing="ij"), axis=-1).reshape(-1, 2)
    colours = to_float(rgb[tuple(places.T)]).astype(np.float64)
    rough = unevenness(rgb, places)
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
    return places[_greedy(prior, colours, allowed, count)].astype(float)


def unevenness(rgb: np.ndarray, places: np.ndarray) -> np.ndarray:
    """The standard deviation of the colours around each of the places [n, 2], whole pixels: [n].

    Around: in a window whose side is a seventieth of the picture's shorter one, seven pixels at least.
    """
    offsets = np.arange(-AROUND, AROUND + 1) * _step(rgb)
    rows, columns = (
        np.clip(at[:, None] + offsets, 0, side - 1)
        for at, side in zip(np.asarray(places).T, rgb.shape[:2], strict=True)
    )
    windows = to_float(rgb[rows[:, :, None], columns[:, None, :]])
    return np.sqrt(windows.var(axis=(1, 2)).sum(-1))


def _step(rgb):
    return max(1, round(min(rgb.shape[:2]) / 490))


def _inner(side, step, margin):
    """Every step-th pixel of an axis, a margin away from its ends where it is long enough."""
    margin = min(margin, (side - 1) // 4)
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
