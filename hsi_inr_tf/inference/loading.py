"""From a name or a path to a Reconstructor."""

import json
from dataclasses import replace
from importlib.util import find_spec
from pkgutil import resolve_name

from hsi_inr_tf.annotations import PathLike
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.inference import engines
from hsi_inr_tf.inference.keras_engine import KerasEngine
from hsi_inr_tf.inference.litert_engine import LiteRTEngine
from hsi_inr_tf.inference.reconstructor import Reconstructor
from hsi_inr_tf.inference.saved_model_engine import SavedModelEngine
from hsi_inr_tf.trained import exported_files
from hsi_inr_tf.trained.bundles import DESCRIPTION, LITE, WEIGHTS, bundled, located
from hsi_inr_tf.trained.description import ModelDescription
from hsi_inr_tf.trained.weights import is_run, load_trained, trained_weights


def load(name_or_path: PathLike, engine: str = "auto", trust: bool = False) -> Reconstructor:
    """A Reconstructor from a bundled model's name, a bundled folder, a run folder, a SavedModel folder, a
    .tflite, an .onnx file or a name on the Hugging Face Hub, hf://owner/name.

    `engine` "auto" runs a folder's model.tflite on LiteRT, which starts ten times faster, if it is not older
    than the weights beside it, and else the weights on TensorFlow; "litert" and "tensorflow" insist. With
    `trust` a SavedModel may do what it likes, to files too (SECURITY.md). Raises InputError if there is no
    such model or it cannot be read or run so.
    """
    if engine not in engines.NAMES:
        raise InputError(f"unknown engine '{engine}', expected one of {', '.join(engines.NAMES)}")
    path = located(name_or_path)
    reconstructor = Reconstructor(_engine(name_or_path, path, engine, trust))
    try:
        reconstructor.uncertainty  # noqa: B018 - read now, so that what is wrong with it is said now
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    return reconstructor


def _engine(name_or_path, path, engine, trust) -> engines.Engine:
    if path.is_file() and (kind := exported_files.kind_of(path)):
        file = exported_files.MODEL_FILES[kind]
        if engine not in file.asked_for:
            expected = " or ".join(file.asked_for)
            raise InputError(f"{path} runs on {file.runs_on} only, expected --engine {expected}")
        return resolve_name(file.engine)(path)
    if exported_files.is_saved_model(path):
        if engine == "litert":
            raise InputError(f"{path} is a SavedModel and runs on TensorFlow only")
        return SavedModelEngine(path, trust)
    if is_run(path) or (path / DESCRIPTION).is_file():
        return _of_folder(path, engine)
    raise InputError(
        f"no model '{name_or_path}': expected a run folder, a SavedModel folder, a .tflite or .onnx file "
        f"or one of the bundled models ({', '.join(bundled()) or 'none here'})"
    )


def _of_folder(folder, engine) -> engines.Engine:
    """The engine of a run folder or a bundle: of its model.tflite, or of its weights."""
    lite = folder / LITE
    weights = trained_weights(folder, "best") if is_run(folder) else folder / WEIGHTS
    if engine == "litert" or (engine == "auto" and _is_current(lite, weights)):
        if not lite.is_file():
            raise InputError(f"{folder} holds no {LITE} that LiteRT could run: export one, or --engine auto")
        return _beside(folder, LiteRTEngine(lite))
    if not weights.is_file():
        raise InputError(f"{folder} holds no {weights.name} beside its {DESCRIPTION}")
    if not find_spec("tensorflow"):
        raise InputError(f"{folder}: its weights need TensorFlow: pip install 'hsi_inr_tf[train]'")
    return KerasEngine(*load_trained(folder))


def _is_current(lite, weights) -> bool:
    """Whether the .tflite is there and, of a run that may have gone on, not older than the weights."""
    if not lite.is_file():
        return False
    of_run = weights.parent != lite.parent
    return not of_run or lite.stat().st_mtime >= weights.stat().st_mtime


def _beside(folder, engine) -> LiteRTEngine:
    """The engine of a folder's model.tflite; InputError where it describes another model than the folder."""
    described = (ModelDescription.read(folder / DESCRIPTION), engine.description)
    said, carried = (json.loads(replace(one, provenance={}).to_json()) for one in described)
    if differing := [name for name in said if said[name] != carried[name]]:
        raise InputError(
            f"{folder}: its {DESCRIPTION} and its {LITE} differ in {', '.join(differing)}, expected "
            "files that were written together"
        )
    return engine
