"""The pictures that a person names, one by one or by their folder; what is left out is said."""

import sys
from collections.abc import Iterable
from pathlib import Path

from hsi_inr_tf.annotations import PathLike
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.pictures.kinds import RAW_SUFFIXES, SUFFIXES, is_litter


def find_images(paths: Iterable[PathLike]) -> list[Path]:
    """The files among `paths`, and the pictures in the folders among them, sorted by name.

    What of a folder is left out, other files, subfolders that hold pictures and raw data beside a picture of
    the same name, is said on standard error. Raises InputError.
    """
    found = []
    for path in map(Path, paths):
        if path.is_dir():
            found += _in_folder(path)
        elif path.is_file():
            found.append(path)
        else:
            raise InputError(f"{path}: no such file or folder")
    return found


def _in_folder(folder) -> list[Path]:
    entries = sorted(path for path in folder.iterdir() if not is_litter(path.name))
    pictures = [path for path in entries if path.is_file() and path.suffix.lower() in SUFFIXES]
    developed = {path.stem for path in pictures if path.suffix.lower() not in RAW_SUFFIXES}
    twice = [path for path in pictures if path.suffix.lower() in RAW_SUFFIXES and path.stem in developed]
    others = [path for path in entries if path.is_file() and path not in pictures]
    nested = [path for path in entries if path.is_dir() and _holds_pictures(path)]
    if not pictures:
        where = f" (its subfolders hold some: {_some(nested)})" if nested else ""
        raise InputError(
            f"{folder}: no pictures in this folder{where}, expected files ending in {' '.join(SUFFIXES)}"
        )
    for what, names in (
        ("no pictures", others),
        ("subfolders, of which the pictures are read where they are named themselves", nested),
        ("raw data beside pictures of the same name", twice),
    ):
        if names:
            print(f"note: {folder}: left out {_some(names)}: {what}", file=sys.stderr)
    return [path for path in pictures if path not in twice]


def _holds_pictures(folder) -> bool:
    try:
        return any(path.suffix.lower() in SUFFIXES and not is_litter(path.name) for path in folder.iterdir())
    except OSError:  # may not be searched
        return False


def _some(paths) -> str:
    names = [path.name for path in paths]
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
