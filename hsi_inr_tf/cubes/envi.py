"""ENVI: a text header (.hdr) beside raw values (.img), interleaved by pixel, so that a picture can be written
as it is computed.
"""

import os
import tempfile
from pathlib import Path
from urllib.parse import quote, unquote

import numpy as np

from hsi_inr_tf.cubes.hyperspectral_image import FALSE_COLOUR, HyperspectralImage
from hsi_inr_tf.cubes.values import check_size, metadata, parsed, scale_of, write_values
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.files import replacing
from hsi_inr_tf.files.georeference import import_rasterio

DATA_TYPES = {"float32": 4, "uint16": 12}  # ENVI's codes
PLACE = ("map info", "projection info", "coordinate system string")
FIELD = "hsi_inr_tf metadata"


def write(cube, path: Path, dtype: str = "float32") -> None:
    """Writes `path` (.hdr) and, beside it, the .img."""
    _spectral()  # before anything is computed
    header, values = path.with_suffix(".hdr"), path.with_suffix(".img")
    with replacing(header) as new_header, replacing(values) as new_values:
        with open(new_values, "wb") as file:
            write_values(cube, file, dtype)
        _write_header(cube, new_header, dtype)


def _spectral():
    try:
        import spectral.io.envi
        import spectral.io.spyfile
    except ImportError as error:
        raise InputError("ENVI files need the package spectral: pip install spectral") from error
    return spectral.io.envi, spectral.io.spyfile


def _write_header(cube, path, dtype):
    envi, _ = _spectral()
    height, width, bands = cube.shape
    w = np.asarray(cube.wavelengths)
    spacing = np.gradient(w) if bands > 1 else np.ones(1)
    fields = {
        "description": f"{cube.provenance.get('software', 'hsi_inr_tf')}: relative radiance",
        "samples": width,
        "lines": height,
        "bands": bands,
        "header offset": 0,
        "data type": DATA_TYPES[dtype],
        "interleave": "bip",
        "byte order": 0,
        "wavelength units": "Nanometers",
        "wavelength": [f"{v:.10g}" for v in w],
        "fwhm": [f"{v:g}" for v in spacing],
        "default bands": [int(np.argmin(np.abs(w - nm))) + 1 for nm in FALSE_COLOUR],
        "data units": "relative radiance",
        **_place(cube.georeference),
        FIELD: quote(metadata(cube, dtype), safe=' ,:;"[]()/'),  # braces would be taken for a list's
    }
    if dtype == "uint16":
        fields["reflectance scale factor"] = f"{scale_of(dtype):g}"
    envi.write_envi_header(str(path), fields)


def _place(georeference) -> dict:
    """The fields that put the cube on the map for other programs, in GDAL's words; none without the package
    that speaks to it.
    """
    if not georeference:
        return {}
    try:
        rasterio = import_rasterio()
    except InputError:
        return {}
    envi, _ = _spectral()
    with tempfile.TemporaryDirectory() as folder:
        pixel = Path(folder) / "pixel.img"
        with rasterio.open(
            pixel,
            "w",
            driver="ENVI",
            height=1,
            width=1,
            count=1,
            dtype="uint8",
            crs=georeference["crs"],
            transform=rasterio.Affine(*georeference["transform"]),
        ):
            pass
        fields = envi.read_envi_header(str(pixel.with_suffix(".hdr")))
    return {name: "{" + ",".join(fields[name]) + "}" for name in PLACE if name in fields}


def read(path: Path) -> HyperspectralImage:
    """float32 data stays on disk, memory-mapped; other types are read and divided by their scale factor."""
    envi, spyfile = _spectral()
    header = (
        path
        if path.suffix.lower() == ".hdr"
        else next(
            (p for p in (path.with_suffix(".hdr"), path.with_name(path.name + ".hdr")) if p.is_file()),
            path.with_suffix(".hdr"),
        )
    )
    values = header.with_suffix(".img")
    try:
        # Left to itself it may prefer another file.
        image = envi.open(str(header), str(values) if values.is_file() else None)
        fields, wavelengths = image.metadata, image.bands.centers
        size = os.path.getsize(image.filename)
    except (
        envi.EnviException,
        spyfile.InvalidFileError,
        OSError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
    ) as error:
        reason = str(error).split(". ")[0] or type(error).__name__  # what follows is advice to programmers
        raise InputError(f"{header} cannot be read as ENVI ({reason})") from error
    if min(image.nrows, image.ncols, image.nbands) < 1 or image.offset < 0:
        raise InputError(
            f"{header}: {image.nrows} lines, {image.ncols} samples, {image.nbands} bands and a header "
            "offset of "
            f"{image.offset}, expected positive numbers"
        )
    needed = image.offset + image.nrows * image.ncols * image.nbands * image.sample_size
    if size < needed:
        raise InputError(f"{image.filename}: {size} bytes, its header asks for {needed}")
    data = image.open_memmap(interleave="bip")
    if not wavelengths or len(wavelengths) != data.shape[2]:
        raise InputError(f"{header}: no wavelength for each of its {data.shape[2]} bands")
    if str(fields.get("wavelength units", "")).lower().startswith("micro"):
        wavelengths = [1000.0 * w for w in wavelengths]
    try:
        scale = float(fields.get("reflectance scale factor", 1.0))
    except ValueError as error:
        raise InputError(f"{header}: its reflectance scale factor is no number") from error
    if data.dtype != np.dtype("<f4") or scale != 1:
        check_size(header, data.shape)
        data = np.asarray(data, np.float32) / np.float32(scale)
    return HyperspectralImage(data, tuple(wavelengths), **parsed(unquote(str(fields.get(FIELD, ""))), header))
