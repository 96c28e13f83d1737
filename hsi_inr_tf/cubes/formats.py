"""Writing and reading cubes in the formats that spectral tools use."""

import os
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hsi_inr_tf.annotations import PathLike
from hsi_inr_tf.cubes.values import DTYPES
from hsi_inr_tf.errors import InputError

if TYPE_CHECKING:
    from hsi_inr_tf.cubes import HyperspectralImage

# format -> the suffix it is written with, the module with write(cube, path, dtype) and read(path)
FORMATS = {"envi": ".hdr", "npz": ".npz", "mat": ".mat", "netcdf": ".nc", "geotiff": ".tif"}
NAMED = ("npz", "mat", "netcdf")  # whose read(path, variable) can be asked for one of several variables
BY_SUFFIX = (
    {suffix: name for name, suffix in FORMATS.items()}
    | {".tiff": "geotiff", ".nc4": "netcdf"}
    | dict.fromkeys((".img", ".dat", ".raw", ".bil", ".bip", ".bsq"), "envi")
)


def format_of(path: PathLike) -> str:
    """The format that a path's suffix says. Raises InputError if it says none."""
    suffix = Path(path).suffix.lower()
    if suffix not in BY_SUFFIX:
        raise InputError(
            f"{path}: unknown kind of cube '{suffix}', expected one of {' '.join(FORMATS.values())}"
        )
    return BY_SUFFIX[suffix]


def write(cube: Any, path: PathLike, format: str | None = None, dtype: str = "float32") -> Path:
    """Write a HyperspectralImage, or a Reconstruction part by part while it is computed, and return the path
    written.

    The format is that of the suffix unless given: envi, npz, mat, netcdf, geotiff. dtype "uint16" stores
    values in [0, 1] times 65535. Missing values are NaN, or the last code of uint16, and are declared as each
    format does. An existing file is replaced only by a complete one. Raises InputError.
    """
    path = Path(path)
    format = format or format_of(path)
    if format not in FORMATS:
        raise InputError(f"unknown format '{format}', expected one of {', '.join(FORMATS)}")
    if dtype not in DTYPES:
        raise InputError(f"cannot store {dtype}, expected one of {', '.join(DTYPES)}")
    path = named_for(path, format)
    try:
        import_module(f"hsi_inr_tf.cubes.{format}").write(cube, path, dtype)
    except UnicodeEncodeError as error:
        raise InputError(f"{path!a}: its name is not UTF-8, which {format} needs") from error
    return path


def named_for(path: Path, format: str) -> Path:
    """The path that `write` gives a cube of that format: one that reads as it. ENVI is named by its
    header.
    """
    if BY_SUFFIX.get(path.suffix.lower()) != format:
        return path.with_name(path.name + FORMATS[format])
    return path.with_suffix(FORMATS[format]) if format == "envi" else path


def read(path: PathLike) -> "HyperspectralImage":
    """The HyperspectralImage in a file of any of the formats; FILE:VARIABLE says which of several it is.

    Raises InputError.
    """
    path, variable = _addressed(Path(path))
    format = format_of(path)
    module = import_module(f"hsi_inr_tf.cubes.{format}")
    try:
        if variable is None:
            return module.read(path)
        if format not in NAMED:
            raise InputError(f"{path} holds one cube, expected no name of a variable ('{variable}')")
        return module.read(path, variable)
    except UnicodeEncodeError as error:
        raise InputError(f"{path!a}: its name is not UTF-8, which {format} needs") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror or error})") from error
    except MemoryError as error:
        raise InputError(f"{path}: its cube is larger than the memory there is") from error


def _addressed(path) -> tuple[Path, str | None]:
    """(file, variable or None) of a path that may be FILE:VARIABLE."""
    if os.path.isfile(path):
        return path, None
    if os.path.isdir(path):
        raise InputError(f"{path} is a folder, expected a cube")
    name, _, variable = str(path).rpartition(":")
    if not name or not os.path.isfile(name):
        raise InputError(f"{path}: no such cube")
    return Path(name), variable
