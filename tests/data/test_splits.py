"""Named splits hold the scenes they promise, and incomplete copies are told apart."""

import pytest

from hsi_inr_tf.data import splits
from hsi_inr_tf.errors import InputError


@pytest.mark.parametrize("name", splits.TABLE)
def test_no_scene_is_in_two_parts_and_all_are_of_cave(name):
    parts = splits.TABLE[name].values()
    everything = [scene for part in parts for scene in part]
    assert len(set(everything)) == len(everything) and set(everything) <= set(splits.CAVE)


def test_sizes_are_those_in_the_names():
    sizes = {name: [len(part) for part in parts.values()] for name, parts in splits.TABLE.items()}
    assert sizes["cave-22-10"] == [22, 10] and sizes["cave-shared-16-4"] == [16, 4]
    assert sizes["cave-paper-18-6"] == [18, 6] and sizes["cave-shared-20"] == [20]
    assert len(splits.CAVE) == 32


def test_the_five_folds_validate_every_shared_scene_once():
    held_out = [scene for k in range(5) for scene in splits.scene_names(f"cave-shared-fold-{k}:validation")]
    assert sorted(held_out) == sorted(splits.scene_names("cave-shared-20:train"))


def test_folds_of_any_dataset_partition_its_scenes():
    names = ["d", "b", "a", "c", "e"]
    parts = [splits.scene_names("fold-1-of-3:" + part, names) for part in ("train", "validation")]
    assert parts == [("a", "c", "d"), ("b", "e")]


def test_missing_scenes_are_listed_unless_allowed():
    with pytest.raises(InputError, match="1 of 2 scenes are missing from this copy: b"):
        splits.names_present(["a", "b"], ["a", "c"], "split s of d", allow_missing=False)
    assert splits.names_present(["a", "b"], ["a", "c"], "split s of d", allow_missing=True) == ["a"]
    with pytest.raises(InputError):
        splits.names_present(["a"], ["c"], "split s of d", allow_missing=True)


@pytest.mark.parametrize(
    "split, hint", [("cave-1-2:train", "cave-22-10"), ("cave-22-10:valid", "cave-22-10:test")]
)
def test_unknown_splits_are_refused_with_the_known_ones(split, hint):
    with pytest.raises(InputError, match=hint):
        splits.scene_names(split)


def test_the_groups_hold_out_every_shared_scene_once_and_keep_like_with_like():
    groups = [splits.scene_names(f"cave-grouped-{k}:validation") for k in range(4)]
    everything = [scene for group in groups for scene in group]
    assert sorted(everything) == sorted(splits.scene_names("cave-shared-20:train"))
    food = [name for name in everything if "real" in name and name != "fake_and_real_beers"]
    assert sorted(groups[0]) == sorted(food) and len(food) == 9
    for k, group in enumerate(groups):
        assert set(splits.scene_names(f"cave-grouped-{k}:train")) == set(everything) - set(group)
