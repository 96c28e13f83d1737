"""A trained model asked at other wavelengths than its own: the same model with other tables."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.optics import reflectances
from hsi_inr_tf.optics.camera import Camera
from hsi_inr_tf.optics.resampling import resampled_camera
from hsi_inr_tf.optics.spectral_splines import sampling
from hsi_inr_tf.trained.description import ModelDescription

if TYPE_CHECKING:
    from hsi_inr_tf.models.base import SpectralModel


def asked(
    model: "SpectralModel",
    description: ModelDescription,
    wavelengths: Sequence[float],
    widths: float | Sequence[float] | None = None,
) -> tuple["SpectralModel", ModelDescription]:
    """(model, description) at these wavelengths in nm, averaged over `widths` where they are given.

    It is as fast as the model itself with as many bands. What it was trained on moves to its provenance: from
    then on it knows these bands only. Intervals are interpolated as Reconstructor.half_widths does. Raises
    InputError outside what training has seen, and for a model that knows its own bands only.
    """
    if description.sensors is None or not model.spectral:
        raise InputError(f"model {description.model} knows its own bands only, expected no other wavelengths")
    own, wanted = description.wavelengths, tuple(float(nm) for nm in wavelengths)
    matrix = sampling(own, wanted, widths)
    told = {
        "sensors": description.sensors,
        "widths": None if widths is None else np.broadcast_to(widths, len(wanted)).tolist(),
    }
    return model.at(matrix), replace(
        description,
        wavelengths=wanted,
        camera=resampled_camera(description.camera, wanted)
        or _as_far_as_told(description.camera, wanted, matrix),
        overrides=_with_bands(description.overrides, len(wanted)),
        provenance={**description.provenance, "asked": told},
        uncertainty=_interpolated(description.uncertainty, own, wanted),
        sensors=None,
    )


def _as_far_as_told(camera: Camera, wanted, matrix) -> Camera:
    """The camera that tells the RGB of measured reflectances best from bands that leave out part of what it
    sees.
    """
    spectra = reflectances.measured(camera.wavelengths).astype(np.float64)
    if not len(spectra):
        raise InputError(
            f"bands that leave out part of camera {camera.name} and reach beyond all measured reflectances: "
            "expected bands over its whole range"
        )
    response, *_ = np.linalg.lstsq(spectra @ matrix, spectra @ camera.response, rcond=1e-4)
    return Camera(f"{camera.name}, as far as these bands tell", wanted, response, camera.encoding)


def _with_bands(overrides: dict, count: int) -> dict:
    """Overrides that build the same preset with `count` bands; those of `adapted` hold its base's."""
    inner = {"overrides": _with_bands(overrides["overrides"], count)} if "base" in overrides else {}
    return {**overrides, **inner, "bands": count}


def _interpolated(uncertainty: dict | None, own, wanted) -> dict | None:
    if uncertainty is None:
        return None

    def at(values):
        return np.apply_along_axis(lambda row: np.interp(wanted, own, row), -1, np.asarray(values)).tolist()

    width = uncertainty["width"]
    return {
        **uncertainty,
        "width": {**width, "coefficients": at(width["coefficients"])},
        "floor": at(uncertainty["floor"]),
    }
