"""Which scenes a run trains on and which choose its best weights."""

from hsi_inr_tf import data
from hsi_inr_tf.data import Scenes, splits
from hsi_inr_tf.training.config import TrainConfig

# (training, validation) where --split is not given; a dataset that is not here has the builder's split "train" and no other.
DEFAULTS = {"cave": ("cave-22-10", None), "reflectance_collage": ("train", "validation"), "arad_1k": ("train", "validation")}


def open_parts(config: TrainConfig) -> tuple[Scenes, Scenes | None]:
    """The scenes to train on and those to validate on, if the split has any."""
    split, held_out = (config.split, None) if config.split else DEFAULTS.get(config.dataset, ("train", None))
    if split in splits.TABLE:
        held_out = f"{split}:validation" if "validation" in splits.TABLE[split] else None
        split = f"{split}:train"
    held_out = config.validation_split or held_out

    def scenes(part):
        return data.open_scenes(config.dataset, config.data_dir, part, allow_missing=config.allow_missing)

    return scenes(split), scenes(held_out) if held_out else None
