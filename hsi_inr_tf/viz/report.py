"""The report of a trained model beside a baseline, as one self-contained HTML file."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from hsi_inr_tf.annotations import PathLike
from hsi_inr_tf.cubes import HyperspectralImage
from hsi_inr_tf.evaluation.coverage import coverage
from hsi_inr_tf.files import replacing
from hsi_inr_tf.inference import Reconstructor
from hsi_inr_tf.metrics import Scores
from hsi_inr_tf.viz.report_page import Case, page

if TYPE_CHECKING:
    from hsi_inr_tf.data import Scenes


def write(
    path: PathLike,
    reconstructor: Reconstructor,
    baseline: Reconstructor,
    scenes: "Scenes",
    scores: Scores,
    baseline_scores: Scores,
    *,
    others: dict[str, Scores] | None = None,
    files: dict[str, str] | None = None,
    commands: Sequence[tuple[str, str]] = (),
    shown: int = 3,
) -> Path:
    """Write the report on `scenes` and return its path.

    `scores` are the model's on these scenes, `baseline_scores` the baseline's, `others` those of more models
    by the names that they are shown with. Of the scenes `shown` are
    drawn, from the best to the worst PSNR, so that no luck is in the choice. `files` (what -> where) and
    `commands` (command, what it does) close it.
    """
    path = Path(path)
    facts = _facts(reconstructor)
    if reconstructor.uncertainty is not None:
        held = coverage(reconstructor, scenes).mean[0.9]
        facts["Uncertainty"] = f"its 90 % intervals hold {held:.0%} of the values of the scenes scored here"
    model, other = (_title(one.description.model) for one in (reconstructor, baseline))
    description, provenance = reconstructor.description, reconstructor.description.provenance
    dataset = provenance.get("dataset", "the dataset")
    lead = (
        f"{model} turns an RGB picture into {len(description.wavelengths)} bands from "
        f"{description.wavelengths[0]:g} to "
        f"{description.wavelengths[-1]:g} nm. Trained on {len(provenance.get('scenes', ()))} scenes of "
        f"{dataset}, it is "
        f"scored here on {len(scenes)} others, beside {other} fitted on the same training scenes"
        + (f" and {len(others)} models that know other scenes only." if others else ".")
    )
    cases = [
        _case(scenes[index], scenes, reconstructor, baseline) for index in _from_best_to_worst(scores, shown)
    ]
    text = page(
        cases,
        {model: scores, other: baseline_scores, **(others or {})},
        title=f"{model} on {dataset}",
        lead=lead,
        facts=facts,
        files=files,
        commands=commands,
    )
    with replacing(path) as temporary:
        temporary.write_text(text, "utf-8")
    return path


def _case(scene, scenes, reconstructor, baseline) -> Case:
    truth = HyperspectralImage(np.asarray(scene.cube, np.float32), scenes.wavelengths, scenes.camera)
    predicted, compared = (
        one.reconstruct(scene.rgb, wavelengths=scenes.wavelengths, uncertainty=one.uncertainty is not None)
        for one in (reconstructor, baseline)
    )
    return Case(scene.name, scene.rgb, truth, predicted, compared)


def _from_best_to_worst(scores, count) -> list[int]:
    order = np.argsort([-row["psnr"] for row in scores.rows], kind="stable")
    picked = np.linspace(0, len(order) - 1, min(count, len(order))).round().astype(int)
    return [int(order[i]) for i in picked]


def _facts(reconstructor) -> dict[str, str]:
    """What the description knows of the model's making."""
    description, told = reconstructor.description, reconstructor.description.provenance
    facts = {
        "Model": description.model + (f", with {description.overrides}" if description.overrides else "")
    }
    keras_model = getattr(reconstructor.engine, "model", None)
    if keras_model is not None:
        facts["Parameters"] = f"{keras_model.count_params():,}"
    facts["Camera"] = f"{description.camera.name}, {description.camera.encoding} RGB"
    if "split" in told:
        facts["Trained on"] = (
            f"{told.get('dataset')}, split {told['split']}, {len(told.get('scenes', ()))} scenes"
        )
    if "steps" in told:
        side = told.get("patch")
        facts["Training"] = (
            f"{told['steps']:,} steps of {told.get('batch_size')} patches of {side} × {side} pixels, "
            f"loss {told.get('loss')}, seed {told.get('seed')}"
        )
    if "versions" in told:
        facts["Made with"] = ", ".join(f"{name} {version}" for name, version in told["versions"].items())
    if told.get("git"):
        facts["Revision"] = told["git"]
    return facts


def _title(model: str) -> str:
    return model.replace("polynomial-regression", "polynomial regression")
