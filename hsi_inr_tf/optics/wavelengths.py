"""What files say of wavelengths, in whatever unit -> nm. The one place that knows units."""

import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from hsi_inr_tf.errors import InputError

SPEED_OF_LIGHT = 299792458.0  # m/s
# what a number of the unit stands for, and how people spell the unit: lower case, one micro sign, no plural s
LENGTHS = {
    1.0: ("nm", "nanometer", "nanometre"),
    0.1: ("angstrom", "angström", "ångström", "ångstrom", "å", "ang"),
    1e3: ("um", "micron", "micrometer", "micrometre", "\u00b5m", "\u00b5"),
    1e6: ("mm", "millimeter", "millimetre"),
    1e7: ("cm", "centimeter", "centimetre"),
    1e9: ("m", "meter", "metre"),
}  # nm
WAVENUMBERS = {
    1e7: (
        "cm-1",
        "1/cm",
        "wavenumber",
        "wave number",
        "kayser",
        "inverse centimeter",
        "reciprocal centimeter",
    ),
    1e9: ("m-1", "1/m"),
}  # nm times the number
FREQUENCIES = {
    1.0: ("hz", "hertz"),
    1e6: ("mhz", "megahertz"),
    1e9: ("ghz", "gigahertz"),
    1e12: ("thz", "terahertz"),
}  # Hz
KNOWN = "nm, micrometres, Angstroms, mm, cm, m, wavenumbers (cm-1), GHz, THz"
UNSAID = ("", "unknown", "none", "unit", "undefined", "n/a")
NUMBERED = ("index", "band", "band number", "channel", "level", "1", "dimensionless")
LIGHT = (100.0, 100_000.0)  # nm that a stated unit may give: from vacuum ultraviolet to far infrared
SENSORS = (
    150.0,
    3000.0,
)  # nm of spectrometers, silicon and short-wave infrared: tells an unstated unit
CLOSE = 0.01  # nm within which two bands are the same
LARGEST_LIST = 1 << 20  # bytes of wavelengths.txt


def in_nm(values: ArrayLike, unit: str | None, source: object) -> list[float]:
    """Wavelengths in nm, in the order given, from `values` in `unit` as the file `source` states it.

    Where no unit is stated, all of 150 to 3000 are nm, all of 0.15 to 3 micrometres and all of
    1.5e-7 to 3e-6 metres; integers from 0 or 1 on are band numbers. Raises InputError
    for an unknown unit, and for values that are no light's in theirs.
    """
    numbers = _numbers(values, source)
    spelt = _plain(unit)
    if spelt in NUMBERED:
        raise InputError(f"{source}: its bands are numbered ('{unit}'), expected wavelengths in {KNOWN}")
    if spelt in UNSAID:
        return _rounded(numbers * _unsaid(numbers, source))
    factor, kind = _known(spelt, unit, source)
    if not (numbers > 0).all():
        raise InputError(f"{source}: a wavelength of {numbers.min():g} {unit}, expected positive numbers")
    with np.errstate(over="ignore"):
        nm = numbers * factor if kind is LENGTHS else factor / numbers
    if nm.min() < LIGHT[0] or nm.max() > LIGHT[1]:
        raise InputError(
            f"{source}: wavelengths from {numbers.min():g} to {numbers.max():g} {unit} are no light's, "
            f"expected {LIGHT[0]:g} to {LIGHT[1]:g} nm"
        )
    return numbers.tolist() if kind is LENGTHS and factor == 1 else _rounded(nm)


def widths_in_nm(
    widths: ArrayLike, values: ArrayLike, nm: Sequence[float], source: object
) -> list[float] | None:
    """The widths (FWHM) in nm of bands that the file `source` states in the unit of their wavelengths
    `values`, which are `nm`; None where all are 0, as files say that do not know.

    Relative to its wavelength a band is as wide in every unit, wavenumbers and frequencies too. Raises
    InputError unless there is a width for each band.
    """
    stated, centres = _numbers(widths, source), _numbers(values, source)
    if stated.shape != centres.shape or (stated < 0).any() or (stated > centres).any():
        raise InputError(
            f"{source}: {stated.size} widths (FWHM) of {centres.size} bands, from {stated.min():g} to "
            f"{stated.max():g}, expected one for each band, not below 0 nor above its wavelength"
        )
    return _rounded(stated / centres * np.asarray(nm)) if stated.any() else None


def labelled(text: str) -> tuple[float, str] | None:
    """(number, unit) of a band's label such as "550", "550 nm" or "Band 7 (0.55 Micrometers)"."""
    text = text.strip()
    number = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
    found = re.fullmatch(rf"({number})\s*([^\d\s(][^()]*)?", text) or re.search(
        rf"\(\s*({number})\s*([^\d\s()][^()]*)?\)$", text
    )
    return (float(found[1]), (found[2] or "").strip()) if found else None


