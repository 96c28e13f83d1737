"""TFDS's own checks of a builder, on the dummy data in its folder."""

import sys
from pathlib import Path

import tensorflow_datasets as tfds

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tfds_builders.arad_1k import arad_1k_dataset_builder
from tfds_builders.cave import cave_dataset_builder
from tfds_builders.ntire2018 import ntire2018_dataset_builder
from tfds_builders.nus import nus_dataset_builder


class CaveTest(tfds.testing.DatasetBuilderTestCase):
    DATASET_CLASS = cave_dataset_builder.Builder
    SPLITS = {"train": 2}  # noqa: RUF012
    SKIP_TF1_GRAPH_MODE = True


class NusTest(tfds.testing.DatasetBuilderTestCase):
    DATASET_CLASS = nus_dataset_builder.Builder
    BUILDER_CONFIG_NAMES_TO_TEST = ["nikon-5100"]  # noqa: RUF012
    SPLITS = {"train": 2, "test": 1}  # noqa: RUF012
    SKIP_TF1_GRAPH_MODE = True


class Ntire2018Test(tfds.testing.DatasetBuilderTestCase):
    DATASET_CLASS = ntire2018_dataset_builder.Builder
    SPLITS = {"train": 2, "validation": 1}  # noqa: RUF012
    SKIP_TF1_GRAPH_MODE = True


class Arad1kTest(tfds.testing.DatasetBuilderTestCase):
    DATASET_CLASS = arad_1k_dataset_builder.Builder
    SPLITS = {"train": 1, "validation": 1}  # noqa: RUF012
    SKIP_TF1_GRAPH_MODE = True


if __name__ == "__main__":
    tfds.testing.test_main()
