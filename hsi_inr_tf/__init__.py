"""From an RGB photograph to a hyperspectral cube, with implicit neural representations (arXiv 2112.10541)."""

import time
from importlib import import_module

from hsi_inr_tf.quiet import quiet_tensorflow

__version__ = "0.2.0"
# When the process of a command began, nearly: what a person waits is counted from here.
STARTED = time.monotonic()

quiet_tensorflow()  # before anybody imports it

# Reached as attributes, each imported when it is first used: most need only a part of what is installed.
_ROOMS = (
    "cli", "cubes", "data", "encoding", "evaluation", "export", "files", "inference", "layers", "metrics",
    "models", "optics", "pictures", "serving", "trained", "training", "viz",
)  # fmt: skip
_NAMES = {
    "HyperspectralImage": "hsi_inr_tf.cubes",
    "InputError": "hsi_inr_tf.errors",
    "load": "hsi_inr_tf.inference",
    "read_image": "hsi_inr_tf.pictures",
}


def __getattr__(name: str):
    if name in _NAMES:
        return getattr(import_module(_NAMES[name]), name)
    if name in _ROOMS:
        return import_module(f"hsi_inr_tf.{name}")
    raise AttributeError(f"module 'hsi_inr_tf' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted((*globals(), *_ROOMS, *_NAMES))
