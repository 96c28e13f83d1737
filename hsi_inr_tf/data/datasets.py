"""The datasets that the package knows, in one table: each has a builder of its name in tfds_builders/."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Dataset:
    """`written` is how commands take it. A run trains on `training` and chooses its best weights on
    `validation`, evaluate scores `scored`: named splits (cave-22-10, ...) or splits of the builder.
    """

    written: str
    training: str = "train"
    validation: str | None = "validation"
    scored: str = "test"


DATASETS = {
    "cave": Dataset("cave", training="cave-22-10", validation=None, scored="cave-22-10:test"),
    "reflectance_collage": Dataset("reflectance_collage"),
    "nus": Dataset("nus/CAMERA", validation=None),
    "ntire2018": Dataset("ntire2018/clean, ntire2018/real_world", scored="validation"),
    "arad_1k": Dataset("arad_1k", scored="validation"),
}
FOLDER = Dataset("folder:DIR")  # of the user's own, see from_folder


def known(dataset: str) -> Dataset:
    """The row of "name", "name/config" or "folder:DIR"; that of a folder for what no row is about."""
    return DATASETS.get(dataset.partition("/")[0], FOLDER)


def together(written: str) -> list[str]:
    """The data sets of "cave+folder:DIR+arad_1k"; a + inside a folder's name is no end of it."""
    names = "|".join(re.escape(name) for name in DATASETS)
    return re.split(rf"\+(?=(?:{names})(?:[/+]|$)|folder:)", written)


def spelt() -> str:
    """How commands take datasets, for help and errors."""
    return ", ".join([*(dataset.written for dataset in DATASETS.values()), f"or {FOLDER.written}"])
