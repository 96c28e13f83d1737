"""Which scenes a run trains on and which choose its best weights."""

from dataclasses import replace
from pathlib import Path

from hsi_inr_tf import data
from hsi_inr_tf.data import Mixture, Scenes, splits
from hsi_inr_tf.data.datasets import known, together
from hsi_inr_tf.data.patches import CROPS_PER_SCENE, scene_of_group
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.training.config import TrainConfig
from hsi_inr_tf.training.run_folder import RunFolder


def open_parts(config: TrainConfig) -> tuple[Mixture, Scenes | None]:
    """The scenes to train on and those to validate on, if the split has any: of several data sets the first
    that has.
    """
    opened = [_open_parts(single) for single in singly(config)]
    mixture = Mixture.of(together(config.dataset), [training for training, _ in opened], config.shares)
    return mixture, next((held_out for _, held_out in opened if held_out is not None), None)


def singly(config: TrainConfig) -> list[TrainConfig]:
    """The configuration for each of the data sets alone."""
    datasets, named = together(config.dataset), (config.split or "").split("+")
    if len(named) > len(datasets):
        raise InputError(f"--split {config.split} names {len(named)} splits for {len(datasets)} datasets")
    named += [""] * (len(datasets) - len(named))
    return [
        replace(
            config,
            dataset=dataset,
            split=split or None,
            validation_split=None if number else config.validation_split,
            white=config.white if len(datasets) == 1 or dataset.startswith("folder:") else None,
            shares=(),
        )
        for number, (dataset, split) in enumerate(zip(datasets, named, strict=True))
    ]


def _open_parts(config) -> tuple[Scenes, Scenes | None]:
    training, validation = part_names(config)
    chosen = config.split or config.validation_split
    if not chosen and config.dataset.startswith("folder:"):
        # A plain folder just trains: it validates only if it has a part for that.
        parts = data.folder.parts_of(config.dataset.removeprefix("folder:"))
        validation = validation if validation in parts else None

    return _open(config, training), _open(config, validation) if validation else None


def _open(config, part) -> Scenes:
    return data.open_scenes(
        config.dataset, config.data_dir, part, allow_missing=config.allow_missing, white=config.white
    )


def part_names(config: TrainConfig) -> tuple[str, str | None]:
    """What `open_scenes` is asked for, for training and, if there is such a part, for validation; of several
    data sets for the first.
    """
    config = singly(config)[0]
    split, held_out = config.split, None
    if split is None:
        dataset = known(config.dataset)
        split, held_out = dataset.training, dataset.validation
    if split in splits.TABLE or split.startswith("fold-"):
        if "validation" in splits.TABLE.get(split, ("validation",)):
            held_out = f"{split}:validation"
        split = f"{split}:train"
    return split, config.validation_split or held_out


def held_out(config: TrainConfig) -> str | None:
    """The scenes of a run's split that it was not trained on: what it validated on or, of a run on
    "NAME:train", NAME's part "validation".
    """
    _, validation = part_names(config)
    name, _, part = (singly(config)[0].split or "").partition(":")
    if validation is None and part == "train" and "validation" in splits.TABLE.get(name, ()):
        return f"{name}:validation"
    return validation


def open_fold(run: Path, data_dir: Path | None = None) -> tuple[Scenes, Scenes, str]:
    """What a run folder was trained on, what it held out, and the name of that part, of several data sets of
    the first; InputError for a run that held nothing out.
    """
    config = singly(replace(TrainConfig.read(RunFolder(run).config), data_dir=data_dir))[0]
    part = held_out(config)
    if part is None:
        raise InputError(
            f"{run}: its split {config.split} holds no scenes out, expected one with a part validation"
        )
    return _open(config, part_names(config)[0]), _open(config, part), part


def scenes_of_batch(mixture: Mixture, config: TrainConfig, number: int) -> list[str]:
    """The names of the scenes that batch `number` (from 0) was cut from."""
    scenes = mixture.parts[mixture.part_of(config.seed, number)]
    groups = -(-config.batch_size // CROPS_PER_SCENE)
    numbers = (scene_of_group(len(scenes), config.seed, number * groups + group) for group in range(groups))
    return list(dict.fromkeys(scenes.names[number] for number in numbers))
