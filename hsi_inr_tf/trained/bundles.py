"""The trained models that come with the package, and the files that make such a folder."""

from pathlib import Path

from hsi_inr_tf.annotations import PathLike

PRETRAINED = Path(__file__).parent.parent / "pretrained"
TRAINING = "training.json"  # the configuration that `hsi-inr train --config` takes
DESCRIPTION, WEIGHTS, LITE = "description.json", "model.weights.h5", "model.tflite"


def located(name_or_path: PathLike) -> Path:
    """Where a model lies: the path itself or, where there is nothing, the bundled model of that name; what
    hf:// names is fetched.
    """
    if str(name_or_path).startswith("hf://"):
        from hsi_inr_tf.trained import hub

        return hub.fetch(str(name_or_path))
    path = Path(name_or_path)
    return PRETRAINED / path if not path.exists() and str(name_or_path) in bundled() else path


def bundled() -> list[str]:
    """The names of the models that come with the package."""
    return sorted(path.parent.name for path in PRETRAINED.glob(f"*/{DESCRIPTION}"))