def ascending(wavelengths: Sequence[float]) -> list[int] | None:
    """The bands in ascending order of wavelength, of equal ones only the first; None where they are so
    already.
    """
    order = sorted(range(len(wavelengths)), key=lambda band: (wavelengths[band], band))
    kept = order[:1] + [b for a, b in pairwise(order) if wavelengths[a] < wavelengths[b]]
    return None if kept == list(range(len(wavelengths))) else kept


def same(some: Sequence[float], others: Sequence[float]) -> bool:
    """Whether two lists of wavelengths (nm) are the same but for rounding, as in float32."""
    return len(some) == len(others) and bool(np.allclose(some, others, rtol=0, atol=CLOSE))


def listed(path: Path) -> list[float]:
    """Wavelengths in nm from a text file of numbers; a word among them is their unit, # begins a comment."""
    try:
        if path.stat().st_size > LARGEST_LIST:
            raise InputError(f"{path} has over {LARGEST_LIST >> 20} MiB, expected a list of wavelengths")
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read as text ({error})") from error
    words = " ".join(line.split("#")[0] for line in lines).replace(",", " ").replace(";", " ").split()
    numbers, units = [], set()
    for word in words:
        found = labelled(word)
        if found:
            numbers.append(found[0])
        units |= {found[1] if found else word.strip("()[]")} - {""}
    if len(units) > 1 or not numbers:
        raise InputError(f"{path} holds something else than wavelengths and their unit")
    return in_nm(numbers, next(iter(units), None), path)


def _numbers(values, source) -> np.ndarray:
    try:
        values = np.ravel(np.asarray(values))
        if values.dtype.kind == "c":
            raise ValueError("complex numbers")
        # float32 is read as the decimal that it stands for, so that 402.1 is 402.1
        single = values.dtype in (np.float32, np.float16)
        numbers = np.array([float(str(v)) for v in values]) if single else values.astype(np.float64)
    except (ValueError, TypeError, OverflowError) as error:
        raise InputError(f"{source}: its wavelengths cannot be read as numbers ({error})") from error
    if not numbers.size:
        raise InputError(f"{source} lists no wavelengths")
    if not np.isfinite(numbers).all():
        raise InputError(f"{source}: its wavelengths hold values that are not finite")
    return numbers


def _plain(unit) -> str:
    text = "" if unit is None else str(unit)
    text = re.sub(r"(?<=[^\s(])\s*\([^()]*\)$", "", text.strip())  # "microns (um)"
    text = text.strip("()[]").strip().casefold().replace("\u03bc", "\u00b5")
    text = text.replace("⁻¹", "-1").replace("−", "-").replace("^", "").replace("**", "").replace("_", " ")
    text = re.sub(r"\s+", " ", text).replace("{", "").replace("}", "")
    text = re.sub(r"^(nano|micro|milli|centi)[ -]?(met)", r"\1\2", text)
    return text if text in ("hz",) or len(text) < 3 else text.removesuffix("s")


def _known(spelt, unit, source):
    """(factor, table) of a unit, which may have a number before it, as in "1e-9 m"."""
    found = re.fullmatch(r"([0-9.]+(?:e[+-]?\d+)?)[ *]+([^\d].*)", spelt)
    many, name = (float(found[1]), found[2]) if found and found[1].count(".") < 2 else (1.0, spelt)
    for table in (LENGTHS, WAVENUMBERS, FREQUENCIES):
        for factor, names in table.items():
            if name in names:
                if table is LENGTHS:
                    return factor * many, table
                over = factor if table is WAVENUMBERS else SPEED_OF_LIGHT * 1e9 / factor
                return over / (many or 1.0), table
    raise InputError(f"{source}: its wavelengths are in '{unit}', expected one of {KNOWN}")


def _unsaid(numbers, source) -> float:
    """The factor to nm of numbers without a unit."""
    low, high = float(numbers.min()), float(numbers.max())
    if low in (0.0, 1.0) and np.array_equal(numbers, np.arange(low, low + len(numbers))):
        raise InputError(
            f"{source}: its bands are numbered from {low:g} to {high:g}, expected wavelengths in {KNOWN}"
        )
    whole = np.array_equal(numbers, np.round(numbers))
    for factor in (1.0, 1e3, 1e9):
        if SENSORS[0] <= low * factor and high * factor <= SENSORS[1] and (factor == 1 or not whole):
            return factor
    raise InputError(
        f"{source}: wavelengths from {low:g} to {high:g} without a unit, expected {SENSORS[0]:g} to "
        f"{SENSORS[1]:g} (nm), or their unit: {KNOWN}"
    )


def _rounded(nm) -> list[float]:
    # 0.57 micrometres are 570 nm, not 569.9999999999999
    return [round(float(value), 6) for value in nm]
