"""What all cube formats share: values as float32 or scaled uint16, and the text that carries what is known of
a cube.
"""

import json
import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from hsi_inr_tf.annotations import PathLike
from hsi_inr_tf.cubes.hyperspectral_image import HyperspectralImage
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.files.georeference import validated
from hsi_inr_tf.optics.camera import Camera

DTYPES = ("float32", "uint16")
UINT16_SCALE = 65535.0  # stored = round(value * scale)
# Bytes of a cube that is read into memory; a file that asks for more is refused before it is read.
LARGEST_CUBE = 8 << 30
EXPANSION = 1100  # times that a compressed file may grow: zlib reaches 1032
FREE = 64 << 20  # bytes of a cube that no file is asked to account for
ROUNDING = 1e-3  # beyond [0, 1] that uint16 clips without a word


@dataclass(frozen=True)
class Storage:
    """How the values of a cube are stored: as `dtype`, times `scale`; `missing` stands for the missing ones,
    and is None where there are none.
    """

    dtype: str
    scale: float
    missing: float | None

    @classmethod
    def of(cls, cube: Any, dtype: str) -> "Storage":
        """For a HyperspectralImage, which is looked through, or a Reconstruction, whose values are all there.

        Raises InputError where uint16 cannot hold them.
        """
        lacks, low, high = _looked_through(cube) if isinstance(cube, HyperspectralImage) else (False, 0, 0)
        if isinstance(cube, HyperspectralImage) and cube.half_widths:
            lacks = lacks or _looked_through(cube.half_widths)[0]
        if dtype == "float32":
            return cls(dtype, 1.0, np.nan if lacks else None)
        if high > 1 + ROUNDING:
            raise InputError(
                f"{cube.source} has values from {low:g} to {high:g}, expected 0 to 1 to be stored as uint16"
            )
        # the last code is taken from the scale only where it is needed
        return cls(dtype, UINT16_SCALE - 1, UINT16_SCALE) if lacks else cls(dtype, UINT16_SCALE, None)

    def parts(self, cube: Any) -> Iterator[tuple[slice, slice, np.ndarray]]:
        """The cube's parts (rows, columns, values [rows, columns, bands] as they are stored), which fill
        it.
        """
        for top, left, block in cube.blocks():
            yield slice(top, top + block.shape[0]), slice(left, left + block.shape[1]), self._stored(block)

    def _stored(self, block):
        if self.dtype == "float32":
            return block
        values = np.clip(block, 0.0, 1.0)  # the only copy: blocks are large
        values *= values.dtype.type(self.scale)
        np.round(values, out=values)
        if self.missing is not None:
            values = np.where(np.isfinite(block), values, self.missing)
        return values.astype(np.uint16)

    def write(self, cube: Any, file: Any) -> None:
        """The cube's values, pixel by pixel from where the binary `file` stands: each line of a part is
        written to its place.
        """
        start = file.tell()
        _, width, bands = cube.shape
        for rows, columns, values in self.parts(cube):
            for row, line in enumerate(values, start=rows.start):
                place = (row * width + columns.start) * bands
                file.seek(start + place * np.dtype(self.dtype).itemsize)
                file.write(np.ascontiguousarray(line))


def _looked_through(cube) -> tuple[bool, float, float]:
    """(whether a value is missing, the lowest, the highest of the others)."""
    lacks, lows, highs = False, [], []
    rows = max(1, (1 << 22) // max(1, cube.data[0].size))
    for top in range(0, cube.shape[0], rows):
        block = np.asarray(cube.data[top : top + rows], np.float32)
        there = np.isfinite(block)
        if not there.all():
            lacks, block = True, block[there]
        if block.size:
            lows.append(float(block.min()))
            highs.append(float(block.max()))
    return lacks, min(lows, default=0.0), max(highs, default=0.0)


def metadata(cube: Any, storage: Storage) -> str:
    """JSON of what is known of a cube besides its data and wavelengths. A Reconstruction knows all of it
    after its last block.
    """
    return json.dumps(
        {
            "camera": cube.camera.to_dict() if cube.camera else None,
            "provenance": cube.provenance,
            "georeference": cube.georeference,
            "widths": cube.widths,
            "scale": storage.scale,
        }
    )


def is_ours(text: Any) -> bool:
    """Whether a text that a file calls metadata is that of `metadata`, and no user's own."""
    try:
        return {"camera", "provenance", "scale"} <= set(json.loads(text))
    except (ValueError, TypeError, RecursionError):
        return False


def parsed_metadata(text: str | bytes | None, path: object) -> dict:
    """The fields of HyperspectralImage from `metadata`'s text; nothing is known where there is no text."""
    if not text:
        return {}
    try:
        fields = json.loads(text)
        camera = Camera.from_dict(fields["camera"]) if fields.get("camera") else None
        return {
            "camera": camera,
            "provenance": dict(fields.get("provenance") or {}),
            "georeference": validated(fields.get("georeference")),
            "widths": _validated_widths(fields.get("widths")),
        }
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        raise InputError(
            f"{path}: what it says of its camera and provenance cannot be read ({error})"
        ) from error


def _validated_widths(widths) -> list[float] | None:
    if widths is None:
        return None
    if not all(type(one) in (int, float) and 0 <= one < math.inf for one in widths):
        raise ValueError(f"widths of bands {widths}")
    return widths


def check_size(path: PathLike, shape: tuple[int, ...], itemsize: int = 4) -> None:
    """Raise InputError unless a file's `shape`, three axes of a cube, is that of one that may be read, and
    the file is long enough to hold it, however well compressed.
    """
    if check_memory(path, shape, itemsize) > FREE + EXPANSION * os.path.getsize(path):
        raise InputError(
            f"{path}: a cube of shape {tuple(shape)} cannot lie in its {os.path.getsize(path)} bytes"
        )


def check_memory(path: object, shape: tuple[int, ...], itemsize: int = 4) -> float:
    """The bytes of a cube of `shape` in memory. Raises InputError where it is none, or larger than may be."""
    if len(shape) != 3 or 0 in shape:
        raise InputError(f"{path}: its data has shape {tuple(shape)}, expected [height, width, bands]")
    size = np.prod([int(n) for n in shape], dtype=float) * max(itemsize, 4)
    if size > LARGEST_CUBE:
        raise InputError(
            f"{path}: a cube of shape {tuple(shape)} exceeds the {LARGEST_CUBE >> 30} GiB that are read "
            "at once"
        )
    return size
