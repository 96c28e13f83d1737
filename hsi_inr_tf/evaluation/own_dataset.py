"""The data set that a model was trained on, found without loading the model."""

from pathlib import Path

from hsi_inr_tf.annotations import PathLike
from hsi_inr_tf.data.datasets import together
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.files import read_json
from hsi_inr_tf.trained import exported_files
from hsi_inr_tf.trained.bundles import DESCRIPTION, located
from hsi_inr_tf.trained.description import ModelDescription
from hsi_inr_tf.trained.weights import is_run

CONFIG = "config.json"  # of a run


def own_dataset(name_or_path: PathLike) -> tuple[str, Path | None]:
    """(data set, where a run found it or None) that a model was trained on, the first one where they were
    several. "cave" where nothing says it. InputError where the model's description cannot be read.
    """
    path = located(name_or_path)
    if not path.exists() or path.suffix == ".onnx":
        return "cave", None  # loading it says what is wrong, or carries no such words
    if (path / DESCRIPTION).is_file():
        description = ModelDescription.read(path / DESCRIPTION)
    elif path.is_file() or exported_files.is_saved_model(path):
        description = exported_files.read(path)
    else:
        return "cave", None
    written = description.provenance.get("dataset")
    if not isinstance(written, str) or not written:
        return "cave", None
    return together(written)[0], _data_dir(path)


def _data_dir(path) -> Path | None:
    if not is_run(path) or not (path / CONFIG).is_file():
        return None
    try:
        found = read_json(path / CONFIG).get("data_dir")
    except InputError:
        return None
    return Path(found) if isinstance(found, str) and found else None
