"""Readers of the files that datasets come in, each checked before it is believed: images, .mat v5 and v7.3,
archives.
"""

import io
import math
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from hsi_inr_tf.cubes import mat5
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.files.hdf5 import check_self_contained
from hsi_inr_tf.pictures.kinds import is_litter

SLAB = 16 << 20  # bytes that are read at once of a large variable
# Values of variables that are read whole: of one that is no picture, and of one that is.
SMALL, LARGE = (1 << 20, 1 << 28)
LARGEST_PIXELS = 1 << 28  # of a scene; a damaged header that asks for more is refused before memory is taken


def members(root: Path) -> list[str]:
    """Paths of the files in a folder or .zip archive, relative to it, but for the litter of systems."""
    return [member for member in _members(root) if not any(map(is_litter, member.split("/")))]


def _members(root):
    if Path(root).is_dir():
        return sorted(path.relative_to(root).as_posix() for path in Path(root).rglob("*") if path.is_file())
    try:
        with zipfile.ZipFile(root) as archive:
            return sorted(name for name in archive.namelist() if not name.endswith("/"))
    except (OSError, zipfile.BadZipFile) as error:
        raise InputError(f"{root} is not a readable .zip archive ({error})") from error


def read_member(root: Path, member: str) -> bytes:
    """The bytes of one file of a folder or .zip archive."""
    try:
        if Path(root).is_dir():
            return (Path(root) / member).read_bytes()
        with zipfile.ZipFile(root) as archive:
            return archive.read(member)
    except (OSError, zipfile.BadZipFile, EOFError) as error:
        raise InputError(f"{root}: {member} cannot be read ({error})") from error


