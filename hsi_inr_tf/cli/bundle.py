"""From a finished run to a bundled model: weights, description and a .tflite for where TensorFlow is not
installed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import tyro

from hsi_inr_tf.errors import InputError

LARGEST = 8_000_000  # bytes a bundled model may have


@dataclass(frozen=True)
class Options:
    run: Annotated[Path, tyro.conf.Positional]
    """The run folder."""
    which: str = "last"
    """Its weights: last, or best on its validation scenes."""
    folds: tuple[Path, ...] = ()
    """Runs of the same model, each trained without some of the scenes (cave-grouped-0:train, ...): their
    errors on those calibrate the uncertainty.
    """
    data_dir: Path | None = None
    """Where tfds build wrote the dataset of --folds; by default TFDS's own place."""
    out: Path | None = None
    """The folder to write; by default hsi_inr_tf/pretrained/MODEL. A model card (README.md) that is there
    stays.
    """


def run(options: Options) -> None:
    """Bundle a run with the package: model.weights.h5, description.json, model.tflite (float32, any size) and
    training.json, which `hsi-inr train --config` takes.
    """
    from hsi_inr_tf import export
    from hsi_inr_tf.evaluation.calibration import fit
    from hsi_inr_tf.trained import bundles
    from hsi_inr_tf.trained.weights import load_run
    from hsi_inr_tf.training import TrainConfig
    from hsi_inr_tf.training.run_folder import RunFolder

    if options.which not in ("last", "best"):
        raise InputError(f"--which is {options.which}, expected last or best")
    model, description = load_run(options.run, options.which)
    training = replace(TrainConfig.read(RunFolder(options.run).config), data_dir=None, out=None)
    if options.folds:
        fitted = fit(list(_errors(options)), {"runs": [run.name for run in options.folds]})
        description = replace(description, uncertainty=fitted.to_dict())
    out = options.out or bundles.PRETRAINED / description.model
    size = export.model_folder(model, description, out, largest=LARGEST, training=training.to_json())
    print(f"{out}: {model.count_params():,} parameters, {size / 1e6:.1f} MB")


def _errors(options) -> Iterator:
    """What each of the --folds got wrong on the scenes that it held out."""
    from tqdm import tqdm

    from hsi_inr_tf.evaluation.calibration import errors_of
    from hsi_inr_tf.inference import Reconstructor
    from hsi_inr_tf.inference.keras_engine import KerasEngine
    from hsi_inr_tf.trained.weights import load_run
    from hsi_inr_tf.training.parts import open_fold

    for group, run in enumerate(tqdm(options.folds, desc="calibrating", unit="fold", leave=False)):
        reconstructor = Reconstructor(KerasEngine(*load_run(run, "last")))
        _, held, _ = open_fold(run, options.data_dir)
        for scene in held:
            yield errors_of(reconstructor, scene, group)
