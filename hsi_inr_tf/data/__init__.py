"""Datasets as scenes, named splits and training batches."""

from hsi_inr_tf.data.augmentation import Augmentation
from hsi_inr_tf.data.folder import from_folder
from hsi_inr_tf.data.mixture import Mixture
from hsi_inr_tf.data.opening import open_scenes
from hsi_inr_tf.data.patches import patches
from hsi_inr_tf.data.scenes import Scene, Scenes

__all__ = ["Augmentation", "Mixture", "Scene", "Scenes", "from_folder", "open_scenes", "patches"]
