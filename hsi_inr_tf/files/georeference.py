"""Where a picture lies on the map: {"crs": WKT or EPSG text or None} with either "transform", the six numbers
of the affine map from (column, row), or "gcps", ground control points as lists [row, column, x, y, z].
"""

import logging
import math
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from types import ModuleType
from typing import Any

from hsi_inr_tf.errors import InputError

# Bytes that GDAL keeps of an open file; left alone it takes a part of the machine's memory.
GDAL_CACHE = 64 << 20


def georeference_of(file: Any) -> dict | None:
    """Where an open rasterio file (extra geo) lies on the map."""
    if file.crs is None and file.transform.is_identity:
        points, crs = file.gcps
        if not points:
            return None
        return {
            "crs": crs.to_wkt() if crs else None,
            "gcps": [[float(v or 0.0) for v in (p.row, p.col, p.x, p.y, p.z)] for p in points],
        }
    return {"crs": file.crs.to_wkt() if file.crs else None, "transform": list(file.transform)[:6]}


def settled(now: dict | None, then: dict | None) -> dict | None:
    """The place of a file that says it in its format's own words, `now`, and as it was once written, `then`:
    the former, unless they are the same but for rounding.
    """
    kind = "gcps" if "gcps" in (now or {}) else "transform"
    if now is None or then is None:
        return then if now is None else now
    if kind not in then or not _close(now[kind], then[kind]):
        return now
    return then if now["crs"] is None or _same_map(now["crs"], then["crs"]) else now


def _close(some, others) -> bool:
    if isinstance(some, list):
        return len(some) == len(others) and all(_close(a, b) for a, b in zip(some, others, strict=True))
    return math.isclose(some, others, rel_tol=1e-9, abs_tol=1e-9)


def _same_map(crs, other) -> bool:
    if crs == other or other is None:
        return crs == other
    try:
        rasterio = import_rasterio()
        with rasterio.Env():  # which keeps PROJ's messages off the terminal
            return rasterio.crs.CRS.from_user_input(crs) == rasterio.crs.CRS.from_user_input(other)
    except ValueError:  # not installed, or no map that it knows
        return False


def for_rasterio(georeference: dict | None) -> dict:
    """The arguments with which rasterio.open writes a file at that place."""
    if not georeference:
        return {}
    rasterio = import_rasterio()
    try:
        with rasterio.Env():
            crs = rasterio.crs.CRS.from_user_input(georeference["crs"]) if georeference["crs"] else None
    except rasterio.errors.CRSError as error:
        raise InputError(f"the map '{georeference['crs'][:60]}' is unknown ({error})") from error
    if "gcps" in georeference:
        points = [
            rasterio.control.GroundControlPoint(row, column, x, y, z)
            for row, column, x, y, z in georeference["gcps"]
        ]
        return {"crs": crs, "gcps": points}
    return {"crs": crs, "transform": rasterio.Affine(*georeference["transform"])}


def moved(georeference: dict | None, top: int, left: int) -> dict | None:
    """The place of the part whose first pixel is (top, left)."""
    return _mapped(georeference, lambda r, c: (r - top, c - left), (1.0, 1.0), (top, left))


def scaled(georeference: dict | None, shape: Sequence[int], size: Sequence[int]) -> dict | None:
    """The place of a picture of `shape` (height, width) resampled to `size`."""
    y, x = shape[0] / size[0], shape[1] / size[1]
    return _mapped(georeference, lambda r, c: (r / y, c / x), (y, x), (0, 0))


def _mapped(georeference, point, step, first):
    if not georeference:
        return georeference
    if "gcps" in georeference:
        points = [[*point(row, column), *rest] for row, column, *rest in georeference["gcps"]]
        return {**georeference, "gcps": points}
    a, b, c, d, e, f = georeference["transform"]
    (y, x), (top, left) = step, first
    transform = [a * x, b * y, c + a * left + b * top, d * x, e * y, f + d * left + e * top]
    return {**georeference, "transform": transform}


def validated(georeference: Any) -> dict | None:
    """A georeference from a stranger's text. Raises ValueError unless it is one."""
    if georeference is None:
        return None
    if not isinstance(georeference, dict):
        raise ValueError("its place on the map is no object")
    crs = georeference.get("crs")
    rows = georeference.get("gcps", [georeference.get("transform")])
    length = 5 if "gcps" in georeference else 6
    if not (crs is None or isinstance(crs, str)) or not (
        isinstance(rows, list) and rows and all(_numbers(row, length) for row in rows)
    ):
        raise ValueError("its place on the map is no crs with six numbers, or with ground control points")
    if "gcps" in georeference:
        return {"crs": crs, "gcps": [[float(v) for v in row] for row in rows]}
    return {"crs": crs, "transform": [float(v) for v in rows[0]]}


def _numbers(row, length):
    return (
        isinstance(row, list)
        and len(row) == length
        and all(type(v) in (int, float) and math.isfinite(v) for v in row)
    )


def import_rasterio() -> ModuleType:
    try:
        import rasterio
        import rasterio.control
        import rasterio.crs
        import rasterio.windows
    except ImportError as error:
        raise InputError("GeoTIFF and 16-bit TIFF need rasterio: pip install 'hsi_inr_tf[geo]'") from error
    _keep_off_the_terminal()
    return rasterio


@cache
def _keep_off_the_terminal() -> None:
    """What GDAL says of a damaged file comes as an exception where it matters, and is a log's otherwise."""
    logging.getLogger("rasterio").addHandler(logging.NullHandler())
    others = sys.unraisablehook

    def hook(unraisable):
        # rasterio fails to log messages that are not UTF-8
        if unraisable.object != "rasterio._env.log_error":
            others(unraisable)

    sys.unraisablehook = hook


@contextmanager
def quiet_rasterio(rasterio: ModuleType) -> Iterator[None]:
    """Within, files without a place on the map are no reason for a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
        yield
