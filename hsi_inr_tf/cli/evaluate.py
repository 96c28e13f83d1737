"""Scoring a trained model on a dataset, always beside per-pixel polynomial regression fitted on the same split's training part."""

import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import tyro

from hsi_inr_tf import metrics
from hsi_inr_tf.io.files import replacing
from hsi_inr_tf.metrics import protocols


@dataclass(frozen=True)
class Options:
    model: Annotated[str, tyro.conf.Positional]
    """A run folder, a bundled model's name, a SavedModel folder or a .tflite file."""
    dataset: str = "cave"
    """Dataset: cave, reflectance_collage, nus/<camera>, ntire2018/clean, arad_1k or folder:DIR."""
    data_dir: Path | None = None
    """Where tfds build wrote it; by default TFDS's own place."""
    split: str | None = None
    """Scenes to score: NAME:PART (cave-22-10:test, ...) or a split of the builder (test, ...); by default what is held out."""
    protocol: Literal["full", "seed", "released", "mstpp"] = "full"
    """How to score: full (whole frame), seed (Eq. 12-14), released (64x64 crops) or mstpp (centre crop)."""
    consistent: bool = False
    """Correct the model's cubes so that they reproduce the RGB, as scripts/reconstruct.py --consistent does."""
    json: Path | None = None
    """Write all scores, per scene and per band, to this file."""
    allow_missing: bool = False
    """Score the scenes of the split that this copy of the data has, instead of refusing an incomplete copy."""


def run(options: Options) -> None:
    """Score a model on a dataset, beside polynomial regression fitted on the training scenes of the same split."""
    from hsi_inr_tf.data import open_scenes
    from hsi_inr_tf.inference import load

    open_part = partial(open_scenes, options.dataset, options.data_dir, allow_missing=options.allow_missing)
    split = options.split or default_split(options.dataset)
    reconstructor = load(options.model)
    scenes, fitted_on = open_part(split), training_part(split)
    regression = regression_reconstructor(open_part(fitted_on))

    model = reconstructor.description.model
    scores = scored(reconstructor, scenes, options.protocol, options.consistent)
    baseline = scored(regression, scenes, options.protocol)
    print(f"{model} ({options.model}) on {options.dataset}, {split}, {len(scenes)} scenes, protocol {options.protocol}"
          + (", corrected to reproduce the RGB" if options.consistent else ""))
    print(scores.table())
    print(f"\nbeside polynomial regression of degree 3 for each pixel, fitted on {fitted_on}")
    print(comparison(model, scores, baseline))
    for note in notes(reconstructor.description, scenes, split == fitted_on):
        print(f"note: {note}")
    if options.json:
        write_json(options.json, {
            "model": model, "path": options.model, "dataset": options.dataset, "split": split, "protocol": options.protocol,
            "consistent": options.consistent, "scores": scores.to_dict(),
            "regression": {"degree": 3, "fitted_on": fitted_on, **baseline.to_dict()},
            "provenance": reconstructor.description.provenance})
        print(f"wrote {options.json}")


def default_split(dataset: str) -> str:
    """The scenes of `dataset` that are there to be scored."""
    return {"cave": "cave-22-10:test", "arad_1k": "validation", "ntire2018": "validation"}.get(dataset.split("/")[0], "test")


def training_part(split: str) -> str:
    """The split that a baseline for `split` may learn from: "NAME:PART" -> "NAME:train", any split of a builder -> "train"."""
    name, colon, _ = split.partition(":")
    return f"{name}:train" if colon else "train"


def regression_reconstructor(scenes):
    """A Reconstructor of polynomial regression of degree 3, fitted on `scenes`."""
    from hsi_inr_tf.description import ModelDescription
    from hsi_inr_tf.inference import Reconstructor
    from hsi_inr_tf.inference.engines import KerasEngine
    from hsi_inr_tf.models import polynomial_regression

    model = polynomial_regression.fit(_progress(scenes, "fitting regression"))
    description = ModelDescription("polynomial-regression", scenes.wavelengths, scenes.camera, model.stride, model.halo,
                                   model.patch, provenance={"scenes": list(scenes.names)})
    return Reconstructor(KerasEngine(model, description))


def scored(reconstructor, scenes, protocol: str, consistent: bool = False) -> metrics.Scores:
    """The scores of a Reconstructor on `scenes`; its cubes are resampled if the scenes have other wavelengths.

    `consistent`: corrected so that they reproduce the RGB, see Reconstructor.reconstruct.
    """
    description = reconstructor.description
    wavelengths = None if np.array_equal(description.wavelengths, scenes.wavelengths) else scenes.wavelengths
    clip = protocols.named(protocol).clamp

    def predict(rgb):
        return reconstructor.reconstruct(rgb, wavelengths=wavelengths, consistent=consistent, clip=clip).data

    return metrics.evaluate(predict, scenes, protocol, progress=partial(_progress, title=f"scoring {description.model}"))


def comparison(name: str, scores: metrics.Scores, baseline: metrics.Scores) -> str:
    """Both means, and on how many scenes the model is better than the baseline, as text."""
    titles = (name, "polynomial regression", f"{name} is better on")
    width = max(len(title) for title in titles)
    rows = [("", [metric.upper() for metric in metrics.METRICS])]
    rows += [(title, [metrics.text(one.mean[metric], metric) for metric in metrics.METRICS])
             for title, one in zip(titles, (scores, baseline), strict=False)]
    rows.append((titles[2], [f"{wins(scores, baseline, metric)} of {len(scores.rows)}" for metric in metrics.METRICS]))
    return "\n".join(f"{title:<{width}}" + "".join(f"{cell:>10}" for cell in cells) for title, cells in rows)


def wins(scores: metrics.Scores, baseline: metrics.Scores, metric: str) -> int:
    """On how many pictures the first is better than the second."""
    return sum(metrics.better(mine[metric], other[metric], metric) for mine, other in zip(scores.rows, baseline.rows, strict=True))


def notes(description, scenes, fitted_on_scored: bool):
    """What a reader of the scores must know."""
    seen = sorted(set(description.provenance.get("scenes", ())) & set(scenes.names))
    if seen:
        yield f"the model was trained on {len(seen)} of these scenes ({', '.join(seen)}), so the scores say nothing of new ones"
    if fitted_on_scored:
        yield "regression was fitted on the scenes that it is scored on"
    if description.camera.name != scenes.camera.name:
        yield f"the model was trained for camera {description.camera.name}, these scenes are from {scenes.camera.name}"


def write_json(path: Path, content: dict) -> None:
    """Write JSON; see `write_text`."""
    write_text(path, json.dumps(content, indent=1))


def write_text(path: Path, text: str) -> None:
    """Write a file under a temporary name beside `path` and rename it."""
    with replacing(path) as temporary:
        temporary.write_text(text)


def _progress(scenes, title):
    from tqdm import tqdm

    return tqdm(scenes, desc=title, unit="scene", leave=False)
