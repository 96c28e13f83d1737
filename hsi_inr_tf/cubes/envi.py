"""ENVI: a text header (.hdr) beside raw values (.img), interleaved by pixel, so that a picture can be written
as it is computed. Half-widths, where they are known, are a second cube, NAME_uncertainty, beside the first.
"""

import os
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import numpy as np

from hsi_inr_tf.cubes import envi_header
from hsi_inr_tf.cubes.envi_header import integer, numbers, text
from hsi_inr_tf.cubes.hyperspectral_image import FALSE_COLOUR, HyperspectralImage
from hsi_inr_tf.cubes.missing import Missing
from hsi_inr_tf.cubes.statement import Statement, image_of
from hsi_inr_tf.cubes.values import Storage, metadata, parsed_metadata
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.files import replacing
from hsi_inr_tf.files.georeference import (
    for_rasterio,
    georeference_of,
    import_rasterio,
    quiet_rasterio,
    settled,
)
from hsi_inr_tf.files.replacing import remove_left, temporary_name

DATA_TYPES = {
    1: "u1", 2: "i2", 3: "i4", 4: "f4", 5: "f8", 12: "u2", 13: "u4", 14: "i8", 15: "u8",
}  # fmt: skip  # by ENVI's codes; 6 and 9 are complex
CODES = {"float32": 4, "uint16": 12}
# file axes (lines, samples, bands as 0, 1, 2) of each interleave
INTERLEAVES = {"bip": (0, 1, 2), "bil": (0, 2, 1), "bsq": (2, 0, 1)}
VALUES = (".img", ".dat", ".raw", ".bil", ".bip", ".bsq")  # suffixes of the values beside NAME.hdr
PLACE = ("map info", "projection info", "coordinate system string")
POINTS = "geo points"
FIELD = "hsi_inr_tf metadata"
HAS_UNCERTAINTY = "hsi_inr_tf uncertainty"  # a field of cubes whose half-widths were written with them


def write(cube: Any, path: Path, dtype: str = "float32") -> None:
    """Writes `path` (.hdr) and, beside it, the .img; the same of the half-widths.

    Several files cannot change at once: while new values take their place there is no header, so that nobody
    ever opens an old one over new values.
    """
    _spectral()  # before anything is computed
    solid = [(cube, path)] + ([(cube.half_widths, beside(path))] if cube.half_widths else [])
    with ExitStack() as names:
        old = []
        for part, at in solid:
            header, values = at.with_suffix(".hdr"), at.with_suffix(".img")
            storage = Storage.of(part, dtype)
            new_header = names.enter_context(replacing(header))
            old.append((names.enter_context(ExitStack()), header))
            new_values = names.enter_context(replacing(values))
            with open(new_values, "wb") as file:
                storage.write(part, file)
            _write_header(part, new_header, storage)
        for until_renamed, header in old:
            until_renamed.enter_context(_aside(header))


def beside(path: Path) -> Path:
    """The header of the half-widths of the cube `path`."""
    return path.with_name(f"{path.stem}_uncertainty.hdr")


@contextmanager
def _aside(header: Path):
    """Within, the header has another name; afterwards it is gone, or back if the block failed."""
    left = header.with_name(f"{header.name}.old")
    remove_left(left)  # by a killed process
    aside = temporary_name(left)
    try:
        os.replace(header, aside)
    except FileNotFoundError:
        yield
        return
    try:
        yield
    except BaseException:
        os.replace(aside, header)
        raise
    aside.unlink()


def _spectral():
    try:
        import spectral.io.envi
    except ImportError as error:
        raise InputError("ENVI files need the package spectral: pip install spectral") from error
    return spectral.io.envi


