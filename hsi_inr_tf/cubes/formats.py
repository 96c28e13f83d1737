"""Writing and reading cubes in the formats that spectral tools use."""

from importlib import import_module
from pathlib import Path

from hsi_inr_tf.cubes.values import DTYPES
from hsi_inr_tf.errors import InputError

# format -> the suffix it is written with, the module with write(cube, path, dtype) and read(path)
FORMATS = {"envi": ".hdr", "npz": ".npz", "mat": ".mat", "netcdf": ".nc", "geotiff": ".tif"}
BY_SUFFIX = (
    {suffix: name for name, suffix in FORMATS.items()}
    | {".tiff": "geotiff", ".nc4": "netcdf"}
    | dict.fromkeys((".img", ".dat", ".raw", ".bil", ".bip", ".bsq"), "envi")
)


def format_of(path) -> str:
    """The format that a path's suffix says. Raises InputError if it says none."""
    suffix = Path(path).suffix.lower()
    if suffix not in BY_SUFFIX:
        raise InputError(
            f"{path}: unknown kind of cube '{suffix}', expected one of {' '.join(FORMATS.values())}"
        )
    return BY_SUFFIX[suffix]


def write(cube, path, format: str | None = None, dtype: str = "float32") -> Path:
    """Write a HyperspectralImage, or a Reconstruction part by part while it is computed, and return the path
    written.

    The format is that of the suffix unless given: envi, npz, mat, netcdf, geotiff. dtype "uint16" stores
    values in [0, 1] times 65535. An existing file is replaced only by a complete one. Raises InputError.
    """
    path = Path(path)
    format = format or format_of(path)
    if format not in FORMATS:
        raise InputError(f"unknown format '{format}', expected one of {', '.join(FORMATS)}")
    if dtype not in DTYPES:
        raise InputError(f"cannot store {dtype}, expected one of {', '.join(DTYPES)}")
    path = named_for(path, format)
    import_module(f"hsi_inr_tf.cubes.{format}").write(cube, path, dtype)
    return path


def named_for(path: Path, format: str) -> Path:
    """The path that `write` gives a cube of that format: one that reads as it. ENVI is named by its
    header.
    """
    if BY_SUFFIX.get(path.suffix.lower()) != format:
        return path.with_name(path.name + FORMATS[format])
    return path.with_suffix(FORMATS[format]) if format == "envi" else path


def read(path):
    """The HyperspectralImage in a file of any of the formats. Raises InputError."""
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path}: no such cube")
    return import_module(f"hsi_inr_tf.cubes.{format_of(path)}").read(path)
