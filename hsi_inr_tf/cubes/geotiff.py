"""GeoTIFF: one band a wavelength, each saying which; the place on the map is kept."""

import warnings
from pathlib import Path

import numpy as np

from hsi_inr_tf.cubes.hyperspectral_image import HyperspectralImage
from hsi_inr_tf.cubes.values import check_size, metadata, parsed, scale_of, stored
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.files import replacing
from hsi_inr_tf.files.georeference import georeference_of, import_rasterio

METADATA = "HSI_INR_TF"
# Bytes that GDAL keeps of a file in writing; left alone it takes a part of the machine's memory.
CACHE = 64 << 20


def write(cube, path: Path, dtype: str = "float32") -> None:
    rasterio = import_rasterio()
    height, width, bands = cube.shape
    place = {}
    if cube.georeference:
        place = {
            "crs": cube.georeference["crs"],
            "transform": rasterio.Affine(*cube.georeference["transform"]),
        }
    profile = {
        "driver": "GTiff",
        "height": height,
        "width": width,
        "count": bands,
        "dtype": dtype,
        "interleave": "band",
        "photometric": "minisblack",
        "BIGTIFF": "IF_SAFER",
        "tiled": True,
        "blockxsize": 256,
        "blockysize": 256,
        **place,
    }
    with replacing(path) as temporary, warnings.catch_warnings(), rasterio.Env(GDAL_CACHEMAX=CACHE):
        warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
        with rasterio.open(temporary, "w", **profile) as file:
            for band, nm in enumerate(cube.wavelengths, start=1):
                file.set_band_description(band, f"{nm:g} nm")
                file.update_tags(band, wavelength=repr(nm), wavelength_units="Nanometers")
            for rows, columns, values in stored(cube, dtype):
                file.write(
                    values.transpose(2, 0, 1), window=rasterio.windows.Window.from_slices(rows, columns)
                )
            file.scales = [1.0 / scale_of(dtype)] * bands
            file.update_tags(**{METADATA: metadata(cube, dtype)})


def read(path: Path) -> HyperspectralImage:
    """Any TIFF whose bands say their wavelength, in a tag or as "550 nm" in their description."""
    rasterio = import_rasterio()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
            with rasterio.open(path) as file:
                check_size(path, (file.height, file.width, file.count), np.dtype(file.dtypes[0]).itemsize)
                wavelengths = tuple(_wavelength(file, band, path) for band in file.indexes)
                data = file.read().astype(np.float32).transpose(1, 2, 0)
                data = data * np.asarray(file.scales, np.float32) + np.asarray(file.offsets, np.float32)
                known = parsed(file.tags().get(METADATA), path)
                known["georeference"] = georeference_of(file)
    except rasterio.errors.RasterioError as error:
        raise InputError(f"{path} cannot be read as GeoTIFF ({error})") from error
    return HyperspectralImage(np.ascontiguousarray(data), wavelengths, **known)


def _wavelength(file, band, path) -> float:
    description = file.descriptions[band - 1] or ""
    text = file.tags(band).get("wavelength") or description.removesuffix("nm")
    try:
        return float(text)
    except ValueError as error:
        raise InputError(f"{path}: band {band} ('{description}') does not say its wavelength") from error