def _write_header(cube, path, storage):
    envi = _spectral()
    height, width, bands = cube.shape
    w = np.asarray(cube.wavelengths)
    quantity = cube.provenance.get("quantity", "relative radiance")
    fields = {
        "description": f"{cube.provenance.get('software', 'hsi_inr_tf')}: {quantity}",
        "samples": width,
        "lines": height,
        "bands": bands,
        "header offset": 0,
        "data type": CODES[storage.dtype],
        "interleave": "bip",
        "byte order": 0,
        "wavelength units": "Nanometers",
        "wavelength": [f"{v:.10g}" for v in w],
        "default bands": [int(np.argmin(np.abs(w - nm))) + 1 for nm in FALSE_COLOUR],
        "data units": quantity,
        **_place(cube.georeference),
        FIELD: quote(metadata(cube, storage), safe=' ,:;"[]()/'),  # braces would be taken for a list's
    }
    if cube.widths:
        fields["fwhm"] = [f"{v:.10g}" for v in cube.widths]
    if storage.scale != 1:
        fields["reflectance scale factor"] = f"{storage.scale:g}"
    if cube.half_widths:
        fields[HAS_UNCERTAINTY] = "beside it"
    if storage.missing is not None:
        fields["data ignore value"] = f"{storage.missing:g}"
    envi.write_envi_header(str(path), fields)


def _place(georeference) -> dict:
    """The fields that put the cube on the map for other programs, in GDAL's words; none without the package
    that speaks to it.
    """
    if not georeference:
        return {}
    if "gcps" in georeference:
        points = [(column + 1, row + 1, y, x) for row, column, x, y, _ in georeference["gcps"]]
        return {POINTS: "{" + ", ".join(f"{v:.12g}" for point in points for v in point) + "}"}
    try:
        rasterio = import_rasterio()
    except InputError:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        pixel = Path(folder) / "pixel.img"
        one = {"driver": "ENVI", "height": 1, "width": 1, "count": 1, "dtype": "uint8"}
        with rasterio.open(pixel, "w", **one, **for_rasterio(georeference)):
            pass
        fields = envi_header.parse(pixel.with_suffix(".hdr"))
    return {name: "{" + ",".join(fields[name]) + "}" for name in PLACE if name in fields}


def read(path: Path) -> HyperspectralImage:
    """float32 data that needs no change stays on disk, memory-mapped.

    `path` is the header, or the values: then the header is beside them, as NAME.img.hdr or else NAME.hdr.
    """
    header, values = _pair(path)
    fields = envi_header.parse(header)
    memory = _mapped(header, values, fields)
    scale, offset = _scale(header, fields, memory.shape[2])
    ignored = numbers(fields, "data ignore value", header)
    known = parsed_metadata(unquote(text(fields, FIELD)), header)
    known["georeference"] = settled(_place_in(header, fields), known.get("georeference"))
    said = Statement(
        header,
        memory,
        numbers(fields, "wavelength", header),
        text(fields, "wavelength units"),
        scale,
        offset,
        Missing(tuple(ignored or ())),
        known=known,
        expected="a list 'wavelength' in it",
        widths=numbers(fields, "fwhm", header),
    )
    image = image_of(said)
    return _with_half_widths(image, beside(header)) if HAS_UNCERTAINTY in fields else image


def _with_half_widths(image, header) -> HyperspectralImage:
    """The image with the half-widths of another file, or a note that it is not there or another's."""
    if not header.is_file():
        return replace(image, notes=(*image.notes, f"{image.source}: its uncertainty {header} is not there"))
    widths = read(header)
    if (widths.shape, widths.wavelengths) != (image.shape, image.wavelengths):
        return replace(image, notes=(*image.notes, f"{image.source}: {header} is another cube's uncertainty"))
    return replace(image, uncertainty=widths.data)


def _pair(path) -> tuple[Path, Path]:
    """(header, values) of the cube that is asked for by either."""
    if path.suffix.lower() != ".hdr":
        candidates = [path.with_name(path.name + end) for end in (".hdr", ".HDR")]
        candidates += [path.with_suffix(end) for end in (".hdr", ".HDR")]
        header = next((p for p in candidates if p.is_file()), None)
        if header is None:
            raise InputError(f"{path} has no header, expected {candidates[0]} or {candidates[2]}")
        return header, path
    named = path.with_suffix("")  # leaf.bil.hdr is that of leaf.bil, whatever leaf.img may be
    if named.suffix.lower() in VALUES and named.is_file():
        return path, named
    found = [p for end in VALUES for p in (named.with_name(named.name + end),) if p.is_file()]
    found += [p for end in VALUES for p in (named.with_name(named.name + end.upper()),) if p.is_file()]
    if len(found) > 1:
        listed = ", ".join(p.name for p in found)
        raise InputError(f"{path} may be the header of {listed}, expected the one that is meant to be named")
    if not found and named.is_file():
        found = [named]
    if not found:
        raise InputError(f"{path} has no values beside it, expected {path.with_suffix('.img')}")
    return path, found[0]


