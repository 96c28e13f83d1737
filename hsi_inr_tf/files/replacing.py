"""Replacing files and folders whole: what was there stays until its successor is complete."""

import ctypes
import errno
import os
import shutil
import socket
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from hsi_inr_tf.errors import InputError, first_line

PARTIAL = ".partial-"  # how the names of files and folders begin that are being written
LONGEST = 100  # characters of a name that its temporary one repeats


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path beside `path` to write to, renamed to it at the end; removed if writing fails, leaving
    `path` as it was.

    The folder is made where it is missing, and removed again if writing fails. What a killed process left of
    the same file is removed. A full disk ends in InputError.
    """
    with replacing_all(path) as (temporary,):
        yield temporary


@contextmanager
def replacing_all(*paths: Path) -> Iterator[tuple[Path, ...]]:
    """The same for files that belong together: all are renamed, one after the other, once all are written."""
    temporaries = tuple(temporary_name(path) for path in paths)
    path = paths[0]
    try:
        with _folders_of(*paths):
            for path, temporary in zip(paths, temporaries, strict=True):
                remove_left(path)
                if path.is_dir():
                    raise IsADirectoryError(errno.EISDIR, "it is a folder, expected a file", str(path))
                _check_writable(path.parent)
                with suppress(OSError):
                    temporary.unlink()
            yield temporaries
            for path, temporary in zip(paths, temporaries, strict=True):
                os.replace(temporary, path)
    except OSError as error:
        raise InputError(f"{path} cannot be written ({reason(error)})") from error
    finally:
        for temporary in temporaries:
            with suppress(OSError):  # there is none, or no folder that it could be in
                temporary.unlink()


@contextmanager
def replacing_folder(path: Path) -> Iterator[Path]:
    """A temporary folder beside `path` to fill, which at the end takes its place in one step; removed if that
    fails, leaving `path` as it was. InputError.
    """
    with work_folder(path, ".new") as work:
        new = work / "new"
        new.mkdir()
        yield new
        try:
            new.rename(path)  # where there is none, or an empty one
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
            exchange(new, path)  # the old one goes with the work folder


@contextmanager
def work_folder(path: Path, ending: str = ".work") -> Iterator[Path]:
    """A temporary folder beside `path`, on the same disk; the folders above are made, and removed again if
    the block fails. InputError where nothing can be written.
    """
    work = path.with_name(f"{path.name}{ending}")
    folder = temporary_name(work)
    try:
        with _folders_of(path):
            remove_left(work)
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            yield folder
    except InputError:
        raise
    except OSError as error:
        raise InputError(f"{path} cannot be written ({reason(error)})") from error
    except Exception as error:
        if type(error).__module__.partition(".")[0] != "tensorflow":  # whose errors are not the system's
            raise
        raise InputError(f"{path} cannot be written ({first_line(error)[:200]})") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def exchange(one: Path, other: Path) -> None:
    """Let two folders of a disk change their names, in one step where the system can (Linux), so that at any
    moment a whole one has each name.
    """
    at_cwd, flag = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is not None:
        if not rename(at_cwd, os.fsencode(one), at_cwd, os.fsencode(other), flag):
            return
        code = ctypes.get_errno()
        if code not in (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP):  # of disks that cannot
            raise OSError(code, os.strerror(code), str(other))
    aside = one.with_name(f"{one.name}-replaced")
    os.replace(other, aside)
    try:
        os.replace(one, other)
    except OSError:
        os.replace(aside, other)
        raise
    os.replace(aside, one)


def temporary_name(path: Path) -> Path:
    """Where this process writes what is to become `path`: beside it, with its ending, on which some writers
    insist.
    """
    return path.with_name(f"{PARTIAL}{_host()}-{os.getpid()}-{_short(path.name)}")


def remove_left(path: Path) -> None:
    """Remove what processes of this machine that are no more left when they were writing `path`."""
    with suppress(OSError):
        for left in path.parent.iterdir():
            host, _, rest = left.name.removeprefix(PARTIAL).partition("-")
            pid, _, name = rest.partition("-")
            ours = left.name.startswith(PARTIAL) and host == _host() and name == _short(path.name)
            if ours and pid.isdecimal() and not _lives(int(pid)):
                remove(left)


def remove(path: Path) -> None:
    """Remove a file or a folder with all that is in it, if it can be."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()


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


@contextmanager
def _folders_of(*paths: Path) -> Iterator[None]:
    """Make the folders that `paths` lie in; those that were made are removed if the block fails."""
    made: list[Path] = []
    try:
        for path in paths:
            missing = path.parent
            while not missing.exists():
                made.append(missing)
                missing = missing.parent
            path.parent.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        for folder in sorted(made, key=lambda one: len(one.parts), reverse=True):
            with suppress(OSError):  # it holds something by now
                for left in folder.glob(f"{PARTIAL}{_host()}-{os.getpid()}-*"):
                    remove(left)
                folder.rmdir()
        raise


def _check_writable(folder):
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))


def _lives(pid) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def _host() -> str:
    return f"{zlib.crc32(socket.gethostname().encode('utf-8', 'replace')):08x}"


def _short(name: str) -> str:
    """A name that leaves room for what goes before it, of 255 bytes."""
    return name if len(name) <= LONGEST else f"{zlib.crc32(os.fsencode(name)):08x}{name[-LONGEST // 2 :]}"


def reason(error: OSError) -> str:
    """What the system says, in a line."""
    return error.strerror or " ".join(str(error).split())[:200]
