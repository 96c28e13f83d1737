"""Spectra in CxF files, the colour exchange format of hand-held spectrophotometers (CxF3, ISO 17972-1)."""

from xml.etree import ElementTree

import numpy as np

from hsi_inr_tf.errors import InputError

MEASURED = ("ReflectanceSpectrum", "TransmittanceSpectrum", "EmissiveSpectrum")


def read(text: str, source: object) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Name -> (wavelengths in nm, values) of every object that was measured; of several spectra of one, as
    with other filters, the first. `source` names the file. Raises InputError.
    """
    if "<!DOCTYPE" in text:  # entities: nobody's CxF has them, and they can ask for any memory
        raise InputError(f"{source} declares a document type, expected a CxF file without")
    try:
        root = ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError) as error:
        raise InputError(f"{source} is no XML ({error})") from error
    ranges = {
        specification.get("Id"): found
        for specification in root.findall(".//{*}ColorSpecification")
        for found in specification.findall(".//{*}WavelengthRange")
    }
    unstated = root.find(".//{*}WavelengthRange")
    spectra: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    for measured in root.findall(".//{*}Object"):
        for kind in MEASURED:
            for spectrum in measured.findall(f".//{{*}}{kind}"):
                grid = ranges.get(spectrum.get("ColorSpecification"), unstated)
                name = measured.get("Name") or measured.get("Id") or ""
                spectra.setdefault(name, _spectrum(spectrum, grid, source))
    return spectra


def _spectrum(spectrum, grid, source):
    stated = {} if grid is None else grid.attrib
    start, step = spectrum.get("StartWL") or stated.get("StartWL"), stated.get("Increment")
    try:
        values = np.array([float(word) for word in (spectrum.text or "").split()])
        return float(start) + float(step) * np.arange(len(values)), values
    except (TypeError, ValueError) as error:
        raise InputError(f"{source} has a spectrum without StartWL, Increment or with words in it") from error
