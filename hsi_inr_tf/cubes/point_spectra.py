"""Spectra measured at points of a picture, as CSV: row, column and one column a wavelength, or a file of the
spectrometer's.
"""

import csv
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from hsi_inr_tf.annotations import PathLike
from hsi_inr_tf.cubes.spectrum_files import read_spectrum
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.files import read_text, replacing
from hsi_inr_tf.optics import wavelengths as units


def read_points(path: PathLike) -> tuple[np.ndarray, np.ndarray, tuple[float, ...]]:
    """(points [n, 2] = (row, column), spectra [n, bands], wavelengths in nm) of a CSV file.

    The header names row, column and either wavelengths ("400", "400 nm") or `file`: for every point a file
    beside it as a spectrometer writes them (spectrum_files.py); `sample` names the spectrum in a file that
    holds several. Commas may be decimal where semicolons or tabs separate. Points without any value are left
    out. Raises InputError.
    """
    path = Path(path)
    header, *rows = _table(path)
    names = [name.strip().lower() for name in header]
    if not {"row", "column"} <= set(names):
        raise InputError(
            f"{path}: its first line is '{','.join(header)[:60]}', expected row,column,400,410.."
        )
    wavelengths = _wavelengths(header, path)
    if not wavelengths and "file" not in names:
        raise InputError(f"{path} has neither columns of wavelengths nor a column 'file'")
    order = np.argsort(list(wavelengths.values()))
    points, spectra, bands = [], [], tuple(sorted(wavelengths.values()))
    for number, row in enumerate(rows, 2):
        cells = dict(enumerate(cell.strip() for cell in row))
        values = [cells.get(i, "") for i in wavelengths]
        file, sample = (
            cells.get(names.index(name), "") if name in names else "" for name in ("file", "sample")
        )
        if not any(values) and not file:
            continue
        points.append([_number(cells.get(names.index(axis), ""), path, number) for axis in ("row", "column")])
        if any(values):
            spectra.append(np.array([_number(value, path, number) for value in values])[order])
            continue
        nm, measured = read_spectrum(path.parent / file, sample)
        bands = bands or tuple(nm)  # those of the first file, if the header names none
        if bands[0] < nm[0] or bands[-1] > nm[-1]:
            raise InputError(
                f"{path.parent / file} spans {nm[0]:g} to {nm[-1]:g} nm, expected all of "
                f"{bands[0]:g} to {bands[-1]:g}"
            )
        spectra.append(np.interp(bands, nm, measured))
    if not points:
        raise InputError(f"{path} holds no spectra yet: fill in the values of at least one point")
    bands = tuple(float(nm) for nm in bands)
    if len(set(bands)) < len(bands):
        raise InputError(f"{path} names a wavelength twice")
    return np.array(points), np.array(spectra), bands


def write_form(
    path: PathLike, points: np.ndarray, wavelengths: Sequence[float], spectra: np.ndarray | None = None
) -> Path:
    """Write points [n, 2] as a CSV whose wavelengths are to be filled in, or hold `spectra` [n, bands].

    InputError where the file is there and anything but an empty form: measuring was work.
    """
    path = Path(path)
    if path.exists() and not _is_empty_form(path):
        raise InputError(f"{path} holds something already, expected another name or an empty form")
    with replacing(path) as partial, open(partial, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["row", "column", *(f"{nm:g}" for nm in wavelengths)])
        for number, (row, column) in enumerate(points):
            values = [""] * len(wavelengths) if spectra is None else [repr(float(v)) for v in spectra[number]]
            writer.writerow([f"{row:g}", f"{column:g}", *values])
    return path


def _is_empty_form(path) -> bool:
    header, *rows = _table(path)
    return header[:2] == ["row", "column"] and not any(any(row[2:]) for row in rows)


def _lines(path) -> list[str]:
    lines = [
        line for line in read_text(path).splitlines() if line.strip(" ,;\t") and not line.startswith("#")
    ]
    if not lines:
        raise InputError(f"{path} is empty, expected a line of names and one a point")
    return lines


def _table(path) -> list[list[str]]:
    lines = _lines(path)
    separator = next((mark for mark in (";", "\t") if mark in lines[0]), ",")
    rows = list(csv.reader(lines, delimiter=separator))
    if separator != ",":  # so that commas are decimal
        rows = [[_decimal(cell) for cell in row] for row in rows]
    return rows


def _decimal(cell):
    point = cell.replace(",", ".")
    return point if units.labelled(point) else cell


def _wavelengths(header, path) -> dict[int, float]:
    """The columns whose names are wavelengths, such as "400", "400 nm" or "0.4 um" -> nm."""
    found = {i: label for i, name in enumerate(header) if (label := units.labelled(name))}
    stated = {unit for _, unit in found.values()}
    if len(stated) > 1:
        raise InputError(f"{path}: its wavelengths are in {', '.join(sorted(stated))}, expected one unit")
    if not found:
        return {}
    nm = units.in_nm([number for number, _ in found.values()], stated.pop(), path)
    return dict(zip(found, nm, strict=True))


def _number(text, path, line):
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError(f"{path}, line {line}: '{text[:20]}' is no number")
    return value
