"""netCDF-4 after the CF conventions: radiance(y, x, wavelength) with its wavelengths as a coordinate in
nm.
"""

from pathlib import Path

import numpy as np

from hsi_inr_tf.cubes.hyperspectral_image import HyperspectralImage
from hsi_inr_tf.cubes.values import check_size, metadata, parsed, scale_of, stored
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.files import replacing

METADATA = "hsi_inr_tf_metadata"
TO_NM = {
    "nm": 1.0,
    "nanometer": 1.0,
    "nanometers": 1.0,
    "um": 1e3,
    "micrometer": 1e3,
    "micrometers": 1e3,
    "m": 1e9,
}


def write(cube, path: Path, dtype: str = "float32") -> None:
    h5netcdf = _import_h5netcdf()
    with replacing(path) as temporary, h5netcdf.File(temporary, "w") as file:
        height, width, bands = cube.shape
        file.dimensions = {"y": height, "x": width, "wavelength": bands}
        wavelength = file.create_variable(
            "wavelength", ("wavelength",), np.float64, data=np.asarray(cube.wavelengths)
        )
        wavelength.attrs.update({"standard_name": "radiation_wavelength", "units": "nm"})
        radiance = file.create_variable("radiance", ("y", "x", "wavelength"), np.dtype(dtype))
        radiance.attrs.update({"long_name": "relative radiance", "units": "1"})
        if dtype == "uint16":
            radiance.attrs["scale_factor"] = 1.0 / scale_of(dtype)
        if cube.georeference:
            crs = file.create_variable("spatial_ref", (), np.int32)
            transform = cube.georeference["transform"]
            gdal_order = [transform[i] for i in (2, 0, 1, 5, 3, 4)]
            crs.attrs.update(
                {"crs_wkt": cube.georeference["crs"] or "", "GeoTransform": " ".join(map(repr, gdal_order))}
            )
            radiance.attrs["grid_mapping"] = "spatial_ref"
        for rows, columns, values in stored(cube, dtype):
            radiance[rows, columns] = values
        file.attrs.update(
            {
                "Conventions": "CF-1.11",
                "title": "Hyperspectral cube reconstructed from an RGB picture",
                "source": cube.provenance.get("software", "hsi_inr_tf"),
                METADATA: metadata(cube, dtype),
            }
        )


def read(path: Path) -> HyperspectralImage:
    """Any variable with a wavelength dimension and two others; the wavelengths in nm, um or m."""
    h5netcdf = _import_h5netcdf()
    try:
        with h5netcdf.File(path, "r") as file:
            variable = next(
                (
                    v
                    for v in file.variables.values()
                    if len(v.dimensions) == 3 and "wavelength" in v.dimensions
                ),
                None,
            )
            if variable is None or "wavelength" not in file.variables:
                raise InputError(
                    f"{path} holds no variable over two dimensions and 'wavelength', with that coordinate"
                )
            axis = variable.dimensions.index("wavelength")
            shape = list(variable.shape)
            shape.append(shape.pop(axis))
            check_size(path, shape, variable.dtype.itemsize)
            data = np.moveaxis(np.asarray(variable[...], np.float32), axis, 2)
            data = data * np.float32(variable.attrs.get("scale_factor", 1.0)) + np.float32(
                variable.attrs.get("add_offset", 0.0)
            )
            coordinate = file.variables["wavelength"]
            unit = str(coordinate.attrs.get("units", "nm"))
            if unit not in TO_NM:
                raise InputError(
                    f"{path}: its wavelengths are in '{unit}', expected one of {', '.join(TO_NM)}"
                )
            wavelengths = np.asarray(coordinate[...], float) * TO_NM[unit]
            text = file.attrs.get(METADATA)
    except InputError:
        raise
    except Exception as error:  # h5py raises nearly anything on damaged files
        raise InputError(f"{path} cannot be read as netCDF-4 ({error})") from error
    return HyperspectralImage(data, tuple(wavelengths), **parsed(text, path))


def _import_h5netcdf():
    try:
        import h5netcdf
    except ImportError as error:
        raise InputError("netCDF needs h5netcdf: pip install 'hsi_inr_tf[netcdf]'") from error
    return h5netcdf