def _mapped(header, values, fields) -> np.memmap:
    """The values as they are stored [height, width, bands], on disk."""
    code = integer(fields, "data type", header)
    if code not in DATA_TYPES:
        raise InputError(f"{header}: its 'data type' is {code}, expected one of {list(DATA_TYPES)}")
    interleave = text(fields, "interleave", "bsq").strip().lower()
    if interleave not in INTERLEAVES:
        raise InputError(f"{header}: its 'interleave' is {interleave}, expected {', '.join(INTERLEAVES)}")
    for name in ("file compression", "major frame offsets", "minor frame offsets"):
        if any(numbers(fields, name, header) or ()):
            raise InputError(f"{header}: its '{name}' is not 0, which is not read: expected plain values")
    order = integer(fields, "byte order", header, 0)
    if order > 1:
        raise InputError(f"{header}: its 'byte order' is {order}, expected 0 or 1")
    dtype = np.dtype(("<", ">")[order] + DATA_TYPES[code])
    sizes = [integer(fields, name, header, lowest=1) for name in ("lines", "samples", "bands")]
    offset = integer(fields, "header offset", header, 0)
    needed = offset + sizes[0] * sizes[1] * sizes[2] * dtype.itemsize
    size = values.stat().st_size
    if size < needed:
        raise InputError(f"{values}: {size} bytes, its header asks for {needed}")
    axes = INTERLEAVES[interleave]
    memory = np.memmap(values, dtype, "r", offset, tuple(sizes[axis] for axis in axes))
    return memory.transpose(np.argsort(axes))


def _scale(header, fields, bands):
    """(scale, offset) by which stored values become radiance: gains and offsets, or the divisor of
    reflectances.
    """
    gains = numbers(fields, "data gain values", header) or [1.0]
    offsets = numbers(fields, "data offset values", header) or [0.0]
    [divisor] = (numbers(fields, "reflectance scale factor", header) or [1.0])[:1]
    if divisor == 0 or not np.isfinite(divisor):
        raise InputError(f"{header}: its 'reflectance scale factor' is {divisor:g}, expected another number")
    if divisor == 1:
        return gains, offsets
    told = np.ones(1) / divisor
    if not any(offsets) and (np.allclose(gains, 1) or np.allclose(gains, told)):
        return told, offsets
    raise InputError(
        f"{header}: 'data gain values' and 'reflectance scale factor' say different things of its values, "
        "expected one of them"
    )


def _place_in(header, fields) -> dict | None:
    """Where the header puts the cube on the map: what GDAL (extra geo) makes of it."""
    flat = numbers(fields, POINTS, header) if isinstance(fields.get(POINTS), list) else None
    if flat and len(flat) % 4 == 0:
        points = [flat[i : i + 4] for i in range(0, len(flat), 4)]
        return {"crs": None, "gcps": [[row - 1, column - 1, x, y, 0.0] for column, row, y, x in points]}
    if PLACE[0] not in fields:
        return None
    try:
        rasterio = import_rasterio()
    except InputError:
        return None
    with tempfile.TemporaryDirectory() as folder:
        pixel = Path(folder) / "pixels.img"
        pixel.write_bytes(bytes(64))  # GDAL knows no smaller file as ENVI
        lines = ["ENVI", "samples = 8", "lines = 8", "bands = 1", "data type = 1", "interleave = bsq"]
        lines += [f"{name} = {{{text(fields, name)}}}" for name in PLACE if name in fields]
        pixel.with_suffix(".hdr").write_text("\n".join(lines), "utf-8")
        try:
            with quiet_rasterio(rasterio), rasterio.open(pixel, driver="ENVI") as file:
                return georeference_of(file)
        except rasterio.errors.RasterioError as error:
            raise InputError(f"{header}: its place on the map cannot be read ({error})") from error
