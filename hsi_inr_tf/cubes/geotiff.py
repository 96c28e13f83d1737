"""GeoTIFF: one band a wavelength, each saying which; the place on the map is kept. Half-widths, where they
are known, are as many bands more, which say so.
"""

import math
import os
from pathlib import Path
from typing import Any

import numpy as np

from hsi_inr_tf.cubes.hyperspectral_image import HALF_WIDTH, HyperspectralImage
from hsi_inr_tf.cubes.missing import Missing
from hsi_inr_tf.cubes.statement import Statement, image_of
from hsi_inr_tf.cubes.values import Storage, check_size, metadata, parsed_metadata
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.files import replacing, room_for
from hsi_inr_tf.files.georeference import (
    GDAL_CACHE,
    for_rasterio,
    georeference_of,
    import_rasterio,
    quiet_rasterio,
    settled,
)
from hsi_inr_tf.optics.wavelengths import labelled

METADATA = "HSI_INR_TF"
QUANTITY = "quantity"  # the tag of the bands that hold half-widths


def write(cube: Any, path: Path, dtype: str = "float32") -> None:
    rasterio = import_rasterio()
    height, width, bands = cube.shape
    storage = Storage.of(cube, dtype)
    solid = [cube, cube.half_widths] if cube.half_widths else [cube]
    profile = {
        "driver": "GTiff",
        "height": height,
        "width": width,
        "count": bands * len(solid),
        "dtype": dtype,
        "interleave": "band",
        "photometric": "minisblack",
        "BIGTIFF": "IF_SAFER",
        "tiled": True,
        "blockxsize": 256,
        "blockysize": 256,
        "nodata": storage.missing,
        **for_rasterio(cube.georeference),
    }
    with (
        replacing(path) as temporary,
        room_for(temporary, math.prod(cube.shape) * np.dtype(dtype).itemsize * len(solid)),
        quiet_rasterio(rasterio),
        rasterio.Env(GDAL_CACHEMAX=GDAL_CACHE),
        rasterio.open(os.path.abspath(temporary), "w", **profile) as file,
    ):
        for band, nm in enumerate(cube.wavelengths * len(solid), start=1):
            said = {"wavelength": repr(nm), "wavelength_units": "Nanometers"}
            if band > bands:
                said[QUANTITY] = HALF_WIDTH
            file.set_band_description(band, f"{nm:g} nm" if band <= bands else f"half-width ({nm:g} nm)")
            file.update_tags(band, **said)
        for number, part in enumerate(solid):
            numbers = range(1 + number * bands, 1 + (number + 1) * bands)
            for rows, columns, values in storage.parts(part):
                window = rasterio.windows.Window.from_slices(rows, columns)
                file.write(values.transpose(2, 0, 1), numbers, window=window)
        file.scales = [1.0 / storage.scale] * file.count
        file.update_tags(**{METADATA: metadata(cube, storage)})


def read(path: Path) -> HyperspectralImage:
    """Any TIFF whose bands say their wavelength, in a tag or as "550 nm" in their description."""
    rasterio = import_rasterio()
    try:
        # No other driver of GDAL's: many of them are lists of other files, which would be opened. The whole
        # path, as GDAL takes https:x.tif for an address.
        with quiet_rasterio(rasterio), rasterio.open(os.path.abspath(path), driver="GTiff") as file:
            check_size(path, (file.height, file.width, file.count), np.dtype(file.dtypes[0]).itemsize)
            wide = [band for band in file.indexes if file.tags(band).get(QUANTITY) == HALF_WIDTH]
            own = [band for band in file.indexes if band not in wide]
            if wide and len(wide) != len(own):
                raise InputError(
                    f"{path}: {len(wide)} of its {file.count} bands hold half-widths, expected half"
                )
            wavelengths, unit = _wavelengths(file, path, own)
            known = parsed_metadata(file.tags().get(METADATA), path)
            known["georeference"] = settled(georeference_of(file), known.get("georeference"))
            said = Statement(
                path,
                file.read(own).transpose(1, 2, 0),
                wavelengths,
                unit,
                [file.scales[band - 1] for band in own],
                [file.offsets[band - 1] for band in own],
                _missing(file, rasterio),
                known=known,
                expected="a tag 'wavelength' or a description such as '550 nm' in every band",
                uncertainty=file.read(wide).transpose(1, 2, 0) if wide else None,
            )
    except rasterio.errors.RasterioError as error:
        raise InputError(f"{path} cannot be read as GeoTIFF ({error})") from error
    return image_of(said)


def _missing(file, rasterio) -> Missing:
    codes = {code for code in file.nodatavals if code is not None}
    flags = rasterio.enums.MaskFlags
    masked = flags.per_dataset in file.mask_flag_enums[0] and flags.alpha not in file.mask_flag_enums[0]
    return Missing(tuple(codes), mask=file.read_masks(1) == 0 if masked else None)


def _wavelengths(file, path, own) -> tuple[list[float] | None, str]:
    """(wavelengths, their unit) as the bands `own` state them; None where no band does."""
    every = [_stated(file, band) for band in own]
    found = [stated for stated in every if stated]
    if not found:
        return None, ""
    if len(found) < len(every):
        band = own[every.index(None)]
        raise InputError(
            f"{path}: band {band} ('{file.descriptions[band - 1] or ''}') does not say its wavelength"
        )
    units = {unit for _, unit in found}
    if len(units) > 1:
        raise InputError(f"{path}: its wavelengths are in {' and '.join(sorted(units))}, expected one unit")
    return [number for number, _ in found], units.pop()


def _stated(file, band) -> tuple[float, str] | None:
    """(wavelength, unit) of a band: its own tags, its description, or GDAL's rounded ones."""
    tags = {name.lower(): value for name, value in file.tags(band).items()}
    whole = {name.lower(): value for name, value in file.tags().items()}
    stated = labelled(tags.get("wavelength", ""))
    if stated:
        unit = tags.get("wavelength_units") or whole.get("wavelength_units") or ""
        return stated[0], stated[1] or unit
    central = labelled(file.tags(band, ns="IMAGERY").get("CENTRAL_WAVELENGTH_UM", ""))
    return labelled(file.descriptions[band - 1] or "") or (central and (central[0], "um"))
