"""hsi-inr train: train a model, or go on with a run that was interrupted."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from hsi_inr_tf.training.config import TrainConfig


@dataclass(frozen=True)
class Options(TrainConfig):
    config: Path | None = None
    """The config.json of a run: its settings hold where no flag says otherwise. Alone, it goes on with that
    run.
    """


def run(options: Options) -> None:
    """Train a model on a dataset. The same command goes on with a run that was interrupted."""
    from hsi_inr_tf.data.datasets import together
    from hsi_inr_tf.training import train
    from hsi_inr_tf.training.parts import part_names

    folder = train(_settings(options, TrainConfig))
    dataset, *_ = together(options.dataset)
    print(f"trained:  {folder}")
    flags = {
        "dataset": dataset,
        "data-dir": options.data_dir,
        "split": part_names(options)[1] or "NAME:PART",
    }
    said = " ".join(f"--{name} {value}" for name, value in flags.items() if value)
    print(f"score it: hsi-inr evaluate {folder} {said}")
    print(f"use it:   hsi-inr reconstruct IMAGE --model {folder} --out FILE")


def from_file(argv: Sequence[str] | None) -> Options | None:
    """The settings in the file that --config names."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--config", type=Path)
    path = parser.parse_known_args(argv)[0].config
    if path is None:
        return None
    return _settings(TrainConfig.read(path), Options)


def _settings(of, kind):
    return kind(**{field.name: getattr(of, field.name) for field in fields(TrainConfig)})
