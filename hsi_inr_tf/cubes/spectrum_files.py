"""One spectrum from what a spectrometer wrote: lines of numbers, CxF or JCAMP-DX."""

import re
from pathlib import Path

import numpy as np

from hsi_inr_tf.annotations import PathLike
from hsi_inr_tf.cubes import cxf, jcamp_dx
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.files import read_text
from hsi_inr_tf.optics import wavelengths

FEWEST = 6  # bands that make a spectrum


def read_spectrum(path: PathLike, sample: str = "") -> tuple[np.ndarray, np.ndarray]:
    """(wavelengths in nm, ascending; values), of the `sample` of that name where the file holds several.

    What the file is, its first characters tell. Raises InputError.
    """
    text = read_text(Path(path)).lstrip()
    if text.startswith("<"):
        spectra = cxf.read(text, path)
    elif re.match(r"##\s*TITLE\s*=", text, re.IGNORECASE):
        spectra = jcamp_dx.read(text, path)
    else:
        spectra = {"": _lines(text, path)}
    if not spectra:
        raise InputError(f"{path} holds no spectrum")
    if sample not in spectra and (sample or len(spectra) > 1):
        names = ", ".join(f"'{name}'" for name in list(spectra)[:30])
        raise InputError(f"{path} holds {names}: expected one of them in the column sample, not '{sample}'")
    nm, values = spectra[sample] if sample in spectra else next(iter(spectra.values()))
    order = np.argsort(nm)
    nm, values = nm[order], values[order]
    if len(nm) < FEWEST:
        raise InputError(f"{path} holds {len(nm)} pairs of wavelength and value, expected six or more")
    if not np.isfinite(values).all() or np.any(np.diff(nm) <= 0):
        raise InputError(f"{path} names a wavelength twice, or values that are not finite")
    return nm, values


def _lines(text, path):
    """The lines that begin with two numbers, apart by a semicolon, tab, comma or blanks."""
    pairs = []
    for line in text.splitlines():
        if ";" in line or "\t" in line:
            line = line.replace(",", ".")
        try:
            number, value = (float(word) for word in re.split(r"[;,\s]+", line.strip())[:2])
        except ValueError:
            continue
        pairs.append((number, value))
    if not pairs:
        raise InputError(f"{path} holds no lines of wavelength and value")
    numbers, values = np.array(pairs).T
    return np.array(wavelengths.in_nm(numbers, None, path)), values
