"""A trained model's scores on scenes, beside a baseline's, and what a reader of them must know."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from tqdm import tqdm

from hsi_inr_tf import metrics

if TYPE_CHECKING:
    from hsi_inr_tf.data import Scenes
    from hsi_inr_tf.inference import Reconstructor
    from hsi_inr_tf.trained.description import ModelDescription


def scored(
    reconstructor: "Reconstructor", scenes: "Scenes", protocol: str, consistent: bool = False
) -> metrics.Scores:
    """The scores of a Reconstructor on `scenes`; where they have other bands than the model it is asked for
    those.

    `consistent`: corrected so that they reproduce the RGB, see Reconstructor.reconstruct.
    """
    description = reconstructor.description
    asked = {"wavelengths": scenes.wavelengths, "widths": scenes.widths if description.sensors else None}
    clip = metrics.PROTOCOLS[protocol].clamp

    def predict(rgb):
        return reconstructor.reconstruct(rgb, **asked, consistent=consistent, clip=clip).data

    progress = partial(tqdm, desc=f"scoring {description.model}", unit="scene", leave=False)
    return metrics.evaluate(predict, scenes, protocol, progress=progress)


def comparison(
    name: str,
    scores: metrics.Scores,
    baseline: metrics.Scores,
    others: dict[str, metrics.Scores] | None = None,
) -> str:
    """The means of a model, of the baseline and of `others`, and on how many scenes the model is better than
    the baseline, as text.
    """
    shown = {name: scores, "polynomial regression": baseline, **(others or {})}
    rows = [("", [metric.title for metric in metrics.METRICS.values()])]
    rows += [
        (title, [metric.text(one.mean[name]) for name, metric in metrics.METRICS.items()])
        for title, one in shown.items()
    ]
    better = [f"{wins(scores, baseline, metric)} of {len(scores.rows)}" for metric in metrics.METRICS]
    rows.insert(3, (f"{name} is better on", better))
    width = max(len(title) for title, _ in rows)
    return "\n".join(f"{title:<{width}}" + "".join(f"{cell:>10}" for cell in cells) for title, cells in rows)


def wins(scores: metrics.Scores, baseline: metrics.Scores, metric: str) -> int:
    """On how many pictures the first is better than the second."""
    return sum(
        metrics.METRICS[metric].better(mine[metric], other[metric])
        for mine, other in zip(scores.rows, baseline.rows, strict=True)
    )


def notes(description: "ModelDescription", scenes: "Scenes", fitted_on_scored: bool) -> Iterator[str]:
    """What a reader of the scores of `scenes` must know, a sentence each."""
    seen = sorted(set(description.provenance.get("scenes", ())) & set(scenes.names))
    if seen:
        yield (
            f"the model was trained on {len(seen)} of these scenes ({', '.join(seen)}), so the scores say "
            "nothing of new ones"
        )
    if fitted_on_scored:
        yield "regression was fitted on the scenes that it is scored on"
    if description.camera.name != scenes.camera.name:
        yield (
            f"the model was trained for camera {description.camera.name}, these scenes are from "
            f"{scenes.camera.name}"
        )
