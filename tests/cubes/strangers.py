"""Cubes as other software writes them, in every format: what the tests of the readers write."""

import warnings
from pathlib import Path

import numpy as np

FORMATS = ["envi", "geotiff", "netcdf", "mat", "mat 7.3", "npz"]
SHAPE = (5, 4, 3)
NM = [450.0, 550.0, 650.0]
CODES = {"float32": 4, "float64": 5, "uint8": 1, "int16": 2, "uint16": 12, "int32": 3}
SUFFIXES = {
    "envi": ".hdr",
    "geotiff": ".tif",
    "netcdf": ".nc",
    "mat": ".mat",
    "mat 7.3": ".mat",
    "npz": ".npz",
}


def values(dtype="float32", seed=3) -> np.ndarray:
    """[5, 4, 3]: no two values are the same."""
    drawn = np.random.default_rng(seed).permutation(60).reshape(SHAPE)
    return ((drawn + 1) / 61).astype(dtype) if dtype.startswith("float") else (drawn + 1).astype(dtype)


def write(folder: Path, format: str, data, wavelengths=NM, unit=None, **said) -> Path:
    """A file of `format` with `data` [height, width, bands] as they are stored.

    `said`: scale, offset (radiance is scale * stored + offset) and missing.
    """
    path = folder / f"strange{SUFFIXES[format]}"
    writers = {"envi": envi, "geotiff": geotiff, "netcdf": netcdf, "mat": mat, "mat 7.3": mat73, "npz": npz}
    writers[format](path, data, wavelengths, unit, **said)
    return path


def header_of(data, interleave="bsq", **fields) -> str:
    """The text of an ENVI header; names have _ for a blank."""
    height, width, bands = data.shape
    lines = {
        "samples": width,
        "lines": height,
        "bands": bands,
        "header offset": 0,
        "data type": CODES[str(data.dtype.newbyteorder("="))],
        "interleave": interleave,
        "byte order": int(data.dtype.byteorder == ">"),
        **{name.replace("_", " "): value for name, value in fields.items()},
    }
    shown = ((name, braces(v) if isinstance(v, list | tuple) else v) for name, v in lines.items())
    return "ENVI\n" + "\n".join(f"{name} = {value}" for name, value in shown) + "\n"


def braces(items) -> str:
    return "{" + ", ".join(str(item) for item in items) + "}"


def envi(path, data, wavelengths, unit, scale=None, offset=None, missing=None, values=".img", **fields):
    """As bsq."""
    if wavelengths is not None:
        fields["wavelength"] = list(wavelengths)
    if unit is not None:
        fields["wavelength units"] = unit
    if scale is not None:
        fields["data gain values"] = [scale] * data.shape[2]
    if offset is not None:
        fields["data offset values"] = [offset] * data.shape[2]
    if missing is not None:
        fields["data ignore value"] = missing
    path.write_text(header_of(data, **fields), "utf-8")
    path.with_suffix(values).write_bytes(data.transpose(2, 0, 1).tobytes())


def geotiff(path, data, wavelengths, unit, scale=None, offset=None, missing=None, **profile):
    import rasterio

    height, width, bands = data.shape
    profile = {"height": height, "width": width, "count": bands, "dtype": data.dtype, **profile}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
        with rasterio.open(path, "w", driver="GTiff", nodata=missing, **profile) as file:
            file.write(data.transpose(2, 0, 1))
            for band, nm in enumerate(wavelengths if wavelengths is not None else (), 1):
                file.update_tags(band, wavelength=str(nm))
                if unit is not None:
                    file.update_tags(band, wavelength_units=unit)
            if scale is not None:
                file.scales = [scale] * bands
            if offset is not None:
                file.offsets = [offset] * bands


def netcdf(path, data, wavelengths, unit, scale=None, offset=None, missing=None, encoding=None, attrs=None):
    """By xarray, as CF has it."""
    import xarray

    attrs = dict(attrs or {})
    if scale is not None:
        attrs["scale_factor"] = scale
    if offset is not None:
        attrs["add_offset"] = offset
    if missing is not None:
        attrs["_FillValue"] = data.dtype.type(missing)
    said = {} if unit is None else {"units": unit}
    cube = xarray.DataArray(data, dims=("y", "x", "wavelength"), attrs=attrs)
    dataset = xarray.Dataset({"radiance": cube})
    if wavelengths is not None:
        dataset = dataset.assign_coords(wavelength=("wavelength", np.asarray(wavelengths), said))
    dataset.to_netcdf(path, engine="h5netcdf", encoding=encoding)


def arrays(data, wavelengths, unit, scale, offset, missing) -> dict:
    named = {
        "cube": data,
        "wavelengths": wavelengths,
        "wavelength_units": unit,
        "scale_factor": scale,
        "add_offset": offset,
        "missing_value": missing,
    }
    return {name: value for name, value in named.items() if value is not None}


def mat(path, data, wavelengths, unit, scale=None, offset=None, missing=None):
    from scipy.io import savemat

    savemat(path, arrays(data, wavelengths, unit, scale, offset, missing))


def mat73(path, data, wavelengths, unit, scale=None, offset=None, missing=None):
    """As MATLAB does: the order of axes reversed, each variable with its class."""
    import h5py

    with h5py.File(path, "w", userblock_size=512) as file:
        for name, value in arrays(data, wavelengths, unit, scale, offset, missing).items():
            if isinstance(value, str):
                value = np.array([[ord(letter)] for letter in value], np.uint16)
                file[name], kind = value, "char"
            else:
                file[name], kind = np.atleast_2d(np.asarray(value)).T, "single"
            file[name].attrs["MATLAB_class"] = np.bytes_(kind)
    with open(path, "r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM")


def npz(path, data, wavelengths, unit, scale=None, offset=None, missing=None):
    np.savez(path, **arrays(data, wavelengths, unit, scale, offset, missing))
