"""Training: one configuration, one loop, one run folder; on one device, several, or several machines."""

from importlib import import_module

# Imported when they are used: the configuration alone, which help texts show, needs no TensorFlow.
_PLACES = {"Interrupted": "interruption", "TrainConfig": "config", "train": "loop"}

__all__ = ["Interrupted", "TrainConfig", "train"]


def __getattr__(name: str):
    if name in _PLACES:
        return getattr(import_module(f"hsi_inr_tf.training.{_PLACES[name]}"), name)
    raise AttributeError(f"module 'hsi_inr_tf.training' has no attribute '{name}'")
