"""What all cube formats share: values as float32 or scaled uint16, and the text that carries what is known of
a cube.
"""

import json
from collections.abc import Iterator

import numpy as np

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.optics.camera import Camera

DTYPES = ("float32", "uint16")
UINT16_SCALE = 65535.0  # stored = round(value * scale)
# Bytes of a cube that is read into memory; a file that asks for more is refused before it is read.
LARGEST_CUBE = 8 << 30


def stored(cube, dtype: str) -> Iterator[tuple[slice, slice, np.ndarray]]:
    """The cube's parts (rows, columns, values [rows, columns, bands] as they are stored), which fill it."""
    for top, left, block in cube.blocks():
        values = (
            block
            if dtype == "float32"
            else np.round(np.clip(block, 0.0, 1.0) * UINT16_SCALE).astype(np.uint16)
        )
        yield slice(top, top + block.shape[0]), slice(left, left + block.shape[1]), values


def write_values(cube, file, dtype: str) -> None:
    """The cube's values, pixel by pixel from where the binary `file` stands: each line of a part is written
    to its place.
    """
    start = file.tell()
    _, width, bands = cube.shape
    for rows, columns, values in stored(cube, dtype):
        for row, line in enumerate(values, start=rows.start):
            file.seek(start + (row * width + columns.start) * bands * np.dtype(dtype).itemsize)
            file.write(np.ascontiguousarray(line))


def scale_of(dtype: str) -> float:
    """What stored values are divided by."""
    return UINT16_SCALE if dtype == "uint16" else 1.0


def metadata(cube, dtype: str) -> str:
    """JSON of what is known of a cube besides its data and wavelengths. A Reconstruction knows all of it
    after its last block.
    """
    return json.dumps(
        {
            "camera": cube.camera.to_dict() if cube.camera else None,
            "provenance": cube.provenance,
            "georeference": cube.georeference,
            "scale": scale_of(dtype),
        }
    )


def parsed(text, path) -> dict:
    """The fields of HyperspectralImage from `metadata`'s text; nothing is known where there is no text."""
    if not text:
        return {}
    try:
        fields = json.loads(text)
        camera = Camera.from_dict(fields["camera"]) if fields.get("camera") else None
        return {
            "camera": camera,
            "provenance": dict(fields.get("provenance") or {}),
            "georeference": fields.get("georeference"),
        }
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputError(
            f"{path}: what it says of its camera and provenance cannot be read ({error})"
        ) from error


def check_size(path, shape, itemsize: int = 4) -> None:
    """Raise InputError unless a file's `shape` [height, width, bands] is that of a cube that may be read."""
    if len(shape) != 3 or 0 in shape:
        raise InputError(f"{path}: its data has shape {tuple(shape)}, expected [height, width, bands]")
    if np.prod([int(n) for n in shape], dtype=float) * max(itemsize, 4) > LARGEST_CUBE:
        raise InputError(
            f"{path}: a cube of shape {tuple(shape)} exceeds the {LARGEST_CUBE >> 30} GiB that are read "
            "at once"
        )
