"""Fusing a picture with a coarse cube of the same view: hyperspectral image super-resolution."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from hsi_inr_tf.inference import adapting
from hsi_inr_tf.inference.colour_prior import chroma_and_level
from hsi_inr_tf.inference.registration import averaged, footprints, weights

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
    to brightness, and interpolated between their centres: what two places of one colour do not share. Coarse
    pixels without values, or partly outside the picture, say nothing.
    """
    own = adapted.description.wavelengths
    said = adapted.adaptation
    shift, blur = (said.shift, said.blur) if said else (None, None)
    image = adapted.reconstruct(picture, clip=False)
    coarse = adapting.at_wavelengths(np.asarray(cube.data, np.float64), cube.wavelengths, own)
    spans = footprints(rgb.shape, coarse.shape, shift or (0, 0))
    sides = list(zip(spans, rgb.shape[:2], strict=True))
    rows, columns = (weights(span, side, blur) for span, side in sides)
    level = chroma_and_level(rgb.reshape(-1, 3))[1].reshape(rgb.shape[:2])
    bright = np.exp(adapting.PRIOR.power * level).astype(np.float32)[..., None]
    missing = coarse - averaged(rows, columns, image.data)
    relative = missing / np.maximum(averaged(rows, columns, bright), 1e-6)
    whole = np.logical_and.outer(rows.any(1), columns.any(1))[..., None]
    relative = np.where(whole & np.isfinite(coarse), relative, 0.0)
    down, across = (_between(span, side) for span, side in sides)
    data = image.data + bright * averaged(down, across, relative.astype(np.float32))
    provenance = {**image.provenance, "fused_with": list(coarse.shape)}
    return replace(image, data=np.clip(data, 0.0, 1.0), provenance=provenance)


def _between(spans, side):
    """[side, n]: linear interpolation between the centres of spans [n, 2], constant beyond the outer ones."""
    centres = spans.mean(axis=1) - 0.5
    return np.stack([np.interp(np.arange(side), centres, one) for one in np.eye(len(spans))], axis=1)
