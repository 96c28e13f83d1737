"""Fitting a model's uncertainty to its errors on scenes that it was not trained on.

Models of the same kind, each trained without one group of scenes, predict that group; their errors there say
what generalising costs. The half-width at a colour is the 90 % quantile of the errors of like colours; one
factor, found by leaving each group out in turn, brings the coverage of unseen groups to 90 %.
"""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from hsi_inr_tf.inference.colour_prior import ColourPrior, Component, Correction, chroma_and_level
from hsi_inr_tf.inference.posterior import spread
from hsi_inr_tf.inference.uncertainty import Uncertainty

if TYPE_CHECKING:
    from hsi_inr_tf.data.scenes import Scene, Scenes
    from hsi_inr_tf.inference import Reconstructor

PROBABILITY = 0.9
LEVELS = (0.5, 0.8, 0.9, 0.95)
CENTRES = 40
ALIKE, KERNEL = ColourPrior(power=0.0), Component(1.0, chroma=0.6, level=0.7)  # which colours are alike
POWER = 1.0  # by which half-widths grow with brightness where nothing is known
RIDGE = 0.03
PIXELS = 8000  # of a scene, every one as likely as another


@dataclass(frozen=True)
class Errors:
    """What a model that had not seen a scene got wrong there: `colours` [n, 3], `absolute` errors [n, bands]
    and `group`, which no other group shares materials with. All scenes count alike.
    """

    scene: str
    group: int
    colours: np.ndarray
    absolute: np.ndarray


def errors_of(reconstructor: "Reconstructor", scene: "Scene", group: int, seed: int = 0) -> Errors:
    """The errors of a Reconstructor on a sample of the pixels of `scene` (name, rgb, cube)."""
    predicted = reconstructor.reconstruct(scene.rgb).data
    chosen = np.random.default_rng(seed).permutation(scene.rgb.shape[0] * scene.rgb.shape[1])[:PIXELS]
    rgb, cube = scene.rgb.reshape(-1, 3)[chosen], scene.cube.reshape(-1, scene.cube.shape[-1])[chosen]
    return Errors(scene.name, group, rgb, np.abs(cube - predicted.reshape(-1, cube.shape[-1])[chosen]))


def fit(errors: Sequence[Errors], calibration: dict | None = None) -> Uncertainty:
    """The uncertainty whose 90 % intervals hold 90 % of the values of groups left out of the fit, in the mean
    over scenes.
    """
    groups = sorted({one.group for one in errors})
    ratios = []
    for left_out in groups if len(groups) > 1 else [None]:
        width, floor = _width([one for one in errors if one.group != left_out])
        tested = [one for one in errors if left_out in (None, one.group)]
        ratios += [one.absolute / np.maximum(width(one.colours), floor) for one in tested]
    width, floor = _width(errors)
    factors = {level: _factor(ratios, level) for level in LEVELS}
    usual = factors[PROBABILITY]
    scaled = Correction(width.kernel, width.bias, width.coefficients * usual)
    return Uncertainty(
        scaled,
        floor * usual,
        {level: factor / usual for level, factor in factors.items()},
        _novelty(errors),
        calibration or {},
    )


def calibrated(reconstructor: "Reconstructor", scenes: "Scenes") -> "Reconstructor":
    """The Reconstructor with an uncertainty that is fitted to its errors on `scenes`, of which it has seen
    none, each a group of its own.
    """
    from hsi_inr_tf.inference import Reconstructor

    uncertainty = fit([errors_of(reconstructor, scene, number) for number, scene in enumerate(scenes)])
    engine = copy(reconstructor.engine)
    engine.description = replace(engine.description, uncertainty=uncertainty.to_dict())
    return Reconstructor(engine)


def _factor(ratios, level) -> float:
    """By what half-widths are multiplied so that a mean share `level` of the values of each scene lies
    within.
    """
    low, high = 1e-3, 1e3
    while high / low > 1.001:
        middle = (low * high) ** 0.5
        covered = np.mean([np.mean(ratio <= middle) for ratio in ratios])
        low, high = (middle, high) if covered < level else (low, middle)
    return high


def _width(errors) -> tuple[Correction, np.ndarray]:
    """(half-widths by colour, their floor [bands]), before the factor."""
    colours = np.concatenate([one.colours for one in errors])
    relative = np.concatenate([one.absolute for one in errors]) / _brightness(colours)[:, None]
    weights = np.concatenate([np.full(len(one.colours), 1.0 / len(one.colours)) for one in errors])
    centres = spread(colours, CENTRES)
    near = _alikeness(centres, colours)
    at_centres = np.array([_quantile(relative, weights * row, PROBABILITY) for row in near])
    far = at_centres.max(axis=0)  # what is unlike everything has the widest
    gram = _alikeness(centres, centres)
    kernels = np.linalg.solve(gram + RIDGE * np.eye(len(centres)), at_centres - far)
    kernel, bias = ALIKE.units(KERNEL, centres)
    # All grow with brightness; the first unit is that alone: what holds far from every centre.
    kernel = np.concatenate([np.zeros((6, 1)), kernel], axis=1)
    kernel[4] += POWER
    coefficients = np.concatenate([far[None], kernels])
    floor = _quantile(relative * _brightness(colours)[:, None], weights, 0.25)
    return Correction(kernel, np.concatenate([[0.0], bias]), coefficients), np.maximum(floor, 1e-4)


def _novelty(errors) -> Correction:
    """About 1 where there are colours of the scenes, 0 far from all."""
    centres = spread(np.concatenate([one.colours for one in errors]), CENTRES)
    gram = _alikeness(centres, centres)
    kernel, bias = ALIKE.units(KERNEL, centres)
    ones = np.ones((len(centres), 1))
    return Correction(kernel, bias, np.linalg.solve(gram + RIDGE * np.eye(len(centres)), ones))


def _brightness(colours):
    return np.exp(POWER * chroma_and_level(colours)[1])


def _alikeness(centres, colours):
    """[centres, colours]: 1 where both are alike, 0 where they differ."""
    return ALIKE.covariance(KERNEL, centres, colours)


def _quantile(values, weights, probability):
    """The weighted quantile of each column of values [n, bands]."""
    heavy = weights > 1e-6 * weights.max()
    values, weights = values[heavy], weights[heavy]
    order = np.argsort(values, axis=0)
    reached = np.cumsum(weights[order], axis=0)
    place = (reached < probability * reached[-1]).sum(axis=0)
    return np.take_along_axis(values, np.take_along_axis(order, place[None], 0), 0)[0]
