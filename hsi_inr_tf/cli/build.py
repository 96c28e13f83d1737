"""Building a dataset, from a checkout or from an installed copy."""

import fcntl
import io
import os
from contextlib import contextmanager, redirect_stdout, suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Annotated

import tyro

from hsi_inr_tf.data.datasets import DATASETS
from hsi_inr_tf.errors import InputError, first_line
from hsi_inr_tf.files import remove


@dataclass(frozen=True)
class Options:
    dataset: Annotated[str, tyro.conf.Positional]
    """cave, nus/CAMERA, ntire2018/clean, ntire2018/real_world, arad_1k or reflectance_collage."""
    manual_dir: Path | None = None
    """Where the files lie that you got yourself; each builder says which it wants."""
    data_dir: Path | None = None
    """Where to write it; by default TFDS's own place."""


def run(options: Options) -> None:
    """Build a dataset, as `tfds build` does."""
    if options.manual_dir is not None and not options.manual_dir.is_dir():
        raise InputError(f"--manual-dir {options.manual_dir} is no folder")
    print(f"built {build_dataset(options.dataset, options.data_dir, options.manual_dir)}")


def build_dataset(dataset: str, data_dir: Path | None = None, manual_dir: Path | None = None) -> Path:
    """Build "name" or "name/config", unless it is there, and return its folder. Raises InputError."""
    name, _, config = dataset.partition("/")
    if name not in DATASETS:
        raise InputError(f"no dataset '{name}', expected one of {', '.join(DATASETS)}")
    import tensorflow_datasets as tfds

    builder_class = import_module(f"tfds_builders.{name}.{name}_dataset_builder").Builder
    known = [one.name for one in builder_class.BUILDER_CONFIGS]
    if config and config not in known:
        raise InputError(
            f"dataset {name} has no configuration '{config}', expected one of {', '.join(known)}"
        )
    builder = builder_class(data_dir=data_dir, config=config or None)
    version = Path(builder.data_dir)
    root = version.parents[builder.info.full_name.count("/")]
    settings = root / name / ".config"  # TFDS's own, of datasets with configurations
    is_new = not settings.exists()
    absent = [folder for folder in _folders(root, version) if not folder.exists()]
    version.parent.mkdir(parents=True, exist_ok=True)
    try:
        with _alone_in(version), redirect_stdout(io.StringIO()):  # TFDS's account of what it is about to do
            builder.download_and_prepare(download_config=tfds.download.DownloadConfig(manual_dir=manual_dir))
    except Exception as error:
        if is_new:
            remove(settings)
        for folder in absent:
            with suppress(OSError):  # it was not made, or holds something
                folder.rmdir()
        raise _input_error(error) from error
    return version


@contextmanager
def _alone_in(version: Path):
    """Within, no other process builds this dataset; what it or a killed one has not completed is removed."""
    lock = os.open(version.parent, os.O_RDONLY)
    try:
        try:
            fcntl.flock(
                lock, fcntl.LOCK_EX | fcntl.LOCK_NB
            )  # the system gives it back, however a process ends
        except BlockingIOError as error:
            raise InputError(f"{version} is being built by another process") from error
        _remove_incomplete(version)
        yield
    finally:
        _remove_incomplete(version)
        os.close(lock)


def _remove_incomplete(version: Path) -> None:
    for left in version.parent.glob(f"incomplete.*_{version.name}"):  # as TFDS calls them
        remove(left)


def _folders(root: Path, version: Path) -> list[Path]:
    """Where TFDS puts folders below its `root` and above the dataset's `version`, the deepest first."""
    downloads = root / "downloads"
    above = [folder for folder in version.parents if folder.is_relative_to(root)]
    return [*(downloads / name for name in ("extracted", "manual")), downloads, *above, *root.parents]


def _input_error(error: BaseException) -> BaseException:
    """The InputError that TFDS wrapped on its way, or the error itself where there is none."""
    inner: BaseException | None = error
    while inner is not None and not isinstance(inner, InputError):
        inner = inner.__cause__ or inner.__context__
    if inner is None and isinstance(error, AssertionError):  # how TFDS says that the manual folder is missing
        return InputError(first_line(error).partition(" Create it")[0])
    return inner or error
