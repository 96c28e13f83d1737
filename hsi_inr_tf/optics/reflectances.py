"""Measured reflectances: those that colour-science carries, and libraries of the user's own."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

from hsi_inr_tf.annotations import PathLike
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.optics.camera import Camera
from hsi_inr_tf.optics.wavelengths import in_nm

# Of white light: a colour is seen in sun and in shade.
BRIGHTNESSES = (0.125, 0.25, 0.5, 1.0)


def measured(wavelengths: Sequence[float], library: Path | None = None) -> np.ndarray:
    """Reflectances [n, bands] in [0, 1] at `wavelengths` (nm): colour-science's, and those of `library`.

    colour-science carries ColorCheckers, the test colours TCS and VS, the 99 colour evaluation samples of
    CIE 2017, and the 190 materials of rawtoaces. Those that were not measured over the whole range of
    `wavelengths` are left out, so [n] may be 0.
    """
    tables = [*_of_colour_science(), *([read_library(library)] if library else [])]
    low, high = min(wavelengths), max(wavelengths)
    sampled = [
        [np.interp(wavelengths, nm, spectrum) for spectrum in spectra]
        for nm, spectra in tables
        if nm[0] <= low and nm[-1] >= high
    ]
    spectra = np.array([spectrum for table in sampled for spectrum in table]).reshape(-1, len(wavelengths))
    # Charts share patches; fluorescent ones exceed 1.
    plausible = (spectra.min(axis=1) >= -0.01) & (spectra.max(axis=1) <= 1.3)
    return np.unique(np.clip(spectra[plausible], 0.0, 1.0).round(5), axis=0).astype(np.float32)


def chart(reflectances: np.ndarray, camera: Camera) -> tuple[np.ndarray, np.ndarray]:
    """Reflectances [n, bands] as a picture of flat patches at four brightnesses: (rgb [4 n, 1, 3], 8-bit
    steps in [0, 1], cube [4 n, 1, bands]).
    """
    cube = np.concatenate([reflectances * np.float32(brightness) for brightness in BRIGHTNESSES])[:, None]
    return np.round(camera.render(cube) * 255).astype(np.float32) / 255, cube


def read_library(path: PathLike) -> tuple[np.ndarray, np.ndarray]:
    """(wavelengths [bands] in nm, reflectances [n, bands] in [0, 1]) of a file:

    .csv: a first line "name, 400, 410, ..", then a line a spectrum; .npz: arrays "wavelengths" and
    "reflectance" [n, bands]; .hdr or .sli: an ENVI spectral library. InputError for anything else.
    """
    path = Path(path)
    readers = {".csv": _read_csv, ".npz": _read_npz, ".hdr": _read_envi, ".sli": _read_envi}
    if path.suffix.lower() not in readers:
        raise InputError(f"{path} is no library of reflectances, expected {', '.join(readers)}")
    try:
        wavelengths, spectra = (np.asarray(a, np.float64) for a in readers[path.suffix.lower()](path))
    except InputError:
        raise
    except Exception as error:  # three readers, each with its own exceptions
        raise InputError(f"{path} cannot be read as a library of reflectances ({error})") from error
    if spectra.ndim != 2 or spectra.shape[1:] != wavelengths.shape or 0 in spectra.shape:
        raise InputError(
            f"{path}: reflectances {spectra.shape} at {wavelengths.shape} wavelengths, expected [n, bands] "
            "and [bands]"
        )
    if not np.isfinite(spectra).all() or np.any(np.diff(wavelengths) <= 0) or wavelengths[0] < 100:
        raise InputError(f"{path}: expected finite reflectances at ascending wavelengths in nm")
    if spectra.max() > 1.3:
        raise InputError(f"{path}: reflectances reach {spectra.max():g}, expected [0, 1]")
    return wavelengths, spectra


def _read_csv(path):
    with path.open(encoding="utf-8-sig") as file:
        head, *lines = (line.rstrip("\n").split(",") for line in file if line.strip())
    return [float(cell) for cell in head[1:]], [[float(cell) for cell in line[1:]] for line in lines]


def _read_npz(path):
    with np.load(path, allow_pickle=False) as file:
        return file["wavelengths"], file["reflectance"]


def _read_envi(path):
    import spectral

    library = spectral.envi.open(path.with_suffix(".hdr"))
    if not hasattr(library, "spectra"):
        raise InputError(f"{path} holds a picture, expected an ENVI spectral library")
    return in_nm(library.bands.centers, library.bands.band_unit, path), library.spectra


@cache
def _of_colour_science():
    """[(wavelengths [m], spectra [n, m])], every table on its own wavelengths."""
    import colour
    from colour.characterisation import read_training_data_rawtoaces_v1
    from colour.quality.cfi2017 import load_TCS_CIE2017
    from colour.quality.datasets.tcs import SDS_TCS
    from colour.quality.datasets.vs import SDS_VS

    single = [
        (np.asarray(patch.wavelengths), np.asarray(patch.values)[None])
        for collection in (colour.SDS_COLOURCHECKERS, SDS_TCS, SDS_VS)
        for patches in collection.values()
        for patch in patches.values()
    ]
    together = [load_TCS_CIE2017(colour.SpectralShape(380, 780, 1)), read_training_data_rawtoaces_v1()]
    return single + [(np.asarray(table.wavelengths), np.asarray(table.values).T) for table in together]
