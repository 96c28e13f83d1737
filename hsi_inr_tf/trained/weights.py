"""Weights on disk: writing them whole, and reading them back into the model that a run folder or a bundle
describes.
"""

import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from hsi_inr_tf.annotations import PathLike
from hsi_inr_tf.errors import InputError, first_line
from hsi_inr_tf.files import replacing, room_for
from hsi_inr_tf.files.hdf5 import check_self_contained
from hsi_inr_tf.trained import bundles
from hsi_inr_tf.trained.description import ModelDescription

if TYPE_CHECKING:
    from hsi_inr_tf.models.base import SpectralModel


def weights_file(run: Path, which: str) -> Path:
    """Where a run folder keeps its "best" or "last" weights."""
    return Path(run) / "weights" / f"{which}.weights.h5"


def is_run(path: Path) -> bool:
    """Whether `path` is a folder that training wrote."""
    return (Path(path) / "weights").is_dir() and (Path(path) / bundles.DESCRIPTION).is_file()


def load_trained(name_or_path: PathLike) -> tuple["SpectralModel", ModelDescription]:
    """The Keras model of a bundled model's name, a bundled folder or a run folder, and its description;
    InputError for what holds no weights.
    """
    path = bundles.located(name_or_path)
    if is_run(path):
        return load_run(path)
    if (path / bundles.WEIGHTS).is_file():
        return load_bundle(path)
    raise InputError(
        f"{name_or_path} holds no weights, expected a run folder or one of the bundled models "
        f"({', '.join(bundles.bundled())})"
    )


def load_run(path: Path, which: str = "best") -> tuple["SpectralModel", ModelDescription]:
    """The model of a run folder with its "best" (by validation) or "last" weights, in float32, and its
    description.

    A run without validation has only "last", which then stands for both. Raises InputError.
    """
    return _built(Path(path), trained_weights(path, which))


def load_bundle(folder: Path) -> tuple["SpectralModel", ModelDescription]:
    """The same of a folder that holds description.json beside model.weights.h5."""
    return _built(Path(folder), Path(folder) / bundles.WEIGHTS)


def _built(folder, weights):
    from hsi_inr_tf.models import build

    description = ModelDescription.read(folder / bundles.DESCRIPTION)
    try:
        model = build(description.model, **description.overrides)
    except InputError as error:
        raise InputError(f"{folder / bundles.DESCRIPTION}: {error}") from error
    _check(folder / bundles.DESCRIPTION, description, model)
    load_weights(model, weights)
    return model, description


def _check(path, description, model):
    """InputError where a description says otherwise than the model that it names answers."""
    bands = model.output["hsi"].shape[-1]
    if bands != len(description.wavelengths):
        raise InputError(
            f"{path}: it has {len(description.wavelengths)} wavelengths, but model {description.model} gives "
            f"{bands} bands"
        )
    for name in ("stride", "halo", "patch"):
        said, found = getattr(description, name), getattr(model, name)
        if said != found:
            raise InputError(
                f"{path}: it says {name} {said}, but model {description.model} has {found}, expected the same"
            )


def trained_weights(path: Path, which: str) -> Path:
    """The file of a run folder's "best" weights (the last where none were chosen) or "last" ones; InputError
    without any.
    """
    if not (Path(path) / bundles.DESCRIPTION).is_file():
        raise InputError(f"{path} is no run folder: it has no {bundles.DESCRIPTION}")
    weights = weights_file(path, which)
    if which == "best" and not weights.exists():
        weights = weights_file(path, "last")
    if not weights.exists():
        raise InputError(f"{path} holds no trained weights yet ({weights} is missing)")
    return weights


def load_weights(model: "SpectralModel", path: Path) -> None:
    """Read a .weights.h5 file into `model`; InputError if it does not fit, or is none of its own."""
    check_self_contained(path)
    _check_real(path)
    try:
        model.load_weights(path)
    except Exception as error:  # Keras and h5py raise nearly anything on damaged files
        raise InputError(f"{path} does not fit model {model.name}: {first_line(error)}") from error
    for variable in model.variables:
        if not np.isfinite(np.asarray(variable, np.float64)).all():
            raise InputError(f"{path}: {variable.path} holds values that are not finite, expected weights")


def _check_real(path):
    """InputError where a file holds other than real numbers, which Keras would read as their real parts."""
    import h5py

    others: list[str] = []

    def look(name, item):
        if isinstance(item, h5py.Dataset) and item.dtype.kind not in "fiu":
            others.append(f"{name} of type {item.dtype}")

    try:
        with h5py.File(path, "r") as file:
            file.visititems(look)
    except Exception as error:  # h5py raises nearly anything on damaged files
        raise InputError(f"{path} cannot be read as HDF5 ({first_line(error)})") from error
    if others:
        raise InputError(f"{path} holds {others[0]}, expected real numbers")


def save_weights(model: "SpectralModel", path: Path) -> None:
    """Write a .weights.h5 file whole or not at all."""
    needed = sum(math.prod(variable.shape) for variable in model.variables) * 4
    with replacing(path) as partial, room_for(partial, needed):
        model.save_weights(partial)
