"""Datasets by name: what every command's --dataset, --data-dir and --split mean."""

from pathlib import Path

from hsi_inr_tf.data import decoded, splits
from hsi_inr_tf.data.scenes import Scenes


def open_scenes(dataset: str, data_dir: str | Path | None = None, split: str | None = None, *, allow_missing: bool = False,
                cache: bool = False) -> Scenes:
    """The scenes of a dataset, memory-mapped (or held in memory with `cache`).

    `dataset`: "cave", "reflectance_collage", "nus/CAMERA", "ntire2018/clean", "arad_1k", as built by TFDS in `data_dir` (by
    default TFDS's own).  `split`: None (all scenes), a split of the builder ("train", or "reflectance-collage:train") or a named
    one ("cave-22-10:test"); scenes of it that are missing are an InputError that lists them, unless `allow_missing`.
    """
    if data_dir is None:
        from tensorflow_datasets.core import constants

        data_dir = constants.DATA_DIR

    own = f"{dataset.partition('/')[0].replace('_', '-')}:"
    if split and split.startswith(own):
        split = split.removeprefix(own)
    named = split is not None and ":" in split
    wanted = splits.scene_names(split) if named else ()
    scenes = decoded.read(decoded.version_folder(dataset, data_dir), [split] if split and not named else None)
    if named:
        scenes = scenes.select(splits.present(wanted, scenes.names, f"split {split} of {dataset}", allow_missing))
    return scenes.cached() if cache else scenes
