"""Scenes of a built TFDS dataset, decoded once into .npy files that are memory-mapped from then on."""

import json
import os
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from hsi_inr_tf.data.datasets import DATASETS, spelt
from hsi_inr_tf.data.scenes import Scenes
from hsi_inr_tf.errors import InputError, first_line
from hsi_inr_tf.files import read_json, replacing, write_text
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
        present = [split["name"] for split in read_json(folder / "dataset_info.json")["splits"]]
        metadata = read_json(folder / "metadata.json")
        wavelengths, camera = tuple(metadata["wavelengths"]), Camera.from_dict(metadata["camera"])
    except (ValueError, KeyError, TypeError) as error:
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
    return mapped(folder, names, whites, wavelengths, camera)


def mapped(
    folder: Path,
    names: Sequence[str],
    whites: Sequence[float],
    wavelengths: tuple[float, ...],
    camera: Camera,
    widths: tuple[float, ...] | None = None,
) -> Scenes:
    """The decoded scenes called `names` below `folder`, memory-mapped."""
    rgbs, cubes = ([_kept(_path(folder, name, kind)) for name in names] for kind in ("rgb", "cube"))
    for name, rgb, cube in zip(names, rgbs, cubes, strict=True):
        if rgb.shape != (*cube.shape[:2], 3) or cube.shape[2:] != (len(wavelengths),):
            raise InputError(
                f"{folder / FOLDER}: {name} has a picture of {rgb.shape}, a cube of {cube.shape}, expected "
                f"{len(wavelengths)} bands of one size: delete that folder to decode it anew"
            )
    return Scenes(tuple(names), rgbs, cubes, whites, wavelengths, camera, widths)


def _kept(path):
    try:
        return np.load(path, mmap_mode="r", allow_pickle=False)
    except Exception as error:  # NumPy raises nearly anything on damaged files
        raise InputError(
            f"{path} cannot be read ({first_line(error)}): delete {path.parent} to decode it anew"
        ) from error


def _path(folder, name, kind):
    return folder / FOLDER / f"{name}.{kind}.npy"


def _index(folder, split):
    """{"names": ..., "whites": ...} of one split, decoding it the first time."""
    path = folder / FOLDER / f"{split}.json"
    if not path.is_file():
        _decode(folder, split, path)
    index = read_json(path)
    names, whites = index.get("names"), index.get("whites")
    if not (
        isinstance(names, list)
        and isinstance(whites, list)
        and len(names) == len(whites)
        and all(isinstance(name, str) for name in names)
        and all(type(white) in (int, float) for white in whites)
    ):
        raise InputError(f"{path} is no list of decoded scenes: delete {path.parent} to decode them anew")
    return index


def _decode(folder, split, index_path):
    try:
        import tensorflow_datasets as tfds
    except ImportError as error:
        raise InputError(
            f"{folder} must be decoded once, which needs TFDS: pip install 'hsi_inr_tf[train]'"
        ) from error
    try:
        _decode_with(tfds, folder, split, index_path)
    except InputError:
        raise
    except Exception as error:  # TFDS and TensorFlow raise nearly anything on damaged files
        raise InputError(f"{folder}: {split} cannot be decoded ({first_line(error)[:200]})") from error


def _decode_with(tfds, folder, split, index_path):
    from tqdm import tqdm

    builder = tfds.builder_from_directory(str(folder))
    names, whites = [], []
    total = builder.info.splits[split].num_examples
    for example in tqdm(
        _examples(tfds, builder, split),
        desc=f"decoding {builder.info.full_name} {split}",
        unit="scene",
        total=total,
    ):
        name = example["name"].decode()
        save_scene(folder, name, example["rgb"], example["cube"])
        names.append(name)
        whites.append(float(example["white"]))
    write_text(index_path, json.dumps({"names": names, "whites": whites}))


def _examples(tfds, builder, split):
    """The records of a split in their order, one scene at a time."""
    if builder.info.file_format == tfds.core.FileFormat.ARRAY_RECORD:
        if not find_spec("array_record"):
            raise InputError(
                f"{builder.data_dir} is built as array_record: pip install array_record, or build it as "
                "tfrecord"
            )
        return builder.as_data_source(split)
    # No parallel reads, no prefetching, no cache.
    config = tfds.ReadConfig(try_autocache=False, interleave_cycle_length=1, skip_prefetch=True)
    return tfds.as_numpy(builder.as_dataset(split=split, read_config=config, shuffle_files=False))


def save_scene(folder: Path, name: str, rgb: np.ndarray, cube: np.ndarray) -> None:
    """Keep one decoded scene below `folder`."""
    for kind, array in (("rgb", rgb), ("cube", cube)):
        with replacing(_path(folder, name, kind)) as temporary:
            np.save(temporary, array, allow_pickle=False)
