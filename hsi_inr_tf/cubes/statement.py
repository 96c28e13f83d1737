"""From what a file says of its cube to the HyperspectralImage: the one place for scale, missing values, units
and the order of bands. Readers only state.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from hsi_inr_tf.cubes.hyperspectral_image import HyperspectralImage
from hsi_inr_tf.cubes.missing import Missing
from hsi_inr_tf.cubes.values import check_memory
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.optics import wavelengths as units

BESIDE = "wavelengths.txt"  # the wavelengths of cubes beside it, or in a folder beside it, that state none
BLOCK = 1 << 24  # values that are converted at once


@dataclass(frozen=True)
class Statement:
    """`values` are as stored, and scale * stored + offset is the radiance; both may differ by band.

    The bands are on the first of `spectral_axes` that has as many places as there are wavelengths, and on the
    only such axis where none is named. `widths` are FWHM in the wavelengths' unit. `known` holds camera,
    provenance and georeference as far as they are known; `expected` says where wavelengths were looked for.
    `uncertainty` are half-widths, stored as the values are.
    """

    source: Path
    values: np.ndarray
    wavelengths: Any = None
    unit: str | None = None
    scale: object = 1.0
    offset: object = 0.0
    missing: Missing = field(default_factory=Missing)
    spectral_axes: tuple[int, ...] = (2,)
    known: dict = field(default_factory=dict)
    expected: str = "them in the file"
    widths: Any = None
    uncertainty: np.ndarray | None = None


def image_of(said: Statement) -> HyperspectralImage:
    """Raises InputError, naming the file, where what it says does not make a cube."""
    folders = (said.source.absolute().parent, said.source.absolute().parent.parent)
    beside = next((folder / BESIDE for folder in folders if (folder / BESIDE).is_file()), None)
    if said.wavelengths is not None:
        nm = units.in_nm(said.wavelengths, said.unit, said.source)
    elif beside is not None:
        nm = units.listed(beside)
    else:
        raise InputError(
            f"{said.source} names no wavelengths, expected {said.expected}, or {folders[0] / BESIDE}"
        )
    axis = _spectral_axis(said, len(nm))
    values = np.moveaxis(said.values, axis, 2)
    if values.dtype.kind not in "fiub":
        raise InputError(f"{said.source}: its cube is of {values.dtype}, expected real numbers")
    if values.dtype.kind == "b":
        values = values.view(np.uint8)
    order = units.ascending(nm)
    notes: tuple[str, ...] = ()
    if order is not None:
        twice = len(nm) - len(order)
        also = f", and {twice} of a wavelength that another has left out" if twice else ""
        notes = (f"{said.source}: its bands were put in ascending order of wavelength{also}",)
    data, uncertainty = _radiance(said, values, order), None
    if said.uncertainty is not None:
        uncertainty = _radiance(said, np.moveaxis(said.uncertainty, axis, 2), order)
    known = {"uncertainty": uncertainty, "source": str(said.source), "notes": notes, **said.known}
    widths = known.pop("widths", None)
    if said.widths is not None and said.wavelengths is not None:
        widths = units.widths_in_nm(said.widths, said.wavelengths, nm, said.source)
    if order is not None:
        nm = [nm[band] for band in order]
        widths = widths and [widths[band] for band in order]
    return HyperspectralImage(data, tuple(nm), widths=tuple(widths) if widths else None, **known)


def _spectral_axis(said, bands: int) -> int:
    shape = said.values.shape
    if len(shape) != 3 or 0 in shape:
        raise InputError(f"{said.source}: its data has shape {shape}, expected [height, width, bands]")
    fitting = [axis for axis in said.spectral_axes or range(3) if shape[axis] == bands]
    if not fitting:
        raise InputError(
            f"{said.source}: a cube of shape {shape} with {bands} wavelengths, expected one for each band"
        )
    if not said.spectral_axes and len(fitting) > 1:
        raise InputError(
            f"{said.source}: {bands} wavelengths fit several axes of a cube of shape {shape}, "
            "expected [height, width, bands] of different lengths"
        )
    return fitting[0]


def _radiance(said, values, order) -> np.ndarray:
    """float32 [height, width, bands] of stored values; the very values, perhaps on disk, where nothing is
    to be done.
    """
    bands = values.shape[2]
    scale, offset = (_by_band(n, bands, said.source) for n in (said.scale, said.offset))
    if not scale.all():
        raise InputError(f"{said.source}: a scale factor of 0, expected another number")
    plain = (scale == 1).all() and (offset == 0).all()
    if plain and order is None and values.dtype == np.dtype("<f4") and not said.missing.says_anything():
        return values
    order = list(range(bands)) if order is None else order
    check_memory(said.source, values.shape)
    data = np.empty((*values.shape[:2], len(order)), np.float32)
    axis = 2 if abs(values.strides[2]) > abs(values.strides[0]) else 0
    step = max(1, BLOCK * values.shape[axis] // values.size)
    length = len(order) if axis == 2 else values.shape[0]
    target: tuple[slice, ...]
    for first in range(0, length, step):
        if axis == 2:
            chosen, target = order[first : first + step], np.s_[:, :, first : first + step]
            part = values[:, :, chosen]
        else:
            chosen, target = order, (slice(first, first + step),)
            part = values[target] if order == list(range(bands)) else values[target][:, :, order]
        part = np.asarray(part)
        with np.errstate(over="ignore", invalid="ignore"):
            data[target] = part if plain else part.astype(np.float64) * scale[chosen] + offset[chosen]
        if said.missing.says_anything():
            data[target][said.missing.among(part)] = np.nan
    if said.missing.mask is not None:
        data[said.missing.mask] = np.nan
    return data


def _by_band(numbers, bands, source) -> np.ndarray:
    """Scales or offsets, one or one a band -> float64 [bands]."""
    try:
        numbers = np.asarray(numbers, np.float64).ravel()
    except (ValueError, TypeError) as error:
        raise InputError(f"{source}: its scale or offset is no number ({error})") from error
    if numbers.size not in (1, bands) or not np.isfinite(numbers).all():
        raise InputError(f"{source}: scales or offsets {numbers[:4]}, expected a finite number, or {bands}")
    return np.broadcast_to(numbers, (bands,))
