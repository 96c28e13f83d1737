"""Augmentation of training crops: geometry, and the physics of light applied to the cube, with the RGB
rendered anew.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from hsi_inr_tf.data.recolouring import recoloured
from hsi_inr_tf.optics import Camera
from hsi_inr_tf.ranges import check, real


@dataclass(frozen=True)
class Augmentation:
    """What may happen to a crop. All but flips change the light, so the RGB is rendered again and quantised
    to 8 bit.
    """

    flips: bool = True
    """Mirror either axis and transpose, each with probability 1/2."""
    exposure: Annotated[float, real(0, 8)] = 0.0
    """Multiply the light by 2^u, u uniform in [-exposure, exposure]."""
    modulation: Annotated[float, real(0, 2)] = 0.0
    """Multiply the spectrum by a smooth curve: standard deviation of its logarithm (another illuminant)."""
    mixing: Annotated[float, real(0, 1)] = 0.0
    """Probability that another crop's light is added in a random proportion (mixed materials)."""
    recolouring: Annotated[float, real(0, 1)] = 0.0
    """Probability that materials are exchanged for measured reflectances, shading and texture staying."""

    def __post_init__(self):
        check(self, "augmentation.")

    @property
    def physical(self) -> bool:
        return bool(self.exposure or self.modulation or self.mixing or self.recolouring)


def flip(rgb: np.ndarray, cube: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Mirror and transpose both [side, side, ...] arrays alike."""
    vertical, horizontal, transpose = rng.random(3) < 0.5
    step = np.s_[:: -1 if vertical else 1, :: -1 if horizontal else 1]
    rgb, cube = rgb[step], cube[step]
    return (rgb.swapaxes(0, 1), cube.swapaxes(0, 1)) if transpose else (rgb, cube)


def relight(
    rgb: np.ndarray,
    cube: np.ndarray,
    rng: np.random.Generator,
    camera: Camera,
    augmentation: Augmentation,
    other: Callable[[], tuple[np.ndarray, np.ndarray]],
    reflectances: Any = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Change the light of one crop; `other()` gives the (rgb, cube) that may be mixed in, `reflectances` [n,
    bands] the materials that may be exchanged for its own.

    What the shipped RGB has beyond the camera's model of it (noise, processing) is kept, in linear light, so
    that relit crops look like the data the model will meet; where the RGB is clipped there is nothing to
    keep.
    """
    mixed, exchanged = rng.random(2) < (augmentation.mixing, augmentation.recolouring)
    if not (mixed or exchanged or augmentation.exposure or augmentation.modulation):
        return rgb, cube
    residual = _residual(rgb, cube, camera)
    if mixed:
        share = np.float32(rng.uniform(0.1, 0.9))
        rgb2, cube2 = other()
        residual = share * residual + (1 - share) * _residual(rgb2, cube2, camera)
        cube = share * cube + (1 - share) * cube2
    if exchanged:
        cube = recoloured(cube, reflectances, rng)
    gain = np.float32(2.0 ** rng.uniform(-augmentation.exposure, augmentation.exposure))
    cube = np.clip(cube * (gain * smooth_gain(rng, cube.shape[-1], augmentation.modulation)), 0, 1)
    rgb = camera.encode(camera.linear_rgb(cube) + gain * residual)
    return np.round(rgb * 255).astype(np.float32) / 255, cube


def _residual(rgb, cube, camera):
    clipped = (rgb <= 0) | (rgb >= 1)
    return np.where(clipped, 0, camera.decode(rgb) - camera.linear_rgb(cube))


def smooth_gain(rng: np.random.Generator, bands: int, deviation: float, waves: int = 4) -> np.ndarray:
    """A smooth positive curve [bands]: exp of a random sum of half cosines, of that standard deviation, mean
    logarithm 0.
    """
    position = (np.arange(bands) + 0.5) / bands
    amplitudes = rng.normal(size=waves) / np.arange(1, waves + 1)
    amplitudes *= deviation / np.sqrt(0.5 * np.sum(1.0 / np.arange(1, waves + 1) ** 2))
    curve = np.cos(np.pi * np.arange(1, waves + 1)[:, None] * position)
    return np.exp(amplitudes @ curve).astype(np.float32)
