"""Exchanging the materials of a crop for measured ones, object by object: shading and texture stay.

A few training scenes show few materials, and a network learns which of them go with which texture. Crops
whose objects are made of something else teach it what holds for all.
"""

import numpy as np

LARGEST_COUNT = 3  # objects exchanged in one crop
WIDTHS = (0.03, 0.3)  # of an object in the angle between spectra (as sqrt(1 - cos)), drawn log-uniformly
MIXTURES = 0.3  # of the new materials are mixtures of two
KEPT_BRIGHTNESS = (
    0.2  # of the new materials are as bright as the old ones, the others 0.2 to 1 times their own
)


def recoloured(cube: np.ndarray, reflectances: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The crop `cube` [side, side, bands] with one to three of its materials exchanged, in float32.

    An object is what looks like one of its pixels, drawn by brightness: a soft mask by the angle of the
    spectra. Its mean spectrum `a` is exchanged for a reflectance r of `reflectances` [n, bands]: every pixel
    y is shading times a, y = s a + rest with s = <y, a> / <a, a>, and becomes s r + rest, the rest
    (highlights, reflections of others) as much brighter as r is brighter than a.
    """
    pixels = cube.reshape(-1, cube.shape[-1])
    brightness = pixels.mean(axis=1) + 1e-3
    norms = np.linalg.norm(pixels, axis=1) + 1e-6
    changed = pixels.copy()
    for _ in range(rng.integers(1, LARGEST_COUNT + 1)):
        anchor = pixels[rng.choice(len(pixels), p=brightness / brightness.sum(dtype=np.float64))]
        cosine = pixels @ anchor / (norms * (np.linalg.norm(anchor) + 1e-6))
        width = np.exp(rng.uniform(*np.log(WIDTHS)))
        mask = np.exp(-np.maximum(1.0 - cosine, 0.0) / np.float32(width**2))
        old = mask @ pixels / (mask.sum() + 1e-6)
        new = _material(reflectances, float(old.mean()), rng)
        shading = pixels @ old / (old @ old + 1e-6)
        rest = pixels - shading[:, None] * old
        exchanged = shading[:, None] * new + rest * (new.mean() / (old.mean() + 1e-4))
        changed += mask[:, None] * (exchanged - changed)
    return np.clip(changed, 0.0, 1.0).reshape(cube.shape)


def _material(reflectances, brightness, rng):
    """A spectrum [bands]: a measured reflectance, or a mixture of two, at some brightness."""
    share = rng.uniform(0.2, 0.8) if rng.random() < MIXTURES else 1.0
    one, other = reflectances[rng.integers(len(reflectances), size=2)]
    material = share * one + (1.0 - share) * other
    if rng.random() < KEPT_BRIGHTNESS:
        gain = brightness / max(float(material.mean()), 1e-3) * np.exp(0.15 * rng.normal())
    else:
        gain = rng.uniform(0.2, 1.0)
    return (material * gain).astype(np.float32)
