"""Fusing a picture with a coarse cube of the same view: hyperspectral image super-resolution."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from hsi_inr_tf.inference import adapting, registration
from hsi_inr_tf.inference.colour_prior import chroma_and_level

if TYPE_CHECKING:
    from hsi_inr_tf.cubes import HyperspectralImage
    from hsi_inr_tf.inference import Reconstructor
    from hsi_inr_tf.pictures.picture import Source


def fused(
    adapted: "Reconstructor", picture: "Source", rgb: np.ndarray, cube: "HyperspectralImage"
) -> "HyperspectralImage":
    """The cube of a picture, whose values are rgb [height, width, 3], by a Reconstructor that was adapted to
    the coarse `cube`, plus what the coarse one says beyond colours.

    That is the difference of the coarse cube from the mean of the answer over each of its pixels, relative
    to brightness, and interpolated between their centres: what two places of one colour do not share.
    """
    own, adaptation = adapted.description.wavelengths, adapted.adaptation
    image = adapted.reconstruct(picture, clip=False)
    coarse = adapting.at_wavelengths(np.asarray(cube.data, np.float64), cube.wavelengths, own)
    shift = adaptation.shift if adaptation and adaptation.shift else (0, 0)
    spans = registration.footprints(rgb.shape, coarse.shape, shift)
    rows, columns = (_means(span, side) for span, side in zip(spans, rgb.shape[:2], strict=True))
    level = chroma_and_level(rgb.reshape(-1, 3))[1].reshape(rgb.shape[:2])
    bright = np.exp(adapting.PRIOR.power * level).astype(np.float32)
    missing = coarse - _everywhere(rows, columns, image.data)
    relative = missing / np.maximum(_everywhere(rows, columns, bright[..., None]), 1e-6)
    # A coarse pixel without values, or outside the picture, says nothing.
    relative = np.where(
        np.isfinite(coarse) & rows.any(1)[:, None, None] & columns.any(1)[:, None], relative, 0
    )
    down, across = (_between(span, side) for span, side in zip(spans, rgb.shape[:2], strict=True))
    data = image.data + bright[..., None] * _everywhere(down, across, relative)
    provenance = {**image.provenance, "fused_with": list(coarse.shape)}
    return replace(image, data=np.clip(data, 0.0, 1.0), provenance=provenance)


def _means(spans, side):
    """[n, side]: the mean over the part of each of the spans [n, 2] that lies in a picture's `side`."""
    at = np.arange(side)
    inside = ((at >= spans[:, :1]) & (at < spans[:, 1:])).astype(np.float32)
    return inside / np.maximum(inside.sum(1, keepdims=True), 1.0)


def _between(spans, side):
    """[side, n]: linear interpolation between the centres of spans [n, 2], constant beyond the outer ones."""
    centres = spans.mean(axis=1) - 0.5
    return np.stack(
        [np.interp(np.arange(side), centres, one) for one in np.eye(len(spans))], 1, dtype=np.float32
    )


def _everywhere(rows, columns, values):
    """values [i, j, bands] -> [n, m, bands] by the matrices rows [n, i] and columns [m, j]."""
    return np.matmul(columns, np.tensordot(rows, values.astype(np.float32), axes=1))