def decode_image(data: bytes, source: str) -> np.ndarray:
    """Pixels of an encoded image: uint8 or uint16, [h, w] or [h, w, channels]. `source` names it in
    errors.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data)) as image:
            pixels = np.asarray(image)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise InputError(f"{source} is not a readable image ({error})") from error
    return pixels.astype(np.uint16) if pixels.dtype == np.int32 else pixels


def decode_rgb(data: bytes, source: str) -> np.ndarray:
    """Pixels of an RGB image, uint8 [h, w, 3]."""
    pixels = decode_image(data, source)
    if pixels.dtype != np.uint8 or pixels.shape[2:] != (3,):
        raise InputError(f"{source} holds {pixels.dtype} {pixels.shape}, expected an 8-bit RGB image")
    return pixels


def band_images(root: Path, bands: list[str], size: tuple[int, int] | None = None) -> np.ndarray:
    """A cube [h, w, bands] uint16 from gray images of one band each, in order.

    Images of 16 bits are taken as they are; where all are of 8 bits (gray, or RGB(A) with equal channels)
    they are scaled by 257, which loses nothing. InputError names the first image that differs from the
    others.
    """
    cube, depth = np.empty(0, np.uint16), np.dtype(np.uint16)
    for index, member in enumerate(bands):
        source = f"{root}: {member}"
        pixels = decode_image(read_member(root, member), source)
        if pixels.ndim == 3:
            if not all(
                np.array_equal(pixels[..., 0], pixels[..., c]) for c in range(1, min(3, pixels.shape[2]))
            ):
                raise InputError(f"{source} is a colour image, expected one gray band")
            pixels = pixels[..., 0]
        if index == 0:
            depth = pixels.dtype
            cube = np.empty((*(size or pixels.shape), len(bands)), np.uint16)
        if pixels.shape != cube.shape[:2]:
            raise InputError(f"{source} has {pixels.shape} pixels, expected {cube.shape[:2]}")
        if pixels.dtype != depth:
            raise InputError(
                f"{source} has {8 * pixels.itemsize} bits, expected {8 * depth.itemsize} like the bands "
                "before it"
            )
        cube[..., index] = pixels if depth == np.uint16 else pixels.astype(np.uint16) * 257
    return cube


def mat_variable(path: Path, key: str, largest: int, dtype: Any = np.float32) -> np.ndarray:
    """The whole variable `key` of a MATLAB file, v5 or v7.3, in MATLAB's order of axes, as `dtype`.

    With more than `largest` elements, which its header says, it is refused before memory is taken.
    """
    import h5py

    def checked(shape):
        if math.prod(shape) > largest:
            raise InputError(f"{path}: {key} has shape {tuple(shape)}, expected at most {largest} values")

    try:
        if h5py.is_hdf5(path):
            check_self_contained(path)
            with h5py.File(path, "r") as file:
                data = _dataset(file, path, key)
                checked(data.shape)
                return data[()].T.astype(dtype)
        found = {name: v for name, v in mat5.variables(Path(path)).items() if v.is_numeric()}
        if key not in found:
            raise InputError(f"{path} has no variable '{key}', only {', '.join(found) or 'none'}")
        checked(found[key].shape)
        return np.asarray(found[key].numbers(), dtype)
    except InputError:
        raise
    except Exception as error:  # zlib, struct and h5py raise nearly anything on damaged files
        raise InputError(
            f"{path} cannot be read as a MATLAB file ({_line(error)}): is it complete?"
        ) from error


def hdf5_cube(
    path: Path, key: str, bands: int, dtype: Any = np.float32, scale: float = 1.0, limit: float = 1.0
) -> np.ndarray:
    """A cube [rows, columns, bands] = variable [bands, columns, rows] of a .mat v7.3 times `scale`, read slab
    by slab.

    InputError where the file, the variable, its shape or its values (finite, from 0 to `limit`) are not as
    they should be.
    """
    import h5py

    check_self_contained(path)
    try:
        with h5py.File(path, "r") as file:
            data = _dataset(file, path, key)
            if (
                data.ndim != 3
                or data.shape[0] != bands
                or not 0 < data.shape[1] * data.shape[2] <= LARGEST_PIXELS
            ):
                raise InputError(f"{path}: {key} has shape {data.shape}, expected [{bands}, columns, rows]")
            _, columns, rows = data.shape
            cube = np.empty((rows, columns, bands), dtype)
            for window in _slabs(data):
                slab = data[window]
                check_values(slab, path, key, limit)
                slab = slab * scale
                cube.T[window] = np.round(slab) if np.issubdtype(dtype, np.integer) else slab
            return cube
    except (OSError, RuntimeError, KeyError, ValueError, TypeError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            f"{path} cannot be read as a MATLAB v7.3 file ({_line(error)}): is it complete?"
        ) from error


def _slabs(data):
    """Windows that cover a dataset, cut across the axis along which it is stored in most pieces, so that none
    is read twice.
    """
    pieces = data.chunks or (1, *data.shape[1:])
    axis = int(np.argmax(np.array(data.shape) / pieces))
    step = pieces[axis] * max(1, SLAB * data.shape[axis] // (data.size * data.dtype.itemsize * pieces[axis]))
    for start in range(0, data.shape[axis], step):
        yield tuple(np.s_[start : start + step] if a == axis else np.s_[:] for a in range(data.ndim))


def _dataset(file, path, key):
    import h5py

    if not isinstance(file.get(key), h5py.Dataset):
        raise InputError(f"{path} has no variable '{key}', only {', '.join(file) or 'none'}")
    return file[key]


def check_values(
    values: np.ndarray, path: Path, key: str, limit: float = np.inf, lowest: float = 0.0
) -> None:
    """InputError unless all values are finite and from `lowest` to `limit`."""
    low, high = float(values.min()), float(values.max())  # a NaN anywhere makes both NaN
    if not np.isfinite(low) or not np.isfinite(high):
        raise InputError(
            f"{path}: {key} holds values that are not finite, expected numbers from {lowest:g} to {limit:g}"
        )
    if low < lowest or high > limit:
        raise InputError(f"{path}: {key} ranges from {low:g} to {high:g}, expected {lowest:g} to {limit:g}")


def check_wavelengths(found: Any, path: Path, key: str, expected: Sequence[float]) -> None:
    """InputError unless a file's own list of wavelengths is the expected one (nm)."""
    found = np.ravel(found)
    if found.shape != (len(expected),) or not np.allclose(found, expected, atol=0.5):
        shown = ", ".join(f"{value:g}" for value in found[:3])
        wanted = f"{len(expected)} from {expected[0]} to {expected[-1]} nm"
        raise InputError(f"{path}: {key} lists {found.size} wavelengths ({shown}, ..), expected {wanted}")


def check_pair(rgb: np.ndarray, cube: np.ndarray, rgb_path: object, cube_path: object) -> None:
    """InputError unless an RGB image and a cube are of the same height and width."""
    if rgb.shape[:2] != cube.shape[:2]:
        raise InputError(
            f"{rgb_path} has {rgb.shape[:2]} pixels, its cube {cube_path} has {cube.shape[:2]}: expected "
            "the same"
        )


def _line(error) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
