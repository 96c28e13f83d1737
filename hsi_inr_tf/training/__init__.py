"""Training: a configuration goes in, a run folder with weights, log and checkpoints comes out."""

from hsi_inr_tf.training.config import TrainConfig
from hsi_inr_tf.training.interruption import Interrupted
from hsi_inr_tf.training.loop import train

__all__ = ["Interrupted", "TrainConfig", "train"]
