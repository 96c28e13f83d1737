"""Readers of the files that datasets come in, each checked before it is believed: images, .mat v5 and v7.3, archives."""

import io
import zipfile
from pathlib import Path, PurePosixPath

import numpy as np

from hsi_inr_tf.errors import InputError


def members(root: Path) -> list[str]:
    """Paths of the files in a folder or .zip archive, relative to it."""
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
    """Pixels of an encoded image: uint8 or uint16, [h, w] or [h, w, channels]. `source` names it in errors."""
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

    Images of 16 bits are taken as they are; where all are of 8 bits (gray, or RGB(A) with equal channels) they are scaled by
    257, which loses nothing. InputError names the first image that differs from the others.
    """
    cube, depth = None, None
    for index, member in enumerate(bands):
        source = f"{root}: {member}"
        pixels = decode_image(read_member(root, member), source)
        if pixels.ndim == 3:
            if not all(np.array_equal(pixels[..., 0], pixels[..., c]) for c in range(1, min(3, pixels.shape[2]))):
                raise InputError(f"{source} is a colour image, expected one gray band")
            pixels = pixels[..., 0]
        if cube is None:
            size, depth = size or pixels.shape, pixels.dtype
            cube = np.empty((*size, len(bands)), np.uint16)
        if pixels.shape != tuple(size):
            raise InputError(f"{source} has {pixels.shape} pixels, expected {tuple(size)}")
        if pixels.dtype != depth:
            raise InputError(f"{source} has {8 * pixels.itemsize} bits, expected {8 * depth.itemsize} like the bands before it")
        cube[..., index] = pixels if depth == np.uint16 else pixels.astype(np.uint16) * 257
    return cube


def stem(member: str) -> str:
    return PurePosixPath(member).stem
