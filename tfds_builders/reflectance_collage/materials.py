"""Measured reflectances and illuminants, from colour-science, and the textures that mix reflectances over a
surface.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from hsi_inr_tf.optics import VISIBLE, camera_named
from hsi_inr_tf.optics.srgb import encode


@dataclass(frozen=True)
class Library:
    """Reflectances [n, bands] with the hue (degrees), chroma and lightness (CIELAB) of each under D65."""

    reflectances: np.ndarray
    hue: np.ndarray
    chroma: np.ndarray
    lightness: np.ndarray

    def where(self, hue=(0, 360), chroma=(0, 200), lightness=(0, 100)) -> np.ndarray:
        """Indices of the reflectances inside the three ranges; a hue range may pass through 0."""
        inside = (self.hue - hue[0]) % 360 <= (hue[1] - hue[0])
        for values, (low, high) in ((self.chroma, chroma), (self.lightness, lightness)):
            inside = inside & (values >= low) & (values <= high)
        return np.flatnonzero(inside)


@cache
def library() -> Library:
    """The 24 patches of the ColorChecker (first, in chart order), 14 TCS, 15 CQS samples and the 99 CES."""
    import colour
    from colour.quality.cfi2017 import load_TCS_CIE2017
    from colour.quality.datasets import SDS_TCS, SDS_VS

    chart = list(colour.SDS_COLOURCHECKERS["ColorChecker N Ohta"].values())
    samples = [*chart, *SDS_TCS["CIE 1995"].values(), *SDS_VS["NIST CQS 9.0"].values()]
    evaluation = load_TCS_CIE2017(colour.SpectralShape(380, 780, 5))
    rows = [[sample[w] for w in VISIBLE] for sample in samples]
    rows += list(evaluation.values[np.searchsorted(evaluation.domain, VISIBLE)].T)
    reflectances = np.clip(rows, 0, 1).astype(np.float32)
    rgb = encode(camera_named().linear_rgb(reflectances))
    lab = colour.XYZ_to_Lab(colour.sRGB_to_XYZ(rgb))
    return Library(
        reflectances,
        np.degrees(np.arctan2(lab[:, 2], lab[:, 1])) % 360,
        np.hypot(lab[:, 1], lab[:, 2]),
        lab[:, 0],
    )


def light(name: str) -> np.ndarray:
    """A measured illuminant relative to D65, of the same luminance: float32 [bands]. White balanced for D65
    it is a tint.
    """
    import colour

    spectra = [np.array([colour.SDS_ILLUMINANTS[n][w] for w in VISIBLE]) for n in (name, "D65")]
    observer = np.array([colour.MSDS_CMFS["CIE 1931 2 Degree Standard Observer"][w][1] for w in VISIBLE])
    spectrum, reference = (s / (s @ observer) for s in spectra)
    return (spectrum / reference).astype(np.float32)


@dataclass(frozen=True)
class Material:
    """`weights(points [n, 3]) -> [n, k]` says how much of each of the k reflectances a surface point
    shows.
    """

    reflectances: np.ndarray
    weights: Callable[[np.ndarray], np.ndarray]
    gloss: float = 0.0
    sharpness: float = 40.0
    bumps: Callable[[np.ndarray], np.ndarray] | None = None

    def albedo(self, points):
        return self.weights(points) @ self.reflectances


class Waves:
    """Smooth random function of a point: a sum of plane waves of growing frequency and falling amplitude,
    about in [-1, 1].
    """

    def __init__(
        self, rng: np.random.Generator, frequency: float, octaves: int = 4, fall: float = 0.55, each: int = 6
    ):
        scale = np.repeat(2.0 ** np.arange(octaves), each)
        direction = rng.normal(size=(octaves * each, 3))
        direction /= np.linalg.norm(direction, axis=1, keepdims=True)
        self.k = (direction * (scale * frequency * rng.uniform(0.7, 1.4, scale.size))[:, None]).astype(
            np.float32
        )
        self.phase = rng.uniform(0, 2 * np.pi, scale.size).astype(np.float32)
        self.amplitude = np.repeat(fall ** np.arange(octaves), each).astype(np.float32)
        self.amplitude *= 1.2 / np.linalg.norm(self.amplitude)

    def __call__(self, points):
        return np.cos(points @ self.k.T + self.phase) @ self.amplitude

    def gradient(self, points):
        return -(np.sin(points @ self.k.T + self.phase) * self.amplitude) @ self.k


def step(values, edge: float = 0.1):
    """0 below -edge, 1 above +edge, smooth between."""
    t = np.clip(values / (2 * edge) + 0.5, 0, 1)
    return t * t * (3 - 2 * t)


def _two(share):
    return np.stack([1 - share, share], axis=1).astype(np.float32)


def plain(points):
    return np.ones((len(points), 1), np.float32)


def marbled(waves: Waves, edge: float = 0.6):
    """Two reflectances mixed by a smooth random field: soft with a wide edge, veined with a narrow one."""
    return lambda points: _two(step(waves(points), edge))


def striped(frequency: float, direction, share: float = 0.5, edge: float = 0.15):
    direction = np.asarray(direction, np.float32)
    threshold = np.cos(np.pi * share)
    return lambda points: _two(step(np.cos(2 * np.pi * frequency * (points @ direction)) - threshold, edge))


def woven(frequency: float, angle: float):
    """Plaid of three reflectances: a ground, bands along one direction and bands across it, mixed where they
    cross.
    """
    u = np.array([np.cos(angle), np.sin(angle), 0], np.float32)
    v = np.array([-np.sin(angle), np.cos(angle), 0], np.float32)

    def weights(points):
        a = step(np.cos(2 * np.pi * frequency * (points @ u)) - 0.3, 0.08)
        b = step(np.cos(2 * np.pi * frequency * (points @ v)) - 0.3, 0.08)
        along, across = a * (1 - 0.5 * b), b * (1 - 0.5 * a)
        return np.stack([1 - along - across, along, across], axis=1).astype(np.float32)

    return weights


def chart(columns: int, rows: int, frame: float = 0.12):
    """A grid of patches over x, y in [-1, 1], row by row from the top left; the last reflectance is the
    frame.
    """

    def weights(points):
        x, y = (points[:, 0] + 1) / 2 * columns, (1 - points[:, 1]) / 2 * rows
        inside = (abs(x % 1 - 0.5) < 0.5 - frame) & (abs(y % 1 - 0.5) < 0.5 - frame)
        column, row = np.clip(x, 0, columns - 1).astype(int), np.clip(y, 0, rows - 1).astype(int)
        index = np.where(inside, row * columns + column, columns * rows)
        return np.eye(columns * rows + 1, dtype=np.float32)[index]

    return weights
