"""The description that exported models carry, and reading it back without TensorFlow."""

import zipfile
from dataclasses import dataclass
from pathlib import Path

from hsi_inr_tf.annotations import PathLike
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.trained.description import ModelDescription

MEMBER = "description.json"


@dataclass(frozen=True)
class ModelFile:
    """A kind of file that holds an exported model: what its name ends in, what runs it, and where to import
    what writes it, `writer(model, description, path, *, height, width)`, and its engine, `engine(path)`.
    `asked_for` are the names of inference.engines by which a person may ask for that engine.
    """

    suffix: str
    runs_on: str
    writer: str
    engine: str
    asked_for: tuple[str, ...] = ("auto",)


MODEL_FILES = {
    "tflite": ModelFile(
        ".tflite",
        "LiteRT",
        "hsi_inr_tf.export.to_tflite:tflite",
        "hsi_inr_tf.inference.litert_engine:LiteRTEngine",
        ("auto", "litert"),
    ),
    "onnx": ModelFile(
        ".onnx",
        "onnxruntime",
        "hsi_inr_tf.export.to_onnx:onnx",
        "hsi_inr_tf.inference.onnx_engine:ONNXEngine",
    ),
}
_LIMIT = 16 << 20  # bytes; a description is some 10 KB, a file from a stranger may claim anything


def append(path: PathLike, description: ModelDescription) -> None:
    """Append the description to a .tflite file as a zip archive, the place where TFLite metadata keeps its
    files.

    The flatbuffer at the start is not touched, and what reads only that does not see the archive. The member
    is stored uncompressed.
    """
    with zipfile.ZipFile(path, "a", zipfile.ZIP_STORED) as archive:
        archive.writestr(zipfile.ZipInfo(MEMBER), description.to_json())


def read(path: PathLike) -> ModelDescription:
    """The description that the .tflite file or SavedModel folder at `path` carries."""
    path = Path(path)
    try:
        if path.is_dir():
            return _from_folder(path)
        return ModelDescription.from_json(_from_tflite(path))
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: its {MEMBER} is not text, expected JSON") from error
    except InputError as error:
        raise error if str(path) in str(error) else InputError(f"{path}: {error}") from error


def kind_of(path: Path) -> str | None:
    """Which of MODEL_FILES the name of `path` ends as."""
    return next((name for name, kind in MODEL_FILES.items() if path.suffix == kind.suffix), None)


def saved_model_folder(path: PathLike) -> Path:
    """The folder at or below `path` that holds saved_model.pb: `path` itself, or its highest-numbered version
    (TF Serving).
    """
    folders = _saved_models(Path(path))
    if not folders:
        raise InputError(
            f"{path} is no SavedModel: neither it nor a numbered folder in it holds saved_model.pb"
        )
    return folders[0]


def is_saved_model(path: PathLike) -> bool:
    """Whether `path` is a folder that `saved_model_folder` finds a SavedModel in."""
    return bool(_saved_models(Path(path)))


def is_tflite(path: PathLike) -> bool:
    """Whether `path` is a file that begins as a TFLite model does."""
    path = Path(path)
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(8)[4:] == b"TFL3"


def _saved_models(path):
    versions = [folder for folder in path.glob("*") if folder.name.isdecimal()] if path.is_dir() else []
    folders = [path, *sorted(versions, key=lambda folder: int(folder.name), reverse=True)]
    return [folder for folder in folders if (folder / "saved_model.pb").is_file()]


def _from_folder(path):
    file = saved_model_folder(path) / "assets" / MEMBER
    if not file.is_file():
        raise InputError(f"it holds no assets/{MEMBER}, expected a SavedModel written by hsi-inr export")
    return ModelDescription.read(file)


def _from_tflite(path):
    if not is_tflite(path):
        raise InputError("it is no TFLite model, expected a .tflite file or a SavedModel folder")
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.getinfo(MEMBER).file_size > _LIMIT:
                raise InputError(f"its {MEMBER} is larger than {_LIMIT >> 20} MB")
            return archive.read(MEMBER).decode("utf-8")
    except UnicodeDecodeError:
        raise
    except InputError:
        raise
    except Exception as error:  # zipfile and zlib raise nearly anything on damaged archives
        raise InputError(
            f"it carries no readable {MEMBER}, expected a .tflite written by hsi-inr export"
        ) from error
