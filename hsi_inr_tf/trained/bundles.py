"""The trained models that come with the package, and the three files that make such a folder."""

from pathlib import Path

PRETRAINED = Path(__file__).parent.parent / "pretrained"
DESCRIPTION, WEIGHTS, LITE = "description.json", "model.weights.h5", "model.tflite"


def bundled() -> list[str]:
    """The names of the models that come with the package."""
    return sorted(path.parent.name for path in PRETRAINED.glob(f"*/{DESCRIPTION}"))
