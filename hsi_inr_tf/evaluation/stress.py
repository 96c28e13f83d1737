"""What becomes of scores and intervals when pictures are not what a model expects: scenes, changed in ways
whose truth is known.
"""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from hsi_inr_tf import metrics
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.evaluation.calibration import PROBABILITY, errors_of
from hsi_inr_tf.optics import Camera, reflectances

if TYPE_CHECKING:
    from hsi_inr_tf.data import Scenes
    from hsi_inr_tf.inference import Reconstructor

AS_SHIPPED, RENDERED = "as shipped", "rendered by its camera"
GAINS = {"a quarter of the light": 0.25, "half of the light": 0.5, "twice": 2.0, "four times": 4.0}
ELECTRONS = (10_000, 1_000, 100)  # that white frees in a sensor's pixel
READ_NOISE = 3.0  # electrons
QUALITIES = (90, 50, 20)
BLURS = (1.0, 2.0)  # pixels, one standard deviation
BALANCES = (0.1, 0.2)
LIGHTS = {"light A (tungsten)": "A", "light F11 (fluorescent)": "FL11", "light LED-B3": "LED-B3"}
DAYLIGHT = "D65"
NEAR = 10  # measured materials of the nearest hues, of which one is drawn
TOO_LOW = 0.8  # of the values in a 90 % interval
WHITE = 100.0  # reflectances that white counts for in a camera's matrix


class Seen(NamedTuple):
    """What a model is given, rgb [h, w, 3], and the truth that it is scored on, cube [h, w, bands], which was
    `gain` times as bright when the picture was taken.
    """

    rgb: np.ndarray
    cube: np.ndarray
    gain: float = 1.0


Change = Callable[[np.ndarray, np.ndarray, np.random.Generator], Seen]


def stresses(camera: Camera, others: Sequence[Camera] = ()) -> dict[str, Change]:
    """By name, what is done to a scene (rgb, cube, generator) whose pictures are those of `camera`; `others`
    are further cameras that photograph it. Pictures are quantised to 8 bit.
    """
    table: dict[str, Change] = {AS_SHIPPED: lambda rgb, cube, draw: Seen(rgb, cube)}
    for name, gain in GAINS.items():
        table[f"exposure: {name}"] = partial(_exposed, camera, gain)
    for electrons in ELECTRONS:
        table[f"noise: {electrons:,} electrons"] = partial(_noisy, camera, electrons)
    for quality in QUALITIES:
        table[f"JPEG: quality {quality}"] = partial(_compressed, quality)
    for deviation in BLURS:
        table[f"blur: {deviation:g} pixel{'s' if deviation > 1 else ''}"] = partial(
            _blurred, camera, deviation
        )
    for off in BALANCES:
        for name, sign in (("warm", 1), ("cold", -1)):
            gains = np.array([1 + off, 1.0, 1 / (1 + off)])[::sign]
            table[f"white balance: {off:.0%} too {name}"] = partial(_balanced, camera, gains)
    table[RENDERED] = partial(_rendered, camera, camera, np.eye(3))
    for other in others:
        table[f"camera: {other.name}"] = partial(_rendered, camera, other, developing(other, camera))
    for name, light in LIGHTS.items():
        table[name] = partial(_lit, camera, _light(light, camera.wavelengths))
    table["metamers: the black of measured materials"] = partial(_exchanged, camera, _measured(camera))
    table["metamers: the black reversed"] = partial(_reversed, camera)
    return table


def developing(other: Camera, camera: Camera) -> np.ndarray:
    """The matrix [3, 3] that raw converters find for a camera: linear RGB of `other` times it is about that
    of `camera`, on measured reflectances, and white stays white.
    """
    white = np.full((1, len(camera.wavelengths)), WHITE)
    spectra = np.concatenate([_measured(camera), white])
    return np.linalg.lstsq(other.linear_rgb(spectra), camera.linear_rgb(spectra), rcond=None)[0]


def black_of(spectra: np.ndarray, camera: Camera) -> np.ndarray:
    """The metameric black [..., bands] of spectra: what the camera does not see of them.

    A spectrum is the sum of it and a fundamental, which the camera sees (Cohen and Kappauf 1982).
    """
    response = camera.response
    return spectra - spectra.astype(np.float64) @ (response @ np.linalg.pinv(response)).T


