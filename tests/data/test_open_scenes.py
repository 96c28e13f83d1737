"""What is said of datasets and splits that are not there."""

import pytest

from hsi_inr_tf.data import open_scenes
from hsi_inr_tf.errors import InputError


def test_a_dataset_that_is_not_built_says_how_to_build_it(tmp_path):
    with pytest.raises(InputError, match="hsi-inr build cave --data-dir"):
        open_scenes("cave", tmp_path)


def test_a_config_that_is_not_built_lists_those_that_are(tmp_path):
    (tmp_path / "nus" / "nikon-5100" / "1.0.0").mkdir(parents=True)
    (tmp_path / "nus" / "nikon-5100" / "1.0.0" / "dataset_info.json").write_text("{}")
    with pytest.raises(InputError, match="expected one of nus/nikon-5100"):
        open_scenes("nus", tmp_path)


def test_an_unknown_split_is_told_before_anything_is_read(tmp_path):
    with pytest.raises(InputError, match="unknown split 'cave-1-1'"):
        open_scenes("cave", tmp_path, "cave-1-1:test")


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(InputError, match="is no folder"):
        open_scenes(f"folder:{tmp_path / 'nowhere'}", tmp_path)
