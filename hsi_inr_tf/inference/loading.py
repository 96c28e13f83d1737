"""From a name or a path to a Reconstructor."""

from pathlib import Path

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.inference.engines import KerasEngine
from hsi_inr_tf.inference.litert_engine import LiteRTEngine
from hsi_inr_tf.inference.reconstructor import Reconstructor
from hsi_inr_tf.inference.saved_model_engine import SavedModelEngine
from hsi_inr_tf.trained import exported_files
from hsi_inr_tf.trained.bundles import DESCRIPTION, LITE, PRETRAINED, WEIGHTS, bundled
from hsi_inr_tf.trained.weights import is_run, load_bundle, load_run


def load(name_or_path) -> Reconstructor:
    """A Reconstructor from a bundled model's name, a bundled folder, a run folder, a SavedModel folder or a
    .tflite file.

    Raises InputError if there is no such model or it cannot be read.
    """
    path = Path(name_or_path)
    if not path.exists() and str(name_or_path) in bundled():
        path = PRETRAINED / str(name_or_path)
    if path.suffix == ".tflite" and path.is_file():
        return Reconstructor(LiteRTEngine(path))
    if exported_files.is_saved_model(path):
        return Reconstructor(SavedModelEngine(path))
    if is_run(path):
        return Reconstructor(KerasEngine(*load_run(path)))
    if (path / DESCRIPTION).is_file():
        return Reconstructor(_bundle(path))
    raise InputError(
        f"no model '{name_or_path}': expected a run folder, a SavedModel folder, a .tflite file "
        f"or one of the bundled models ({', '.join(bundled()) or 'none here'})"
    )


def _bundle(folder):
    """The engine of a folder with description.json beside model.weights.h5 or, where TensorFlow is missing,
    model.tflite.
    """
    from importlib.util import find_spec

    if not (folder / WEIGHTS).is_file() or not find_spec("tensorflow"):
        if (folder / LITE).is_file():
            return LiteRTEngine(folder / LITE)
        raise InputError(
            f"{folder}: no {WEIGHTS} that TensorFlow could read and no {LITE} beside {DESCRIPTION}"
        )
    return KerasEngine(*load_bundle(folder))
