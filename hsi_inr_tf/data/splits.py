"""Named splits: which scenes train, choose and test a model. Splits are chosen by name as "NAME:PART"."""

import random
import re
from collections.abc import Sequence

from hsi_inr_tf.errors import InputError

CAVE = (
    "balloons", "beads", "cd", "chart_and_stuffed_toy", "clay", "cloth", "egyptian_statue", "face",
    "fake_and_real_beers", "fake_and_real_food", "fake_and_real_lemon_slices",
    "fake_and_real_lemons", "fake_and_real_peppers", "fake_and_real_strawberries",
    "fake_and_real_sushi", "fake_and_real_tomatoes", "feathers", "flowers", "glass_tiles", "hairs",
    "jelly_beans", "oil_painting", "paints", "photo_and_face", "pompoms", "real_and_fake_apples",
    "real_and_fake_peppers", "sponges", "stuffed_toys", "superballs", "thread_spools",
    "watercolors",
)  # fmt: skip

_TEST_10 = (
    "balloons", "chart_and_stuffed_toy", "cloth", "feathers", "flowers", "glass_tiles",
    "oil_painting", "pompoms", "stuffed_toys", "thread_spools",
)  # fmt: skip

# CAVE without the ten test scenes and without the two with faces.
_SHARED_20 = tuple(name for name in CAVE if name not in (*_TEST_10, "face", "photo_and_face"))
_SHARED_VALIDATION = ("clay", "jelly_beans", "paints", "real_and_fake_peppers")

# The same twenty by what is in the picture: no prop, object or material is on both sides of a fold.
_GROUPS = (
    (
        "fake_and_real_food", "fake_and_real_lemon_slices", "fake_and_real_lemons",
        "fake_and_real_peppers", "fake_and_real_strawberries", "fake_and_real_sushi",
        "fake_and_real_tomatoes", "real_and_fake_apples", "real_and_fake_peppers",
    ),
    ("clay", "paints", "watercolors"),
    ("beads", "jelly_beans", "superballs"),
    ("cd", "egyptian_statue", "fake_and_real_beers", "hairs", "sponges"),
)  # fmt: skip

# The paper names no scenes: eighteen for training and six for testing, drawn with this seed.
_PAPER_SEED = 2112
_PAPER = random.Random(_PAPER_SEED).sample(CAVE, 24)


def _without(names: Sequence[str], held_out: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name not in held_out)


TABLE: dict[str, dict[str, tuple[str, ...]]] = {
    "cave-22-10": {"train": _without(CAVE, _TEST_10), "test": _TEST_10},
    "cave-shared-20": {"train": _SHARED_20},
    "cave-shared-16-4": {"train": _without(_SHARED_20, _SHARED_VALIDATION), "validation": _SHARED_VALIDATION},
    **{
        f"cave-shared-fold-{k}": {
            "train": _without(_SHARED_20, _SHARED_20[k::5]),
            "validation": _SHARED_20[k::5],
        }
        for k in range(5)
    },
    **{
        f"cave-grouped-{k}": {"train": _without(_SHARED_20, group), "validation": group}
        for k, group in enumerate(_GROUPS)
    },
    "cave-paper-18-6": {"train": tuple(sorted(_PAPER[:18])), "test": tuple(sorted(_PAPER[18:]))},
}


def scene_names(split: str, available: Sequence[str] = ()) -> tuple[str, ...]:
    """The scenes of split "NAME:PART"; InputError, listing what there is, for an unknown one.

    "fold-K-of-N" splits any dataset: every N-th of the `available` scenes, sorted by name and counted from K,
    validates.
    """
    name, _, part = split.partition(":")
    fold = re.fullmatch(r"fold-(\d+)-of-(\d+)", name)
    if fold and int(fold[1]) < int(fold[2]):
        held_out = sorted(available)[int(fold[1]) :: int(fold[2])]
        parts = {"train": _without(sorted(available), held_out), "validation": tuple(held_out)}
    elif name in TABLE:
        parts = TABLE[name]
    else:
        raise InputError(f"unknown split '{name}', expected one of {', '.join(TABLE)}, or fold-K-of-N")
    if part not in parts:
        raise InputError(
            f"split {name} has no part '{part}', expected one of {', '.join(f'{name}:{p}' for p in parts)}"
        )
    return parts[part]


def names_present(
    wanted: Sequence[str], available: Sequence[str], what: str, allow_missing: bool
) -> list[str]:
    """Those of the `wanted` scenes that are `available`: all of them, or InputError unless
    `allow_missing`.
    """
    missing = [name for name in wanted if name not in available]
    if not wanted:
        raise InputError(f"{what} has no scenes, expected at least one")
    if len(missing) == len(wanted) or (missing and not allow_missing):
        hint = (
            "" if allow_missing or len(missing) == len(wanted) else " (--allow-missing goes on without them)"
        )
        raise InputError(
            f"{what}: {len(missing)} of {len(wanted)} scenes are missing from this copy: "
            f"{', '.join(missing)}{hint}"
        )
    return [name for name in wanted if name in available]


def training_part(split: str) -> str:
    """The split that a baseline for `split` may learn from: "NAME:PART" -> "NAME:train", any split of a
    builder -> "train".
    """
    name, colon, _ = split.partition(":")
    return f"{name}:train" if colon else "train"
