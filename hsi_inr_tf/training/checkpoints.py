"""The state of a run in one .npz a checkpoint, written beside and renamed: a kill at any moment leaves the
previous one whole.
"""

import os
import re
from pathlib import Path
from typing import Any

import numpy as np

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.files import replacing

KEPT = 2
COUNT = "count"  # of the other arrays, so that a file which lost some is known


def save(folder: Path, step: int, state: dict[str, np.ndarray]) -> Path:
    """Write `state` as the checkpoint of `step` and drop all but the last two."""
    path = folder / f"step-{step:08d}.npz"
    with replacing(path) as partial, open(partial, "wb") as file:
        arrays: dict[str, Any] = {**state, COUNT: np.int64(len(state))}
        np.savez(file, **arrays)
        file.flush()
        os.fsync(file.fileno())
    for old in _all(folder)[KEPT:]:
        old.unlink(missing_ok=True)
    return path


def latest(folder: Path) -> tuple[Path, dict[str, np.ndarray]] | None:
    """The newest checkpoint that can be read, with its state; None if there is none."""
    damaged = []
    for path in _all(folder):
        try:
            with np.load(path, allow_pickle=False) as file:
                state = {name: file[name] for name in file.files}
            _check(state, path)
            return path, state
        except Exception as error:  # NumPy and zipfile raise nearly anything on damaged files
            damaged.append(f"{path} ({error})")
    if damaged:
        raise InputError(f"no checkpoint can be read: {'; '.join(damaged)}; delete them to start anew")
    return None


def _check(state, path):
    """Raise ValueError where arrays are missing, or of another step than the file is named by."""
    count = state.pop(COUNT, None)
    if count is not None and int(count) != len(state):
        raise ValueError(f"it holds {len(state)} arrays, expected {int(count)}")
    if f"step-{int(state['step']):08d}" != path.stem:
        raise ValueError(f"it is of step {int(state['step'])}")


def name_of_latest(folder: Path) -> str:
    """For messages: the newest checkpoint's path, or "none"."""
    return str(next(iter(_all(folder)), "none"))


def read_variables(groups: dict) -> dict[str, np.ndarray]:
    """{group: [Keras variables]} -> {"group/0000": value}."""
    return {name: variable.numpy() for name, variable in _named(groups).items()}


def assign_variables(groups: dict, state: dict[str, np.ndarray], path: Path) -> None:
    """Give the variables the values that `read_variables` took; InputError where they do not fit."""
    wanted = _named(groups)
    found = {name for name in state if name.split("/")[0] in groups}
    if set(wanted) != found:
        raise InputError(
            f"{path}: holds {len(found)} variables, expected {len(wanted)}: it belongs to another model "
            "or optimizer"
        )
    for name, variable in wanted.items():
        if tuple(variable.shape) != state[name].shape:
            raise InputError(
                f"{path}: {name} ({variable.path}) has shape {state[name].shape}, expected "
                f"{tuple(variable.shape)}"
            )
        variable.assign(state[name])


def _named(groups):
    return {
        f"{group}/{index:04d}": variable
        for group, variables in groups.items()
        for index, variable in enumerate(variables)
    }


def _all(folder: Path) -> list[Path]:
    return sorted(
        (p for p in folder.glob("step-*.npz") if re.fullmatch(r"step-\d{8,}\.npz", p.name)), reverse=True
    )
