"""netCDF-4 after the CF conventions: radiance(y, x, wavelength) with its wavelengths as a coordinate in
nm and, where it is known, its uncertainty as an ancillary variable.
"""

import math
from pathlib import Path
from typing import Any

import numpy as np

from hsi_inr_tf.cubes import variables
from hsi_inr_tf.cubes.hyperspectral_image import HALF_WIDTH, HyperspectralImage
from hsi_inr_tf.cubes.missing import Missing
from hsi_inr_tf.cubes.statement import Statement, image_of
from hsi_inr_tf.cubes.values import Storage, check_size, metadata, parsed_metadata
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.files import replacing, room_for
from hsi_inr_tf.files.georeference import settled
from hsi_inr_tf.files.hdf5 import check_self_contained

METADATA = "hsi_inr_tf_metadata"
NEVER_WRITTEN = 9.969209968386869e36  # netCDF's default fill value of floats
PERCENT = ("%", "percent", "per cent")  # units in which 1 is 100
SPECTRAL = ("radiation_wavelength", "sensor_band_central_radiation_wavelength")  # CF's standard names


def write(cube: Any, path: Path, dtype: str = "float32") -> None:
    h5netcdf = _import_h5netcdf()
    storage = Storage.of(cube, dtype)
    size = math.prod(cube.shape) * np.dtype(dtype).itemsize * (2 if cube.half_widths else 1)
    with (
        replacing(path) as temporary,
        room_for(temporary, size),
        h5netcdf.File(temporary, "w") as file,
    ):
        height, width, bands = cube.shape
        file.dimensions = {"y": height, "x": width, "wavelength": bands}
        wavelength = file.create_variable(
            "wavelength", ("wavelength",), np.float64, data=np.asarray(cube.wavelengths)
        )
        wavelength.attrs.update({"standard_name": "radiation_wavelength", "units": "nm"})
        radiance = _variable(file, "radiance", storage)
        radiance.attrs.update({"long_name": "relative radiance", "units": "1"})
        if cube.georeference and "transform" in cube.georeference:
            crs = file.create_variable("spatial_ref", (), np.int32)
            transform = cube.georeference["transform"]
            gdal_order = [float(transform[i]) for i in (2, 0, 1, 5, 3, 4)]
            crs.attrs.update(
                {"crs_wkt": cube.georeference["crs"] or "", "GeoTransform": " ".join(map(repr, gdal_order))}
            )
            radiance.attrs["grid_mapping"] = "spatial_ref"
        for rows, columns, values in storage.parts(cube):
            radiance[rows, columns] = values
        if cube.half_widths:
            radiance.attrs["ancillary_variables"] = variables.UNCERTAINTY
            uncertainty = _variable(file, variables.UNCERTAINTY, storage)
            uncertainty.attrs.update({"long_name": HALF_WIDTH, "units": "1"})
            for rows, columns, values in storage.parts(cube.half_widths):
                uncertainty[rows, columns] = values
        file.attrs.update(
            {
                "Conventions": "CF-1.11",
                "title": "Hyperspectral cube reconstructed from an RGB picture",
                "source": cube.provenance.get("software", "hsi_inr_tf"),
                METADATA: metadata(cube, storage),
            }
        )


def _variable(file, name, storage):
    """A variable over all three dimensions, in which values are stored so."""
    dtype = np.dtype(storage.dtype)
    fill = None if storage.missing is None else dtype.type(storage.missing)
    variable = file.create_variable(name, ("y", "x", "wavelength"), dtype, fillvalue=fill)
    if storage.scale != 1:
        variable.attrs["scale_factor"] = 1.0 / storage.scale
    return variable


def read(path: Path, variable: str | None = None) -> HyperspectralImage:
    """Any variable over two dimensions and one that has wavelengths; `variable` says which, if there are
    several.
    """
    h5netcdf = _import_h5netcdf()
    check_self_contained(path)
    try:
        with h5netcdf.File(path, "r", phony_dims="sort") as file:
            said = _statement(path, file, variable)
    except InputError:
        raise
    except Exception as error:  # h5py raises nearly anything on damaged files
        raise InputError(f"{path} cannot be read as netCDF-4 ({error})") from error
    return image_of(said)


