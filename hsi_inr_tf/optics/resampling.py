"""Spectra at other wavelengths than the model's own."""

import io
import os
from pathlib import Path
from typing import Any

import numpy as np

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.optics.camera import Camera

MOST = 10_000  # wavelengths; many more than any instrument has, few enough to be held


def parse(text: str) -> tuple[float, ...]:
    """Wavelengths in nm from "400:700:5" (both ends included), "450,550,650", or the path of a file of
    numbers.
    """
    values: np.ndarray
    try:
        if os.path.isfile(text):
            words = Path(text).read_text()
            values = np.loadtxt(io.StringIO(words), delimiter="," if "," in words else None, ndmin=1).ravel()
        elif ":" in text:
            start, stop, step = (float(part) for part in text.split(":"))
            count = int(np.floor((stop - start) / step + 1e-6)) + 1
            if count > MOST:
                raise InputError(f"wavelengths '{text}' are {count}, expected at most {MOST}")
            values = start + step * np.arange(max(0, count))
        else:
            values = np.array([float(part) for part in text.split(",")])
    except InputError:
        raise
    except (ValueError, OverflowError, ZeroDivisionError, OSError) as error:
        raise InputError(
            f"wavelengths '{text}' cannot be read, expected 400:700:5, 450,550,650 or a file of numbers"
        ) from error
    if not len(values) or not np.all(np.isfinite(values)) or np.any(np.diff(values, prepend=0) <= 0):
        raise InputError(f"wavelengths '{text}' must be one or more ascending numbers of nm, above 0")
    return tuple(float(v) for v in values)


def resampling(source: Any, wanted: Any) -> np.ndarray:
    """The matrix [source bands, wanted bands] that resamples spectra by Sprague interpolation, as CIE
    167:2005 recommends.

    Raises InputError outside the source range: nothing was learned there. Sprague needs six evenly spaced
    bands; uneven ones are interpolated by a cubic spline, the CIE's recommendation for that case.
    """
    from colour import CubicSplineInterpolator, SpragueInterpolator

    source, wanted = np.asarray(source, float), np.asarray(wanted, float)
    if wanted.min() < source[0] or wanted.max() > source[-1]:
        raise InputError(
            f"wavelengths from {wanted.min():g} to {wanted.max():g} nm are asked for, "
            f"the model knows {source[0]:g} to {source[-1]:g} nm"
        )
    if len(source) < 6:
        raise InputError(f"resampling needs at least six bands, the model has {len(source)}")
    even = np.allclose(np.diff(source), source[1] - source[0])
    interpolator = SpragueInterpolator if even else CubicSplineInterpolator
    # Linear in the spectrum.
    return np.stack([interpolator(source, unit)(wanted) for unit in np.eye(len(source))])


def resampled_camera(camera: Camera, wanted: tuple[float, ...]) -> Camera | None:
    """The camera for cubes at `wanted` wavelengths, still rendering ones to white; None where they leave out
    part of its range.
    """
    wanted = tuple(float(w) for w in wanted)
    if np.array_equal(camera.wavelengths, wanted):
        return camera
    step = np.diff(camera.wavelengths).max()
    covered = wanted[0] <= camera.wavelengths[0] + step and wanted[-1] >= camera.wavelengths[-1] - step
    if not covered or len(wanted) < 6 or np.diff(wanted).max() > 2 * step:
        return None
    response = camera.response.T @ resampling(camera.wavelengths, wanted) * np.gradient(wanted)
    response *= (camera.response.sum(0) / response.sum(1))[:, None]
    return Camera(f"{camera.name}, resampled", wanted, response.T, camera.encoding)
