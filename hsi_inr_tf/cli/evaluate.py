"""Scoring a trained model on a dataset, always beside per-pixel polynomial regression fitted on the same
split's training part.
"""

import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

import tyro

from hsi_inr_tf.files import write_json
from hsi_inr_tf.inference import engines
from hsi_inr_tf.metrics import PROTOCOLS
from hsi_inr_tf.ranges import one_of


@dataclass(frozen=True)
class Options:
    model: Annotated[str, tyro.conf.Positional]
    """A run folder, a bundled model's name, a SavedModel folder or a .tflite file."""
    dataset: str | None = None
    """Dataset: cave, reflectance_collage, nus/<camera>, ntire2018/clean, arad_1k or folder:DIR; by default
    the one that the model was trained on.
    """
    data_dir: Path | None = None
    """Where tfds build wrote it; by default where the run found its own, or TFDS's own place."""
    split: str | None = None
    """Scenes to score: NAME:PART (cave-22-10:test, ...) or a split of the builder (test, ...); by default
    what is held out.
    """
    protocol: Annotated[str, one_of(PROTOCOLS)] = "full"
    """How to score: full (whole frame), seed (Eq. 12-14), released (64x64 crops) or mstpp (centre crop)."""
    consistent: bool = False
    """Correct the model's cubes so that they reproduce the RGB, as hsi-inr reconstruct --consistent
    does.
    """
    coverage: bool = False
    """Also test the model's uncertainty: how often the true values lie in its intervals."""
    engine: Annotated[str, one_of(engines.NAMES)] = "auto"
    """What computes: LiteRT where the model has a .tflite, else TensorFlow (auto), or one of them."""
    trust: bool = False
    """Load a SavedModel whatever its program may do, to files too: for makers whom you trust."""
    json: Path | None = None
    """Write all scores, per scene and per band, to this file."""
    allow_missing: bool = False
    """Score the scenes of the split that this copy of the data has, instead of refusing an incomplete
    copy.
    """
    white: float | None = None
    """The value that stands for 1 in the cubes of folder:DIR; by default 1, or the largest of all, which is
    said.
    """


def run(options: Options) -> None:
    """Score a model on a dataset, beside polynomial regression fitted on the training scenes of the same
    split.
    """
    from hsi_inr_tf.data import open_scenes
    from hsi_inr_tf.data.datasets import known, together
    from hsi_inr_tf.data.splits import training_part
    from hsi_inr_tf.evaluation import comparison, notes, regression_reconstructor, scored
    from hsi_inr_tf.evaluation.coverage import coverage
    from hsi_inr_tf.evaluation.own_dataset import own_dataset
    from hsi_inr_tf.inference import load

    dataset, data_dir = options.dataset, options.data_dir
    if dataset is None:
        dataset, found = own_dataset(options.model)
        data_dir = data_dir or found
    open_part = partial(
        open_scenes,
        dataset,
        data_dir,
        allow_missing=options.allow_missing,
        white=options.white,
    )
    split = options.split or known(dataset).scored
    reconstructor = load(options.model, options.engine, options.trust)
    scenes, fitted_on = open_part(split), training_part(split)
    known_range = reconstructor.description.wavelengths[0], reconstructor.description.wavelengths[-1]
    unknown = len(scenes.wavelengths)
    scenes = scenes.between(*known_range)
    unknown -= len(scenes.wavelengths)
    regression = regression_reconstructor(open_part(fitted_on).between(*known_range))

    model = reconstructor.description.model
    scores = scored(reconstructor, scenes, options.protocol, options.consistent)
    baseline = scored(regression, scenes, options.protocol)
    print(
        f"{model} ({options.model}) on {dataset}, {split}, {len(scenes)} scenes, protocol "
        f"{options.protocol}" + (", corrected to reproduce the RGB" if options.consistent else "")
    )
    print(scores.table())
    print(f"\nbeside polynomial regression of degree 3 for each pixel, fitted on {dataset}, {fitted_on}")
    print(comparison(model, scores, baseline))
    if options.coverage:
        tested = coverage(reconstructor, scenes)
        print(f"\n{tested.table()}")
    remarks = list(notes(reconstructor.description, scenes, split == fitted_on))
    trained_on = reconstructor.description.provenance.get("dataset")
    if isinstance(trained_on, str) and dataset not in together(trained_on):
        remarks.append(
            f"regression was fitted on scenes of {dataset}, which is scored, the model on {trained_on} only"
        )
    if unknown:
        remarks.append(f"{unknown} of the scenes' bands lie outside what the model knows and are not scored")
    for remark in remarks:
        print(f"warning: {remark}", file=sys.stderr)
    if options.json:
        write_json(
            options.json,
            {
                "model": model,
                "path": options.model,
                "dataset": dataset,
                "split": split,
                "protocol": options.protocol,
                "consistent": options.consistent,
                "scores": scores.to_dict(),
                **({"coverage": tested.to_dict()} if options.coverage else {}),
                "warnings": remarks,
                "regression": {"degree": 3, "fitted_on": fitted_on, **baseline.to_dict()},
                "provenance": reconstructor.description.provenance,
            },
        )
        print(f"wrote {options.json}")
