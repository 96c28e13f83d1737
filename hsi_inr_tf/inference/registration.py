"""Finding where measured spectra belong in a picture: they say which RGB the camera must have seen."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from hsi_inr_tf.errors import InputError

if TYPE_CHECKING:
    from hsi_inr_tf.optics.camera import Camera

NEAR = 3  # pixels around a point in which its colour is looked for
NEARER = 3e-6  # mean squared RGB that a squared pixel of distance counts as
FEWEST = 9  # coarse pixels that a shift is judged by
NOTHING = 1e-4  # of the variance of colours: what rounding to 8 bit may explain
UNEXPLAINED = 0.02  # of the variance of colours: above it another camera hides what a shift does
AGREED = 1.3  # brightness of spectra by that of their points: above it they are of another scale
BLURS = (0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.7)  # of a coarse pixel
MISMATCH = 0.02  # of RGB in [0, 1], root mean square: above it a point is not where it was said to be


def mismatch(seen: np.ndarray, spectra: np.ndarray, camera: "Camera") -> np.ndarray:
    """How far colours [n, 3] are from what the camera sees of spectra [n, bands]: [n]."""
    return np.sqrt(np.square(camera.render(spectra) - seen).mean(1))


def common_factor(seen: np.ndarray, spectra: np.ndarray, camera: "Camera") -> float:
    """By how much spectra [n, bands] are brighter than the colours [n, 3] of their points, where most of them
    agree on it, else 1.
    """
    bright = camera.decode(np.asarray(seen, np.float64)).mean(1)
    ratio = camera.linear_rgb(np.asarray(spectra, np.float64)).mean(1) / np.maximum(bright, 1e-4)
    if len(ratio) < 3:
        return 1.0
    low, middle, high = np.quantile(np.maximum(ratio, 1e-4), (0.25, 0.5, 0.75))
    alike = high < AGREED * low and not 1 / AGREED < middle < AGREED
    return float(middle) if alike else 1.0


def settled(rgb: np.ndarray, points: np.ndarray, spectra: np.ndarray, camera: "Camera") -> np.ndarray:
    """The points [n, 2], of which those whose colour does not fit are moved to a pixel nearby that does.

    None is moved unless most fit where they are: else it is the camera or the light that is another.
    """
    points = np.array(points, int)
    off = mismatch(rgb[tuple(points.T)], spectra, camera)
    if np.median(off) > MISMATCH:
        return points
    height, width, _ = rgb.shape
    wanted = camera.render(spectra)
    for number in np.flatnonzero(off > MISMATCH):
        row, column = points[number]
        rows = np.arange(max(0, row - NEAR), min(height, row + NEAR + 1))
        columns = np.arange(max(0, column - NEAR), min(width, column + NEAR + 1))
        squared = np.square(rgb[np.ix_(rows, columns)] - wanted[number]).mean(-1)
        away = np.square(rows[:, None] - row) + np.square(columns - column)
        best = np.unravel_index((squared + NEARER * away).argmin(), squared.shape)
        if squared[best] < np.square(MISMATCH):
            points[number] = rows[best[0]], columns[best[1]]
    return points


def footprints(
    shape: Sequence[int], coarse: Sequence[int], shift: Sequence[int] = (0, 0)
) -> tuple[np.ndarray, np.ndarray]:
    """The first and last (exclusive) rows, and columns, of a picture of `shape` that each pixel of a `coarse`
    cube saw: [rows, 2], [columns, 2], moved by `shift` pixels.
    """
    spans = []
    for side, count, moved in zip(shape[:2], coarse[:2], shift, strict=True):
        if count > side:
            raise InputError(
                f"a coarse cube of {coarse[0]} x {coarse[1]} pixels is finer than the picture of {shape[0]} "
                f"x {shape[1]}"
            )
        edges = np.round(np.linspace(0, side, count + 1)).astype(int) + moved
        spans.append(np.stack([edges[:-1], edges[1:]], axis=1))
    return spans[0], spans[1]


def shift_of(rgb: np.ndarray, coarse: np.ndarray, camera: "Camera") -> tuple[int, int]:
    """By how many pixels (down, right) the coarse cube [rows, columns, bands] lies off the picture, at most a
    coarse pixel.

    The shift whose averaged linear picture is nearest to what the camera sees of the cube, up to a linear map
    of colours, so that another light or camera does no harm; none unless it fits well, and better by a
    twentieth, as clipped highlights and rounding alone can make small ones look better.
    """
    linear = camera.decode(np.asarray(rgb, np.float64))
    seen = camera.linear_rgb(np.asarray(coarse, np.float64))
    known = np.isfinite(seen).all(-1)
    seen = np.concatenate([seen, np.ones_like(seen[..., :1])], axis=-1)
    summed = np.pad(linear.cumsum(0).cumsum(1), ((1, 0), (1, 0), (0, 0)))
    reach = [-(-side // count) for side, count in zip(rgb.shape[:2], coarse.shape[:2], strict=True)]

    def cost(shift):
        means, inside = _means(summed, footprints(rgb.shape, coarse.shape, shift), rgb.shape)
        inside &= known
        if inside.sum() < FEWEST:
            return np.inf
        matrix, *_ = np.linalg.lstsq(seen[inside], means[inside], rcond=None)
        unexplained = np.square(means[inside] - seen[inside] @ matrix).mean()
        return float(unexplained / max(means[inside].var(axis=0).mean(), 1e-12))

    step = max(1, max(reach) // 8)
    steps = [np.arange(-(side // step) * step, side + 1, step) for side in reach]
    costs = {(int(y), int(x)): cost((int(y), int(x))) for y in steps[0] for x in steps[1]}
    best = min(costs, key=costs.__getitem__)
    while step > 1:
        step = max(1, step // 2)
        for y in (-step, 0, step):
            for x in (-step, 0, step):
                at = (best[0] + y, best[1] + x)
                if abs(at[0]) <= reach[0] and abs(at[1]) <= reach[1] and at not in costs:
                    costs[at] = cost(at)
        best = min(costs, key=costs.__getitem__)
    none = costs.get((0, 0), cost((0, 0)))
    return best if costs[best] < min(UNEXPLAINED, 0.95 * none - NOTHING) else (0, 0)


def placed(rgb: np.ndarray, coarse: np.ndarray, camera: "Camera") -> tuple[tuple[int, int], float | None]:
    """(shift, blur) by which a coarse cube [rows, columns, bands] saw the picture: as shift_of and blur_of
    say, or unshifted where a blur alone explains it as well.
    """
    found = {shift: blur_of(rgb, coarse, shift, camera) for shift in {(0, 0), shift_of(rgb, coarse, camera)}}
    shift = min(found, key=lambda shift: (found[shift][1], any(shift)))
    return shift, found[shift][0]


def blur_of(
    rgb: np.ndarray, coarse: np.ndarray, shift: Sequence[int], camera: "Camera"
) -> tuple[float | None, float]:
    """The standard deviation, in coarse pixels, of the Gaussian by which each pixel of a coarse cube saw the
    picture, None for a mean over its square, unless one of BLURS fits better by a tenth; and the share of the
    variance of colours that stays unexplained.
    """
    linear = camera.decode(np.asarray(rgb, np.float64))
    seen = camera.linear_rgb(np.asarray(coarse, np.float64))
    known = np.isfinite(seen).all(-1)
    seen = np.concatenate([seen, np.ones_like(seen[..., :1])], axis=-1)
    spans = footprints(rgb.shape, coarse.shape, shift)

    def cost(blur):
        rows, columns = (weights(span, side, blur) for span, side in zip(spans, rgb.shape[:2], strict=True))
        inside = known & rows.any(1)[:, None] & columns.any(1)
        if inside.sum() < FEWEST:
            return np.inf
        means = averaged(rows, columns, linear)[inside]
        matrix, *_ = np.linalg.lstsq(seen[inside], means, rcond=None)
        unexplained = np.square(means - seen[inside] @ matrix).mean()
        return float(unexplained / max(means.var(axis=0).mean(), 1e-12))

    costs = {blur: cost(blur) for blur in (None, *BLURS)}
    best = min(costs, key=costs.__getitem__)
    best = best if costs[best] < min(UNEXPLAINED, 0.9 * costs[None] - NOTHING) else None
    return best, costs[best]


def weights(spans: np.ndarray, side: int, blur: float | None = None) -> np.ndarray:
    """[n, side]: how much each of a side's pixels counts for coarse pixels with spans [n, 2]: equally, or by
    a Gaussian of `blur` widths of the span. Zeros for a span that leaves the picture.
    """
    at = np.arange(side) + 0.5
    first, last = spans[:, :1], spans[:, 1:]
    if blur is None:
        counts = ((at > first) & (at < last)).astype(np.float64)
    else:
        counts = np.exp(-0.5 * np.square((at - (first + last) / 2) / (blur * (last - first))))
    counts *= (first >= 0) & (last <= side)
    return counts / np.maximum(counts.sum(1, keepdims=True), 1e-9)


def averaged(rows: np.ndarray, columns: np.ndarray, values: np.ndarray) -> np.ndarray:
    """values [i, j, bands] -> [n, m, bands] by the weights rows [n, i] and columns [m, j]."""
    return np.matmul(columns.astype(values.dtype), np.tensordot(rows.astype(values.dtype), values, axes=1))


def _means(summed, spans, shape):
    """The means of a picture, given its sums from the corner, over the spans, and which lie inside it."""
    rows, columns = (np.clip(span, 0, side) for span, side in zip(spans, shape[:2], strict=True))

    def corner(i, j):
        return summed[np.ix_(rows[:, i], columns[:, j])]

    sizes = (rows[:, 1] - rows[:, 0])[:, None] * (columns[:, 1] - columns[:, 0])
    means = (corner(1, 1) - corner(0, 1) - corner(1, 0) + corner(0, 0)) / np.maximum(sizes, 1)[..., None]
    whole = [(span == clipped).all(1) for span, clipped in zip(spans, (rows, columns), strict=True)]
    return means, whole[0][:, None] & whole[1]
