"""Scoring a model on a set of scenes: a row per picture, the mean, and how sure one may be of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.metrics.protocols import Protocol, protocol_named
from hsi_inr_tf.metrics.table import METRICS, score

RESAMPLES = 2000


@dataclass(frozen=True)
class Scores:
    """`rows` holds, for every picture, "scene" and what `score` gives."""

    protocol: str
    rows: tuple[dict, ...]

    @property
    def mean(self) -> dict:
        """Each metric over the pictures."""
        values = self._values()
        return {
            metric: float(_summary(values[:, column], metric, protocol_named(self.protocol)))
            for column, metric in enumerate(METRICS)
        }

    @property
    def interval(self) -> dict:
        """95 % bootstrap interval of each mean, as (low, high): pictures drawn with replacement, 2000 times,
        seed 0.
        """
        values = self._values()
        draws = np.random.default_rng(0).integers(len(values), size=(RESAMPLES, len(values)))
        means = {
            metric: _summary(values[draws, column], metric, protocol_named(self.protocol))
            for column, metric in enumerate(METRICS)
        }
        return {metric: tuple(np.percentile(drawn, (2.5, 97.5)).tolist()) for metric, drawn in means.items()}

    def to_dict(self) -> dict:
        """For JSON: protocol, pictures, mean, interval_95, rows (with their bands). Numbers that are not
        finite are None.
        """
        return _finite(
            {
                "protocol": self.protocol,
                "pictures": len(self.rows),
                "mean": self.mean,
                "interval_95": self.interval,
                "rows": list(self.rows),
            }
        )

    def table(self) -> str:
        """The rows, their mean and its interval as text."""
        width = max(len(row["scene"]) for row in (*self.rows, {"scene": "95 % interval"}))
        mean, interval = self.mean, self.interval
        metrics = METRICS.values()

        def line(title, cells):
            return f"{title:<{width}}" + "".join(f"{cell:>17}" for cell in cells)

        return "\n".join(
            [
                line("scene", [metric.title for metric in metrics]),
                *(line(row["scene"], [m.text(row[m.name]) for m in metrics]) for row in self.rows),
                line("mean", [m.text(mean[m.name]) for m in metrics]),
                line(
                    "95 % interval",
                    [" .. ".join(m.text(end) for end in interval[m.name]) for m in metrics],
                ),
            ]
        )

    def _values(self):
        return np.array([[row[metric] for metric in METRICS] for row in self.rows], np.float64)


def evaluate(
    predict: Callable, scenes: Iterable, protocol: str = "full", *, progress: Callable | None = None
) -> Scores:
    """Score `predict` (rgb [height, width, 3] -> cube [height, width, bands]) on every one of `scenes`.

    Scenes have name, rgb and cube. `progress` wraps the iteration, as tqdm does.
    """
    rules = protocol_named(protocol)
    rows = []
    for scene in progress(scenes) if progress else scenes:
        predicted = _predicted(predict, scene.rgb, rules)
        rows.append({"scene": scene.name, **score(rules.window(scene.cube), predicted, protocol)})
    if not rows:
        raise InputError("there is no scene to score: the split is empty")
    return Scores(protocol, tuple(rows))


def _predicted(predict, rgb, rules: Protocol):
    """The prediction of the scored part; of each patch on its own where the protocol has patches."""
    if not rules.patch:
        return rules.window(np.asarray(predict(rgb)))
    patches = [np.asarray(predict(patch)) for patch in rules.patches(rgb)]
    predicted = np.empty((*rules.window(rgb).shape[:2], patches[0].shape[-1]), patches[0].dtype)
    for place, patch in zip(rules.patches(predicted), patches, strict=True):
        place[:] = patch
    return predicted


def _summary(values, metric, rules):
    """The mean along the last axis; the PSNR of a pooled protocol is that of the mean squared error."""
    if metric == "psnr" and rules.pooled:
        return -10.0 * np.log10(np.mean(10.0 ** (-values / 10.0), axis=-1))
    return np.mean(values, axis=-1)


def _finite(value):
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value
