"""Replacing a file whole: what was there stays until its successor is complete."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from hsi_inr_tf.errors import InputError

PARTIAL = ".partial-"  # how the names of files begin that are being written


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path beside `path` to write to, renamed to it at the end; removed if writing fails, leaving
    `path` as it was.

    The folder is made where it is missing. A full disk ends in InputError.
    """
    temporary = path.with_name(f"{PARTIAL}{os.getpid()}-{path.name}")  # some writers insist on the ending
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        os.replace(temporary, path)
    except OSError as error:
        raise InputError(f"{path} cannot be written ({_line(error)})") from error
    finally:
        with suppress(OSError):  # there is none, or no folder that it could be in
            temporary.unlink()


@contextmanager
def room_for(path: Path, needed: int) -> Iterator[None]:
    """Within, HDF5 or GDAL may write `needed` bytes at `path`. A full disk is an OSError, where they fail
    untidily themselves, on closing.
    """
    free = shutil.disk_usage(path.parent).free
    if free < needed:
        raise OSError(
            errno.ENOSPC, f"no space left: {free / 2**20:.0f} MiB free, {needed / 2**20:.0f} MiB needed"
        )
    try:
        yield
    except RuntimeError as error:  # HDF5 meets a full disk with either
        raise OSError(str(error)) from error


def _line(error) -> str:
    return error.strerror or " ".join(str(error).split())[:200]