def _statement(path, file, variable) -> Statement:
    there = dict(_variables(file))
    solid = {name: v for name, v in there.items() if len(v.dimensions) == 3}
    spectral = {name: found for name, v in solid.items() if (found := _coordinate(there, v))}
    if not spectral:
        raise InputError(
            f"{path} holds {', '.join(there) or 'nothing'}, expected a variable over two "
            "dimensions and 'wavelength', with that coordinate"
        )
    beside = {other for v in solid.values() for other in _text(v, "ancillary_variables").split()}
    name = variables.choose(path, spectral, variable, ancillary=beside)
    cube, (axis, coordinate) = solid[name], spectral[name]
    check_size(path, cube.shape, cube.dtype.itemsize)
    values = np.asarray(cube[...])
    if _text(cube, "_Unsigned").lower() == "true" and values.dtype.kind == "i":
        values = values.view(values.dtype.str.replace("i", "u"))
    text = _text(file, METADATA)
    shapes = {other: v.shape for other, v in solid.items()}
    widths = variables.have_uncertainty(path, name, shapes, text)
    known = parsed_metadata(text, path)
    known["georeference"] = settled(_place(file, cube, axis), known.get("georeference"))
    one = 0.01 if _text(cube, "units").strip().lower() in PERCENT else 1.0
    return Statement(
        path,
        np.moveaxis(values, axis, 2),
        np.asarray(coordinate[...]),
        _text(coordinate, "units"),
        np.multiply(cube.attrs.get("scale_factor", 1.0), one),
        np.multiply(cube.attrs.get("add_offset", 0.0), one),
        _missing(cube, values.dtype),
        known=known,
        uncertainty=np.moveaxis(solid[variables.UNCERTAINTY][...], axis, 2) if widths else None,
    )


def _variables(group, path=""):
    """(name, variable) of a file's variables, those of its groups as GROUP/NAME."""
    for name, variable in group.variables.items():
        yield path + name, variable
    for name, inner in group.groups.items():
        yield from _variables(inner, f"{path}{name}/")


def _coordinate(there, variable):
    """(axis, the variable of its wavelengths) of the dimension that has such; None if none has."""
    for wanted in variables.WAVELENGTHS:
        for axis, dimension in enumerate(variable.dimensions):
            for name, other in there.items():
                named = name.rpartition("/")[2].lower() == wanted or _text(other, "standard_name") in SPECTRAL
                if named and other.dimensions == (dimension,):
                    return axis, other
    return None


def _missing(cube, dtype) -> Missing:
    codes = [c for name in variables.CODES if name in cube.attrs for c in np.ravel(cube.attrs[name])]
    if dtype.kind == "f":
        codes.append(NEVER_WRITTEN)
    limits = np.ravel(cube.attrs.get("valid_range", (np.nan, np.nan)))
    low = _number(cube.attrs.get("valid_min", limits[0]))
    high = _number(cube.attrs.get("valid_max", limits[-1]))
    unsigned = {float(np.asarray(c).astype(dtype)) for c in codes} if dtype.kind == "u" else set()
    return Missing(
        tuple({float(c) for c in codes} | unsigned),
        (-np.inf if np.isnan(low) else low, np.inf if np.isnan(high) else high),
    )


def _number(value) -> float:
    return float(np.ravel(value)[0])


def _place(file, cube, axis) -> dict | None:
    """Where the cube lies on the map: its grid mapping's affine map, or evenly spaced coordinates."""
    mapping = file.variables.get(_text(cube, "grid_mapping").split(":")[0])
    if mapping is None:
        mapping = file.variables.get("spatial_ref")
    if mapping is None:
        return None
    crs = _text(mapping, "crs_wkt") or _text(mapping, "spatial_ref") or _text(mapping, "epsg_code") or None
    numbers = _text(mapping, "GeoTransform").split()
    if len(numbers) == 6:
        c, a, b, f, d, e = (float(number) for number in numbers)
        return {"crs": crs, "transform": [a, b, c, d, e, f]}
    rows, columns = (file.variables.get(d) for i, d in enumerate(cube.dimensions) if i != axis)
    down, across = _step(rows), _step(columns)
    if down is None or across is None:
        return None
    (f, e), (c, a) = down, across
    return {"crs": crs, "transform": [a, 0.0, c - a / 2, 0.0, e, f - e / 2]}


def _step(coordinate) -> tuple[float, float] | None:
    """(first, step) of an evenly spaced coordinate of pixel centres."""
    if coordinate is None or len(coordinate.dimensions) != 1 or coordinate.shape[0] < 2:
        return None
    values = np.asarray(coordinate[...], np.float64)
    step = (values[-1] - values[0]) / (len(values) - 1)
    even = np.allclose(np.diff(values), step, rtol=1e-3, atol=0)
    return (float(values[0]), float(step)) if even and step else None


def _text(item, name) -> str:
    value = item.attrs.get(name, "")
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _import_h5netcdf():
    try:
        import h5netcdf
    except ImportError as error:
        raise InputError("netCDF needs h5netcdf: pip install 'hsi_inr_tf[netcdf]'") from error
    return h5netcdf
