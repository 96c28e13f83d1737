"""Spectra in JCAMP-DX files, the exchange format of spectrometers (McDonald and Wilks, Applied Spectroscopy
42(1), 1988): plain, packed, squeezed, difference and duplicate forms, pairs, and files of several blocks.
"""

import re

import numpy as np

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.optics import wavelengths

LARGEST = 1 << 20  # points of a spectrum
SQUEEZED = {letter: digit for digit, letter in enumerate("@ABCDEFGHI")} | {
    letter: -digit for digit, letter in enumerate("abcdefghi", 1)
}
DIFFERENCE = {letter: digit for digit, letter in enumerate("%JKLMNOPQR")} | {
    letter: -digit for digit, letter in enumerate("jklmnopqr", 1)
}
DUPLICATE = {letter: digit for digit, letter in enumerate("STUVWXYZs", 1)}
NUMBER = re.compile(r"([+-]?)(\d+\.?\d*(?:[Ee][+-]\d+)?|\.\d+)[\s,;]*|([@A-Ia-i%J-Zj-s])(\d*)[\s,;]*")


def read(text: str, source: object) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Title -> (wavelengths in nm, values), as they are stated, of every spectrum in the text of the file
    `source`. Raises InputError.
    """
    spectra: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    for block in _blocks(text):
        data = block.get("XYDATA") or block.get("XYPOINTS")
        if data:
            form = re.sub(r"\s", "", data.partition("\n")[0]).upper()
            x, y = (_pairs if form.startswith("(XY..XY") else _stepped)(block, data, source)
            unit = re.search(r"\(([^()]+)\)$", block.get("XUNITS", ""))  # "Wavelength (nm)"
            nm = np.array(wavelengths.in_nm(x, unit[1] if unit else block.get("XUNITS"), source))
            spectra[block["TITLE"]] = nm, y * _number(block, "YFACTOR", source, 1.0)
    return spectra


def ordinates(lines: list[str], source: object) -> list[float]:
    """The values of lines in the form (X++(Y..Y)), before YFACTOR: all numbers of a line but its first."""
    values: list[float] = []
    step = None  # the last difference, where a line goes on with differences
    for line in lines:
        tokens = _tokens(line, source)[1:]
        check, step = step is not None, None
        for number, (lead, digits) in enumerate(tokens):
            if lead in DIFFERENCE:
                step = float(f"{DIFFERENCE[lead]}{digits}")
                values.append(_last(values, source) + step)
            elif lead in DUPLICATE:
                count = int(f"{DUPLICATE[lead]}{digits}") - 1
                if len(values) + count > LARGEST:
                    raise InputError(f"{source} repeats a value {count} times, expected a spectrum")
                last = _last(values, source)
                values.extend(last + (step or 0.0) * i for i in range(1, count + 1))
            else:
                value, step = float(f"{SQUEEZED.get(lead, lead)}{digits}"), None
                if check and number == 0:  # after differences a line begins with the last line's last value
                    if value != _last(values, source):
                        raise InputError(f"{source}: a check value is {value:g}, expected {values[-1]:g}")
                else:
                    values.append(value)
    return values


def _blocks(text):
    """The labelled records of each block, the labels without blanks, dashes, slashes and underscores."""
    blocks: list[dict[str, str]] = []
    text = re.sub(r"\$\$.*", "", text)
    for record in re.split(r"^\s*##", text, flags=re.MULTILINE)[1:]:
        label, _, value = record.partition("=")
        label = re.sub(r"[\s/_-]", "", label).upper()
        if label == "TITLE":
            blocks.append({})
        if blocks:
            blocks[-1][label] = value.strip()
    return [{"TITLE": "", **block} for block in blocks]


def _stepped(block, data, source):
    form, *lines = data.splitlines()
    if not re.sub(r"\s", "", form).upper().startswith("(X++(Y..Y)"):
        raise InputError(f"{source} is written as {form[:30]!r}, expected (X++(Y..Y)) or (XY..XY)")
    y = np.array(ordinates(lines, source))
    count = _number(block, "NPOINTS", source)
    if len(y) != count or len(y) < 2:
        raise InputError(f"{source} holds {len(y)} values where it says {count:g}")
    return np.linspace(_number(block, "FIRSTX", source), _number(block, "LASTX", source), len(y)), y


def _pairs(block, data, source):
    numbers = [float(f"{lead}{digits}") for lead, digits in _tokens(data.partition(")")[2], source)]
    if len(numbers) % 2:
        raise InputError(f"{source} holds {len(numbers)} numbers, expected pairs")
    x, y = np.reshape(numbers, (-1, 2)).T
    return x * _number(block, "XFACTOR", source, 1.0), y


def _tokens(line, source):
    """(sign, letter or nothing; digits) of every number."""
    tokens, place = [], 0
    line = line.strip()
    while place < len(line):
        found = NUMBER.match(line, place)
        if found is None:
            raise InputError(f"{source}: '{line[place : place + 20]}' is no number of JCAMP-DX")
        tokens.append((found[1] or found[3] or "", found[2] or found[4] or ""))
        place = found.end()
    return tokens


def _last(values, source):
    if not values:
        raise InputError(f"{source} begins with a difference, expected a value")
    return values[-1]


def _number(block, label, source, default=None):
    try:
        return float(block[label]) if default is None or label in block else default
    except (KeyError, ValueError) as error:
        raise InputError(f"{source} states no number {label}, which JCAMP-DX requires") from error
