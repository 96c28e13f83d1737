"""Builders are imported from the repository, as `tfds build` does it, and built into temporary folders."""

import sys
from pathlib import Path

import pytest
import tensorflow_datasets as tfds

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))


@pytest.fixture
def build(tmp_path):
    """build(Builder, manual_dir, **kwargs) -> the data_dir it was built into."""

    def build(builder_class, manual_dir=None, data_dir=None, **kwargs):
        data_dir = data_dir or tmp_path / "built"
        config = tfds.download.DownloadConfig(manual_dir=manual_dir, **kwargs.pop("download", {}))
        builder_class(data_dir=data_dir, **kwargs).download_and_prepare(download_config=config)
        return data_dir

    return build
