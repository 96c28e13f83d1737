"""Scenes of a built TFDS dataset, decoded once into .npy files that are memory-mapped from then on."""

import json
import os
from pathlib import Path

import numpy as np

from hsi_inr_tf.data.datasets import DATASETS, spelt
from hsi_inr_tf.data.scenes import Scenes
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.files import replacing, write_text
from hsi_inr_tf.optics import Camera

FOLDER = "decoded"  # inside the version's folder, so that it goes when the version goes


def default_data_dir() -> Path:
    """Where TFDS keeps datasets unless told otherwise: $TFDS_DATA_DIR or ~/tensorflow_datasets."""
    return Path(os.environ.get("TFDS_DATA_DIR", "~/tensorflow_datasets")).expanduser()


def version_folder(dataset: str, data_dir: str | Path) -> Path:
    """The folder of the newest built version of `dataset` ("name" or "name/config"); InputError where there
    is none.
    """
    folder = Path(data_dir).expanduser() / dataset
    versions = [path.parent for path in folder.glob("*.*.*/dataset_info.json")]
    if not versions:
        configs = sorted({f"{dataset}/{path.parts[-3]}" for path in folder.glob("*/*.*.*/dataset_info.json")})
        name = dataset.split("/")[0]
        if configs:
            hint = f"expected one of {', '.join(configs)}"
        elif name in DATASETS:
            hint = f"build it first: hsi-inr build {dataset} --data-dir {data_dir}"
        else:
            hint = f"expected {spelt()}"
        raise InputError(f"dataset '{dataset}' is not in {data_dir}: {hint}")
    return max(versions, key=lambda path: [int(number) for number in path.name.split(".")])


def read(folder: Path, splits: list[str] | None = None) -> Scenes:
    """The scenes of the TFDS `splits` (all of them by default) of the version in `folder`.

    TFDS, and with it TensorFlow, is needed only the first time, to decode them.
    """
    try:
        present = [
            split["name"] for split in json.loads((folder / "dataset_info.json").read_text())["splits"]
        ]
        metadata = json.loads((folder / "metadata.json").read_text())
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{folder} is no dataset of these builders ({error}): build it with hsi-inr build"
        ) from error
    unknown = [split for split in splits or () if split not in present]
    if unknown:
        raise InputError(
            f"{folder} has no split '{unknown[0]}', expected one of {', '.join(present)} or NAME:PART"
        )
    indices = [_index(folder, split) for split in splits or present]
    names = [name for index in indices for name in index["names"]]
    whites = [white for index in indices for white in index["whites"]]
    return mapped(folder, names, whites, tuple(metadata["wavelengths"]), Camera.from_dict(metadata["camera"]))


def mapped(folder: Path, names, whites, wavelengths, camera: Camera) -> Scenes:
    """The decoded scenes called `names` below `folder`, memory-mapped."""
    rgbs, cubes = (
        [np.load(_path(folder, name, kind), mmap_mode="r") for name in names] for kind in ("rgb", "cube")
    )
    return Scenes(tuple(names), rgbs, cubes, whites, wavelengths, camera)


def _path(folder, name, kind):
    return folder / FOLDER / f"{name}.{kind}.npy"


def _index(folder, split):
    """{"names": ..., "whites": ...} of one split, decoding it the first time."""
    path = folder / FOLDER / f"{split}.json"
    if not path.is_file():
        _decode(folder, split, path)
    return json.loads(path.read_text())


def _decode(folder, split, index_path):
    try:
        import tensorflow_datasets as tfds
    except ImportError as error:
        raise InputError(
            f"{folder} must be decoded once, which needs TFDS: pip install 'hsi_inr_tf[train]'"
        ) from error
    from tqdm import tqdm

    builder = tfds.builder_from_directory(str(folder))
    # One scene at a time: no parallel reads, no prefetching, no cache.
    config = tfds.ReadConfig(try_autocache=False, interleave_cycle_length=1, skip_prefetch=True)
    examples = tfds.as_numpy(builder.as_dataset(split=split, read_config=config, shuffle_files=False))
    names, whites = [], []
    total = builder.info.splits[split].num_examples
    for example in tqdm(
        examples, desc=f"decoding {builder.info.full_name} {split}", unit="scene", total=total
    ):
        name = example["name"].decode()
        save_scene(folder, name, example["rgb"], example["cube"])
        names.append(name)
        whites.append(float(example["white"]))
    write_text(index_path, json.dumps({"names": names, "whites": whites}))


def save_scene(folder: Path, name: str, rgb: np.ndarray, cube: np.ndarray) -> None:
    """Keep one decoded scene below `folder`."""
    for kind, array in (("rgb", rgb), ("cube", cube)):
        with replacing(_path(folder, name, kind)) as temporary:
            np.save(temporary, array, allow_pickle=False)
