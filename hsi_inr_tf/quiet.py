"""Keeping what TensorFlow's native code says at every start, and in every conversion, off the terminal."""

import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.machinery import PathFinder, SourceFileLoader
from pathlib import Path

# The file descriptor belongs to all threads: two that exchange it at once would not both give it back.
_ONE_AT_A_TIME = threading.RLock()

LEVEL = "TF_CPP_MIN_LOG_LEVEL"


@contextmanager
def quietly() -> Iterator[None]:
    """Hold back what is written to file descriptor 2, native code's standard error; it is shown after all if
    the block fails.

    With TF_CPP_MIN_LOG_LEVEL at 0 or 1, all is shown as it comes.
    """
    if os.environ.get(LEVEL) in ("0", "1"):
        yield
        return
    with _ONE_AT_A_TIME, tempfile.TemporaryFile() as held:
        sys.stderr.flush()
        terminal = os.dup(2)
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException:
            held.seek(0)
            os.write(terminal, held.read())
            raise
        finally:
            sys.stderr.flush()
            os.dup2(terminal, 2)
            os.close(terminal)


def quiet_tensorflow() -> None:
    """Let TensorFlow start without messages in this process and its children, unless TF_CPP_MIN_LOG_LEVEL is
    set and asks for them.

    To be called before TensorFlow is imported; it is not imported here.
    """
    # Level 3 also hides errors that native code logs besides raising them. TensorFlow counts a missing GPU
    # driver among them, which is none where there is no GPU.
    os.environ.setdefault(LEVEL, "2" if Path("/proc/driver/nvidia").exists() else "3")
    if _Finder not in sys.meta_path:
        sys.meta_path.insert(0, _Finder)


class _Finder:
    """Finds TensorFlow alone. While it is loaded it writes messages before it has read the level that it is
    to keep to.
    """

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name != "tensorflow":
            return None
        spec = PathFinder.find_spec(name)
        if spec is not None:
            spec.loader = _Loader(name, spec.origin)
        return spec


class _Loader(SourceFileLoader):
    def exec_module(self, module):
        with quietly():
            super().exec_module(module)
