"""NumPy archives: "cube" [height, width, bands], "wavelengths" [bands] (nm), "scale" (divide by it),
"metadata" (JSON text) and, where it is known, "uncertainty" [height, width, bands], stored as the cube is.
"""

import shutil
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from hsi_inr_tf.cubes import variables
from hsi_inr_tf.cubes.hyperspectral_image import HyperspectralImage
from hsi_inr_tf.cubes.statement import Statement, image_of
from hsi_inr_tf.cubes.values import Storage, check_size, metadata
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.files import replacing


def write(cube: Any, path: Path, dtype: str = "float32") -> None:
    """What numpy.savez would write, but part by part: by way of a file beside it, as members of archives are
    written in order.
    """
    storage = Storage.of(cube, dtype)
    with replacing(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        _write_values(archive, "cube", cube, storage, path.parent)
        if cube.half_widths:
            _write_values(archive, variables.UNCERTAINTY, cube.half_widths, storage, path.parent)
        others = {
            "wavelengths": cube.wavelengths,
            "wavelength_units": "nm",
            "scale": storage.scale,
            "metadata": metadata(cube, storage),
        }
        if storage.missing is not None:
            others["missing_value"] = storage.missing
        for name, value in others.items():
            with archive.open(f"{name}.npy", "w") as member:
                np.lib.format.write_array(member, np.asarray(value), allow_pickle=False)


def _write_values(archive, name, cube, storage, folder):
    with tempfile.TemporaryFile(dir=folder) as values:
        header = {
            "descr": np.lib.format.dtype_to_descr(np.dtype(storage.dtype)),
            "fortran_order": False,
            "shape": tuple(cube.shape),
        }
        np.lib.format.write_array_header_2_0(values, header)
        storage.write(cube, values)
        values.seek(0)
        with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
            shutil.copyfileobj(values, member, 1 << 20)


def read(path: Path, variable: str | None = None) -> HyperspectralImage:
    """`variable` names the cube where several arrays have three dimensions."""
    try:
        with zipfile.ZipFile(path) as archive:
            headers = {
                name.removesuffix(".npy"): _header(archive, name)
                for name in archive.namelist()
                if name.endswith(".npy")
            }
            solid = {name: shape for name, (shape, _) in headers.items() if len(shape) == 3}
            name = variables.choose(path, solid, variable, shown=headers)
            shape, dtype = headers[name]
            check_size(path, shape, dtype.itemsize)
            with np.load(path, allow_pickle=False) as arrays:
                values, uncertainty = arrays[name], None
                others = {
                    other: arrays[other]
                    for other in variables.OTHERS
                    if other in headers and np.prod(headers[other][0], dtype=float) <= variables.SMALL
                    and headers[other][1].itemsize <= variables.SMALL and not headers[other][1].hasobject
                }  # fmt: skip
                if variables.have_uncertainty(path, name, solid, str(others.get("metadata"))):
                    uncertainty = arrays[variables.UNCERTAINTY]
    except InputError:
        raise
    except Exception as error:  # zipfile and NumPy raise nearly anything on damaged files
        raise InputError(
            f"{path} is no archive of a cube, expected the arrays 'cube' and 'wavelengths' ({error})"
        ) from error
    if "metadata" in others:
        others["metadata"] = str(others["metadata"])
    said = variables.statements(path, values, others)
    return image_of(Statement(path, values, spectral_axes=variables.USUAL, uncertainty=uncertainty, **said))


def _header(archive, name):
    """(shape, dtype) of an array, of which nothing else is read."""
    with archive.open(name) as member:
        version = np.lib.format.read_magic(member)
        of = np.lib.format
        shape, _, dtype = (
            of.read_array_header_1_0(member) if version == (1, 0) else of.read_array_header_2_0(member)
        )
    return shape, dtype
