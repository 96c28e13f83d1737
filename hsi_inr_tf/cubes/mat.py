"""MATLAB files: v5 (what scipy.io and Octave read), or v7.3, which is HDF5, for larger cubes."""

import math
from pathlib import Path

import numpy as np

from hsi_inr_tf.cubes.hyperspectral_image import HyperspectralImage
from hsi_inr_tf.cubes.values import check_size, metadata, parsed, scale_of, stored
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.files import replacing, room_for_hdf5

LARGEST_V5 = 1 << 29  # bytes; v5 needs the cube in memory, more than once, while v7.3 is written part by part
CUBES = ("cube", "rad", "tensor", "radiance", "reflectance", "hsi", "data")  # names that datasets give theirs
WAVELENGTHS = ("wavelengths", "bands", "wavelength", "lambda")


def write(cube, path: Path, dtype: str = "float32") -> None:
    """Variables cube [height, width, bands], wavelengths (nm), scale (divide by it) and metadata (JSON
    text).
    """
    size = math.prod(cube.shape) * np.dtype(dtype).itemsize
    with replacing(path) as temporary:
        if size <= LARGEST_V5:
            _write_v5(cube, temporary, dtype)
        else:
            with room_for_hdf5(temporary, size):
                _write_v73(cube, temporary, dtype)


def _write_v5(cube, path, dtype):
    from scipy.io import savemat

    data = np.empty(cube.shape, dtype)
    for rows, columns, values in stored(cube, dtype):
        data[rows, columns] = values
    savemat(
        path,
        {
            "cube": data,
            "wavelengths": np.asarray(cube.wavelengths),
            "scale": scale_of(dtype),
            "metadata": metadata(cube, dtype),
        },
    )


def _write_v73(cube, path, dtype):
    import h5py

    with h5py.File(path, "w", userblock_size=512) as file:
        height, width, bands = cube.shape
        data = file.create_dataset(
            "cube", (bands, width, height), dtype, chunks=(1, min(width, 256), min(height, 256))
        )
        data.attrs["MATLAB_class"] = np.bytes_("single" if dtype == "float32" else "uint16")
        for rows, columns, values in stored(cube, dtype):
            data[:, columns, rows] = values.transpose(2, 1, 0)  # MATLAB's first index runs fastest
        for name, value in (
            ("wavelengths", np.asarray(cube.wavelengths)[:, None]),
            ("scale", np.full((1, 1), scale_of(dtype))),
        ):
            file.create_dataset(name, data=value).attrs["MATLAB_class"] = np.bytes_("double")
        text = np.frombuffer(metadata(cube, dtype).encode("utf-16-le"), np.uint16)[:, None]
        variable = file.create_dataset("metadata", data=text)
        variable.attrs["MATLAB_class"] = np.bytes_("char")
        variable.attrs["MATLAB_int_decode"] = np.int32(2)
    with open(
        path, "r+b"
    ) as file:  # what MATLAB looks for before the HDF5 signature: text, version 2.0, byte order
        file.write(b"MATLAB 7.3 MAT-file, written by hsi_inr_tf".ljust(124) + b"\x00\x02IM")


def read(path: Path) -> HyperspectralImage:
    """Also reads the cubes of datasets: the variable with a known name, or the only one with three
    dimensions.
    """
    import h5py

    try:
        data, others = _read_v73(path) if h5py.is_hdf5(path) else _read_v5(path)
        wavelengths = next(
            (np.ravel(others[name]).astype(float) for name in WAVELENGTHS if name in others), None
        )
        scale = float(np.ravel(others.get("scale", 1.0))[0])
        data = np.asarray(data, np.float32) / np.float32(scale)
    except InputError:
        raise
    except Exception as error:  # scipy's and h5py's readers raise nearly anything on damaged files
        raise InputError(f"{path} cannot be read as a MATLAB file ({error})") from error
    if wavelengths is None:
        raise InputError(
            f"{path} names no wavelengths, expected a variable called {' or '.join(WAVELENGTHS)}"
        )
    return HyperspectralImage(data, tuple(wavelengths), **parsed(others.get("metadata"), path))


def _read_v5(path):
    from scipy.io import loadmat, whosmat

    shapes = {name: shape for name, shape, _ in whosmat(path)}
    name = _choose(path, shapes)
    wanted = [name, *(n for n in (*WAVELENGTHS, "scale", "metadata") if n in shapes)]
    variables = loadmat(path, variable_names=wanted)
    if "metadata" in variables:
        variables["metadata"] = str(np.ravel(variables["metadata"])[0])
    return variables[name], variables


def _read_v73(path):
    import h5py

    with h5py.File(path) as file:
        shapes = {
            name: variable.shape[::-1]
            for name, variable in file.items()
            if isinstance(variable, h5py.Dataset)
        }
        name = _choose(path, shapes)
        others = {
            n: file[n][()]
            for n in (*WAVELENGTHS, "scale", "metadata")
            if n in shapes and np.prod(shapes[n]) < 1 << 20
        }
        if "metadata" in others:
            others["metadata"] = others["metadata"].astype(np.uint16).tobytes().decode("utf-16-le")
        return file[name][()].transpose(2, 1, 0), others


def _choose(path, shapes) -> str:
    """The name of the cube among variables {name: MATLAB's shape}."""
    solid = [name for name, shape in shapes.items() if len(shape) == 3]
    names = [name for name in CUBES if name in solid] or solid
    if not names or (len(names) > 1 and names[0] not in CUBES):
        raise InputError(
            f"{path} holds {', '.join(shapes) or 'nothing'}, expected one cube [height, width, bands]"
        )
    check_size(path, shapes[names[0]], 8)
    return names[0]
