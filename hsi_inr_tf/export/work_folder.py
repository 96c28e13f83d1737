"""Where an exported model is made before it takes its place."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from hsi_inr_tf.errors import InputError


@contextmanager
def work_folder(path: Path) -> Iterator[Path]:
    """A temporary folder beside `path`, on the same disk; the folders above are made. InputError where
    nothing can be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=f".{path.name}-", dir=path.parent) as folder:
            yield Path(folder)
    except OSError as error:
        raise InputError(f"{path} cannot be written ({error.strerror or error})") from error
