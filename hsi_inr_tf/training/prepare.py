"""Before the first step: what training starts from, whether the batch suits the model, and what the model
will say of itself.
"""

import platform
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import keras
import numpy as np

import hsi_inr_tf
from hsi_inr_tf.data import Mixture, Scenes
from hsi_inr_tf.data.patches import check_patch
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.optics import reflectances
from hsi_inr_tf.optics.polynomials import Sensor
from hsi_inr_tf.trained.description import ModelDescription
from hsi_inr_tf.trained.weights import load_weights, trained_weights
from hsi_inr_tf.training.config import TrainConfig
from hsi_inr_tf.training.parts import part_names


def first_weights(
    model: keras.Model, config: TrainConfig, mixture: Mixture, measured: Sequence[np.ndarray]
) -> None:
    """Give `model` what training starts from besides random weights: what it fits in closed form to the
    scenes and the `measured` reflectances [n, bands] of each data set, and --start-from.
    """
    if mixture.alone:
        scenes, [spectra] = mixture.parts[0], measured
        share = config.reflectance_share if len(spectra) else 0.0
        model.prepare(scenes, reflectances.chart(spectra, scenes.camera), share)
    else:
        model.prepare_together(_sensors(mixture, measured), config.reflectance_share)
    if not all(np.isfinite(weight).all() for weight in model.get_weights()):
        broken = [scene.name for part in mixture.parts for scene in part if not np.isfinite(scene.cube).all()]
        raise InputError(
            f"the regression of {config.model} is not finite; scenes that are not: "
            f"{', '.join(broken) or 'none'}"
        )
    if config.start_from:
        load_weights(model, trained_weights(config.start_from, "best"))


def _sensors(mixture, measured) -> list[Sensor]:
    """The data sets as regression takes them. As in the training loss the bands of a data set share its
    weight; where bands are the knots within their range, each has all of it.
    """
    sensors = []
    knots = np.asarray(mixture.wavelengths)
    for number, (part, spectra) in enumerate(zip(mixture.parts, measured, strict=True)):
        covered = ((knots >= part.wavelengths[0]) & (knots <= part.wavelengths[-1])).sum()
        chart = None
        if len(spectra):
            rgb, cube = reflectances.chart(spectra, part.camera)
            chart = mixture.encoded(number, rgb), cube
        pictures = ((mixture.encoded(number, scene.rgb), scene.cube) for scene in part)
        weight = mixture.shares[number] * covered / len(part.wavelengths)
        sensors.append(Sensor(pictures, mixture.samplings[number], weight, chart))
    return sensors


def check_bands(model: keras.Model, config: TrainConfig, mixture: Mixture) -> None:
    """InputError where data sets have different bands and `model` knows only one set of them."""
    if not (model.spectral or mixture.same_bands):
        bands = ", ".join(
            f"{dataset} {len(nm)} from {nm[0]:g} to {nm[-1]:g} nm"
            for dataset, nm in zip(mixture.datasets, (p.wavelengths for p in mixture.parts), strict=True)
        )
        raise InputError(
            f"{config.model} knows one set of bands, expected datasets that share theirs ({bands}), or "
            "inr-compact or inr-edge"
        )


def check_batch(model: keras.Model, config: TrainConfig, mixture: Mixture, replicas: int) -> None:
    """InputError unless patches have a size that `model` takes and all scenes have, and members get the same
    shares in every part.
    """
    for part in mixture.parts:
        check_patch(part, config.patch)
    if config.patch % model.stride or model.patch not in (None, config.patch):
        wanted = model.patch or f"a multiple of {model.stride}"
        raise InputError(f"--patch {config.patch} does not suit {config.model}, expected {wanted}")
    parts, members = replicas * config.accumulation, model.shares
    fitting = parts * members
    if config.batch_size < members:
        raise InputError(
            f"--batch-size {config.batch_size} cannot be shared by the {members} members of {config.model}, "
            f"expected at least {members}"
        )
    if parts > 1 and config.batch_size % fitting:
        more = -(-config.batch_size // fitting) * fitting
        raise InputError(
            f"--batch-size {config.batch_size} in {parts} parts does not fit the {members} members of "
            f"{config.model}, "
            f"expected a multiple of {fitting}, {more} say"
        )


def describe(
    model: keras.Model, config: TrainConfig, overrides: dict, mixture: Mixture, replicas: int
) -> ModelDescription:
    """What the run folder and everything exported from it say of the model."""
    sensors = [_sensor(*named) for named in zip(mixture.datasets, mixture.parts, strict=True)]
    return ModelDescription.of(
        model,
        config.model,
        mixture.wavelengths,
        mixture.camera,
        overrides=overrides,
        provenance=provenance(config, mixture.names, replicas),
        sensors=sensors if model.spectral else None,
    )


def _sensor(dataset: str, scenes: Scenes) -> dict:
    return {
        "dataset": dataset,
        "wavelengths": list(scenes.wavelengths),
        "widths": scenes.widths and list(scenes.widths),
    }


def provenance(config: TrainConfig, names: Sequence[str], replicas: int) -> dict:
    """Where a model comes from, for its description."""
    told = ("dataset", "seed", "steps", "batch_size", "patch", "loss", "precision")
    return {
        **{name: getattr(config, name) for name in told},
        "split": config.split or part_names(config)[0],
        "scenes": list(names),
        "devices": replicas,
        "platform": f"{platform.system()} {platform.machine()}",
        "git": _git_revision(),
        "versions": {
            "hsi_inr_tf": hsi_inr_tf.__version__,
            "python": sys.version.split()[0],
            **{name: version(name) for name in ("tensorflow", "keras", "numpy")},
        },
    }


def _git_revision() -> str | None:
    """The revision of the source, with "+" if files were changed; None outside a checkout."""
    source = Path(hsi_inr_tf.__file__).parent

    def git(*arguments):
        return subprocess.run(
            ["git", "-C", source, *arguments], capture_output=True, text=True, check=True
        ).stdout.strip()

    try:
        # An installed copy may lie in somebody else's repository.
        git("ls-files", "--error-unmatch", "__init__.py")
        return git("rev-parse", "HEAD") + (
            "+" if git("status", "--porcelain", "--untracked-files=no", ".") else ""
        )
    except (OSError, subprocess.CalledProcessError):
        return None