def metamer(cube: np.ndarray, camera: Camera, black: np.ndarray) -> np.ndarray:
    """Other spectra [..., bands] that the camera sees as it sees those of `cube`, to the last digit: with
    another metameric black [..., bands], or as much of the way to it as stays within [0, 1].
    """
    step = black - black_of(cube, camera)
    with np.errstate(divide="ignore", invalid="ignore"):
        up, down = (1.0 - cube) / step, -cube / step
        ends = np.where(step > 0, up, np.where(step < 0, down, np.inf))
    share = np.clip(ends.min(axis=-1, keepdims=True), 0.0, 1.0)
    return np.clip(cube + share * step, 0.0, 1.0).astype(np.float32)


@dataclass(frozen=True)
class Row:
    """A model under a stress: its mean scores over scenes, the share of values within its 90 % interval and
    the mean half-width of that.
    """

    stress: str
    model: str
    mean: dict[str, float]
    coverage: float
    half_width: float


def tested(
    reconstructors: dict[str, "Reconstructor"],
    scenes: "Scenes",
    side: int,
    changes: dict[str, Change],
    progress: Callable[[], Any] = lambda: None,
) -> list[Row]:
    """Every model under every stress, on the middle of each scene, `side` pixels at most in each direction.

    A model that knows no uncertainty has the constant interval per band that holds 90 % of the values of
    these very scenes as shipped. `progress()` is called len(scenes) * len(changes) * len(models) times.
    """
    constant = {
        name: _constant(model, scenes) for name, model in reconstructors.items() if model.uncertainty is None
    }
    found: dict[tuple[str, str], list[tuple[dict, float, float]]] = {}
    for number, scene in enumerate(scenes):
        height, width, _ = scene.cube.shape
        top, left = max(0, (height - side) // 2), max(0, (width - side) // 2)
        middle = np.s_[top : top + side, left : left + side]
        for order, (stress, change) in enumerate(changes.items()):
            draw = np.random.default_rng([0, number, order])
            seen = change(scene.rgb[middle], scene.cube[middle], draw)
            for name, model in reconstructors.items():
                cell = _cell(model, scenes, seen, constant.get(name))
                found.setdefault((stress, name), []).append(cell)
                progress()
    return [Row(stress, name, *_mean(cells)) for (stress, name), cells in found.items()]


def _cell(model, scenes, seen, constant) -> tuple[dict, float, float]:
    """(scores, coverage, mean half-width) of one picture."""
    widths = scenes.widths if model.description.sensors else None
    image = model.reconstruct(
        seen.rgb, wavelengths=scenes.wavelengths, widths=widths, uncertainty=constant is None
    )
    predicted = np.clip(image.data / np.float32(seen.gain), 0.0, 1.0)
    half = (constant if image.uncertainty is None else image.uncertainty) / seen.gain
    within = np.abs(seen.cube - predicted) <= half
    scores = metrics.score(seen.cube, predicted)
    numbers = {name: float(scores[name]) for name in metrics.METRICS}
    return numbers, float(within.mean()), float(np.mean(half))


def _mean(cells) -> tuple[dict[str, float], float, float]:
    scores, coverage, width = zip(*cells, strict=True)
    mean = {name: float(np.mean([one[name] for one in scores])) for name in scores[0]}
    return mean, float(np.mean(coverage)), float(np.mean(width))


def _constant(model, scenes) -> np.ndarray:
    """[bands]: within so much of the truth lie 90 % of a model's values on the scenes."""
    together = np.concatenate([errors_of(model, scene, 0).absolute for scene in scenes])
    return np.quantile(together, PROBABILITY, axis=0)


def _quantised(rgb) -> np.ndarray:
    return np.round(np.clip(rgb, 0.0, 1.0) * 255).astype(np.float32) / 255


def _exposed(camera, gain, rgb, cube, draw) -> Seen:
    return Seen(_quantised(camera.encode(camera.decode(rgb) * gain)), cube, gain)


def _noisy(camera, electrons, rgb, cube, draw) -> Seen:
    """Shot noise and read noise, in linear light."""
    counted = draw.poisson(np.clip(camera.decode(rgb), 0.0, 1.0) * electrons)
    counted = counted + draw.normal(0.0, READ_NOISE, rgb.shape)
    return Seen(_quantised(camera.encode(counted / electrons)), cube)


def _compressed(quality, rgb, cube, draw) -> Seen:
    from PIL import Image

    stream = io.BytesIO()
    Image.fromarray(np.round(rgb * 255).astype(np.uint8)).save(stream, "JPEG", quality=quality)
    return Seen(np.asarray(Image.open(stream), np.float32) / 255, cube)


def _blurred(camera, deviation, rgb, cube, draw) -> Seen:
    """By the lens: what reaches a pixel is mixed, in the picture and in the truth."""
    from scipy.ndimage import gaussian_filter

    mixed = partial(gaussian_filter, sigma=(deviation, deviation, 0), mode="nearest")
    return Seen(_quantised(camera.encode(mixed(camera.decode(rgb)))), mixed(cube))


def _balanced(camera, gains, rgb, cube, draw) -> Seen:
    return Seen(_quantised(camera.encode(camera.decode(rgb) * gains)), cube)


def _rendered(camera, other, matrix, rgb, cube, draw) -> Seen:
    return Seen(_quantised(camera.encode(other.linear_rgb(cube) @ matrix)), cube)


def _lit(camera, light, rgb, cube, draw) -> Seen:
    """In other light, to which the camera is balanced: the truth is what it was, relative to white."""
    linear = camera.linear_rgb(cube * light) / camera.linear_rgb(light)
    return Seen(_quantised(camera.encode(linear)), cube)


def _exchanged(camera, materials, rgb, cube, draw) -> Seen:
    """With the black of one of the measured materials [n, bands] of nearly the same hue, as bright."""
    from scipy.spatial import KDTree

    def hue_and_light(spectra):
        seen = np.maximum(camera.linear_rgb(spectra), 1e-6)
        light = seen.sum(axis=-1, keepdims=True)
        return seen / light, light

    hues, lights = hue_and_light(materials)
    hue, light = hue_and_light(cube)
    _, nearest = KDTree(hues).query(hue, min(NEAR, len(materials)))
    drawn = draw.integers(nearest.shape[-1], size=(*cube.shape[:2], 1))
    chosen = np.take_along_axis(nearest, drawn, -1)[..., 0]
    alike = materials[chosen] * (light / lights[chosen])
    return Seen(rgb, metamer(cube, camera, black_of(alike, camera)))


def _reversed(camera, rgb, cube, draw) -> Seen:
    return Seen(rgb, metamer(cube, camera, -black_of(cube, camera)))


def _measured(camera) -> np.ndarray:
    spectra = reflectances.measured(camera.wavelengths)
    if not len(spectra):
        span = f"{camera.wavelengths[0]:g} to {camera.wavelengths[-1]:g} nm"
        raise InputError(f"no reflectances were measured from {span}, with which pictures are developed")
    return spectra


def _light(name, wavelengths) -> np.ndarray:
    """An illuminant of the CIE by daylight [bands], each the mean over its band: fluorescent light has
    lines.
    """
    import colour

    nm = np.asarray(wavelengths, np.float64)
    reach = np.abs(np.gradient(nm))[:, None] * np.linspace(-0.5, 0.5, 21) if len(nm) > 1 else np.zeros((1, 1))
    light, day = (
        np.interp(nm[:, None] + reach, one.wavelengths, one.values).mean(axis=1)
        for one in (colour.SDS_ILLUMINANTS[name], colour.SDS_ILLUMINANTS[DAYLIGHT])
    )
    return (light / day).astype(np.float32)


def sentences(rows: Sequence[Row]) -> Iterator[str]:
    """What the rows mean, a sentence for each model but the last, which is the baseline."""
    models = list(dict.fromkeys(row.model for row in rows))
    for model in models[:-1]:
        mine = {row.stress: row for row in rows if row.model == model}
        before = mine.pop(AS_SHIPPED)
        worst = sorted(mine.values(), key=lambda row: before.mean["sam"] - row.mean["sam"])
        hurt = [f"{row.stress} ({row.mean['sam'] - before.mean['sam']:+.1f} degrees)" for row in worst[:3]]
        fallen = [row for row in mine.values() if row.coverage < TOO_LOW]
        fallen.sort(key=attrgetter("coverage"))
        held = (
            f"they hold less than {TOO_LOW:.0%} under "
            + ", ".join(f"{row.stress} ({row.coverage:.0%})" for row in fallen)
            + ", where neither its cubes nor its intervals are to be trusted"
            if fallen
            else f"under every stress they hold at least {TOO_LOW:.0%}"
        )
        yield (
            f"{model} is hurt most by {', '.join(hurt)}; its 90 % intervals hold {before.coverage:.0%} of "
            f"the values as shipped, and {held}."
        )
