"""MATLAB files: v5 (what scipy.io and Octave read), or v7.3, which is HDF5, for larger cubes."""

import math
from pathlib import Path
from typing import Any

import numpy as np

from hsi_inr_tf.cubes import mat5, variables
from hsi_inr_tf.cubes.hyperspectral_image import HyperspectralImage
from hsi_inr_tf.cubes.statement import Statement, image_of
from hsi_inr_tf.cubes.values import Storage, check_size, metadata
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.files import replacing, room_for
from hsi_inr_tf.files.hdf5 import check_self_contained

LARGEST_V5 = 1 << 29  # bytes; v5 needs the cube in memory, more than once, while v7.3 is written part by part
CLASS = "MATLAB_class"  # attribute of the variables that MATLAB wrote, whose first index runs fastest


def write(cube: Any, path: Path, dtype: str = "float32") -> None:
    """Variables cube [height, width, bands], wavelengths (nm), scale (divide by it), missing_value (where
    values are), metadata (JSON text) and, where it is known, uncertainty, stored as the cube is.
    """
    storage = Storage.of(cube, dtype)
    size = math.prod(cube.shape) * np.dtype(dtype).itemsize * (2 if cube.half_widths else 1)
    with replacing(path) as temporary:
        if size <= LARGEST_V5:
            _write_v5(cube, temporary, storage)
        else:
            with room_for(temporary, size):
                _write_v73(cube, temporary, storage)


def _numbers(cube, storage) -> dict:
    numbers = {"wavelengths": np.asarray(cube.wavelengths), "scale": storage.scale}
    return numbers if storage.missing is None else {**numbers, "missing_value": storage.missing}


def _solid(cube) -> dict:
    """By their names, what has three dimensions."""
    return {"cube": cube, **({variables.UNCERTAINTY: cube.half_widths} if cube.half_widths else {})}


def _write_v5(cube, path, storage):
    from scipy.io import savemat

    written = {}
    for name, part in _solid(cube).items():
        written[name] = np.empty(cube.shape, storage.dtype)
        for rows, columns, values in storage.parts(part):
            written[name][rows, columns] = values
    texts = {"wavelength_units": "nm", "metadata": metadata(cube, storage)}
    savemat(path, {**written, **_numbers(cube, storage), **texts})


def _write_v73(cube, path, storage):
    import h5py

    with h5py.File(path, "w", userblock_size=512) as file:
        height, width, bands = cube.shape
        for name, part in _solid(cube).items():
            data = file.create_dataset(
                name, (bands, width, height), storage.dtype, chunks=(1, min(width, 256), min(height, 256))
            )
            data.attrs[CLASS] = np.bytes_("single" if storage.dtype == "float32" else "uint16")
            for rows, columns, values in storage.parts(part):
                data[:, columns, rows] = values.transpose(2, 1, 0)  # MATLAB's first index runs fastest
        for name, value in _numbers(cube, storage).items():
            numbers = np.atleast_1d(np.asarray(value, np.float64))[:, None]
            file.create_dataset(name, data=numbers).attrs[CLASS] = np.bytes_("double")
        for name, text in (("wavelength_units", "nm"), ("metadata", metadata(cube, storage))):
            codes = np.frombuffer(text.encode("utf-16-le"), np.uint16)[:, None]
            variable = file.create_dataset(name, data=codes)
            variable.attrs[CLASS] = np.bytes_("char")
            variable.attrs["MATLAB_int_decode"] = np.int32(2)
    with open(
        path, "r+b"
    ) as file:  # what MATLAB looks for before the HDF5 signature: text, version 2.0, byte order
        file.write(b"MATLAB 7.3 MAT-file, written by hsi_inr_tf".ljust(124) + b"\x00\x02IM")


def read(path: Path, variable: str | None = None) -> HyperspectralImage:
    """Also reads the cubes of datasets: the variable with a known name, or the only one with three
    dimensions, unless `variable` names one.
    """
    import h5py

    hdf5 = h5py.is_hdf5(path)
    if hdf5:
        check_self_contained(path)
    try:
        values, uncertainty, others, axes = (_read_v73 if hdf5 else _read_v5)(path, variable)
    except InputError:
        raise
    except Exception as error:  # zlib, struct and h5py raise nearly anything on damaged files
        raise InputError(f"{path} cannot be read as a MATLAB file ({error})") from error
    said = variables.statements(path, values, others)
    return image_of(Statement(path, values, spectral_axes=axes, uncertainty=uncertainty, **said))


def _read_v5(path, variable):
    found = mat5.variables(path)
    solid = {name: v for name, v in found.items() if v.is_numeric() and len(v.shape) == 3}
    shown = [f"{name} ({v.kind} {'x'.join(map(str, v.shape))})" for name, v in found.items()]
    name = variables.choose(path, solid, variable, shown)
    cube = found[name]
    check_size(path, cube.shape, np.dtype(mat5.DTYPES[cube.type]).itemsize)
    others = {
        name: found[name].text() if found[name].kind == "text" else found[name].numbers()
        for name in variables.OTHERS
        if name in found
        and found[name].kind in (*mat5.NUMBERS, "text")
        and found[name].length <= variables.SMALL
    }
    shapes = {name: v.shape for name, v in solid.items()}
    beside = variables.have_uncertainty(path, name, shapes, others.get("metadata"))
    uncertainty = found[variables.UNCERTAINTY].numbers() if beside else None
    return cube.numbers(), uncertainty, others, variables.USUAL


def _read_v73(path, variable):
    import h5py

    with h5py.File(path, "r") as file:
        found = {name: item for name in file if name != "#refs#" and (item := _item(file, name)) is not None}
        solid = {
            name: v for name, v in found.items() if isinstance(v, h5py.Dataset) and len(v.shape or ()) == 3
        }
        name = variables.choose(path, solid, variable, [_shown(name, v) for name, v in found.items()])
        cube = solid[name]
        check_size(path, cube.shape, cube.dtype.itemsize)
        others = {
            other: _value(found[other])
            for other in variables.OTHERS
            if isinstance(found.get(other), h5py.Dataset)
            and found[other].shape is not None
            and found[other].size * found[other].dtype.itemsize <= variables.SMALL
        }
        if CLASS in cube.attrs or _is_matlab(path):
            shapes = {name: v.shape for name, v in solid.items()}
            beside = variables.have_uncertainty(path, name, shapes, others.get("metadata"))
            uncertainty = solid[variables.UNCERTAINTY][()].transpose(2, 1, 0) if beside else None
            return cube[()].transpose(2, 1, 0), uncertainty, others, variables.USUAL
        # As numpy has it: h5py's users write [bands, height, width] as well.
        return cube[()], None, others, ()


def _item(file, name):
    try:
        return file[name]
    except (KeyError, OSError, RuntimeError):  # a soft link to nowhere, or in a circle
        return None


def _shown(name, item) -> str:
    return f"{name} (struct of {', '.join(item)})" if hasattr(item, "keys") else f"{name} {item.shape}"


def _value(dataset):
    value = dataset[()]
    if dataset.attrs.get(CLASS) == b"char":
        return np.asarray(value).astype(np.uint16).tobytes().decode("utf-16-le")
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value


def _is_matlab(path) -> bool:
    with open(path, "rb") as file:
        return file.read(10) == b"MATLAB 7.3"
