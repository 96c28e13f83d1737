"""Datasets by name: what every command's --dataset, --data-dir and --split mean."""

from pathlib import Path

from hsi_inr_tf.data import decoded, folder, splits
from hsi_inr_tf.data.scenes import Scenes
from hsi_inr_tf.errors import InputError


def open_scenes(
    dataset: str,
    data_dir: str | Path | None = None,
    split: str | None = None,
    *,
    allow_missing: bool = False,
    white: float | None = None,
) -> Scenes:
    """The scenes of a dataset, memory-mapped.

    `dataset`: "cave", "reflectance_collage", "nus/CAMERA", "ntire2018/clean", "arad_1k", as built by TFDS in
    `data_dir` (by default TFDS's own), or "folder:DIR" (see from_folder). `split`: None (all scenes), a split
    of the builder ("train" or "reflectance-collage:train") or a named one ("cave-22-10:test",
    "fold-0-of-5:train"). Scenes of it that are missing are an InputError that lists them, unless
    `allow_missing`. `white`: the cubes' value that stands for 1, of a folder that does not say it.
    """
    if data_dir is None:
        data_dir = decoded.default_data_dir()

    own = f"{dataset.partition('/')[0].replace('_', '-')}:"
    if split and split.startswith(own):
        split = split.removeprefix(own)
    if split in splits.TABLE:
        parts = ", ".join(f"{split}:{part}" for part in splits.TABLE[split])
        raise InputError(f"split {split} names several sets of scenes, expected one of {parts}")
    named = split if split and ":" in split else None
    if named:
        splits.scene_names(named)  # an unknown name is told at once
    own_split = None if named else split
    if dataset.startswith("folder:"):
        scenes = folder.from_folder(dataset.removeprefix("folder:"), data_dir, own_split, white)
    elif white is not None:
        raise InputError(
            f"dataset {dataset} says itself what stands for 1, expected --white with folder:DIR only"
        )
    else:
        scenes = decoded.read(decoded.version_folder(dataset, data_dir), [own_split] if own_split else None)
    if named:
        wanted = splits.scene_names(named, scenes.names)
        scenes = scenes.select(
            splits.names_present(wanted, scenes.names, f"split {named} of {dataset}", allow_missing)
        )
    return scenes
