"""Building a dataset, from a checkout or from an installed copy."""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Annotated

import tyro

from hsi_inr_tf.data.datasets import DATASETS
from hsi_inr_tf.errors import InputError


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
    try:
        builder.download_and_prepare(download_config=tfds.download.DownloadConfig(manual_dir=manual_dir))
    except Exception as error:
        raise _input_error(error) from error
    return Path(builder.data_dir)


def _input_error(error: BaseException) -> BaseException:
    """The InputError that TFDS wrapped on its way, or the error itself where there is none."""
    inner: BaseException | None = error
    while inner is not None and not isinstance(inner, InputError):
        inner = inner.__cause__ or inner.__context__
    return inner or error
