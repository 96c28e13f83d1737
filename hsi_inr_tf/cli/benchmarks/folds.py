"""Cross-validation: runs that held out different scenes, each scored on its own, all scenes in one table."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import tyro

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.evaluation import comparison, regression_reconstructor, scored
from hsi_inr_tf.files import write_json
from hsi_inr_tf.metrics import PROTOCOLS
from hsi_inr_tf.ranges import one_of


@dataclass(frozen=True)
class Options:
    runs: Annotated[tuple[Path, ...], tyro.conf.Positional]
    """Run folders, trained alike on splits with a part "validation" (cave-grouped-0:train, ...), no scene
    twice among these.
    """
    which: Literal["last", "best"] = "last"
    """Their weights: the last, or those that were best on the scenes that are scored, which flatters them."""
    data_dir: Path | None = None
    """Where tfds build wrote the dataset; by default TFDS's own place."""
    protocol: Annotated[str, one_of(PROTOCOLS)] = "full"
    """How to score."""
    json: Path | None = None
    """Write all scores, per scene and per band, to this file."""


def run(options: Options) -> None:
    """Score runs of several folds on the scenes that each held out, beside regression fitted on what each was
    trained on: the mean over scenes, the mean over folds, and the worst fold.
    """
    from hsi_inr_tf import metrics
    from hsi_inr_tf.inference import Reconstructor
    from hsi_inr_tf.inference.keras_engine import KerasEngine
    from hsi_inr_tf.trained.weights import load_run
    from hsi_inr_tf.training.parts import open_fold

    if not options.runs:
        raise InputError("there is no run to score, expected at least one run folder")
    rows: list[dict] = []
    baseline_rows: list[dict] = []
    folds = []
    for folder in options.runs:
        model, description = load_run(folder, options.which)
        train, scenes, test = open_fold(folder, options.data_dir)
        again = {row["scene"] for row in rows} & set(scenes.names)
        if again:
            raise InputError(
                f"{folder}: {', '.join(sorted(again))} were held out by another of these runs too"
            )
        mine = scored(Reconstructor(KerasEngine(model, description)), scenes, options.protocol)
        other = scored(regression_reconstructor(train), scenes, options.protocol)
        rows += mine.rows
        baseline_rows += other.rows
        folds.append({"held_out": test, "mean": mine.mean, "regression": other.mean})
    scores, baseline = (metrics.Scores(options.protocol, tuple(some)) for some in (rows, baseline_rows))
    print(
        f"{description.model}, {len(options.runs)} runs, the {len(rows)} scenes that they held out, "
        f"protocol {options.protocol}"
    )
    print(scores.table())
    print(
        "\nbeside polynomial regression of degree 3 for each pixel, fitted on the scenes that each run "
        "was trained on"
    )
    print(comparison(description.model, scores, baseline))
    print(f"\nby fold\n{fold_table(folds)}")
    if options.json:
        write_json(
            options.json,
            {
                "model": description.model,
                "runs": [str(folder) for folder in options.runs],
                "protocol": options.protocol,
                "folds": folds,
                "scores": scores.to_dict(),
                "regression": baseline.to_dict(),
            },
        )
        print(f"wrote {options.json}")


def fold_table(folds: list[dict]) -> str:
    """The mean scores of every fold, the mean over folds and the worst fold of each metric, with what they
    are better than regression in brackets, as text.
    """
    from hsi_inr_tf import metrics

    def line(title, means):
        cells = (f"{m.text(mine)} ({mine - other:+.{m.digits}f})" for m, mine, other in means)
        return f"{title:<28}" + "".join(f"{cell:>18}" for cell in cells)

    def worst(metric):
        return (min if metric.higher_is_better else max)(folds, key=lambda fold: fold["mean"][metric.name])

    def mean(of, metric):
        return sum(fold[of][metric.name] for fold in folds) / len(folds)

    every = metrics.METRICS.values()
    return "\n".join(
        [
            f"{'':<28}" + "".join(f"{metric.title:>18}" for metric in every),
            *(
                line(fold["held_out"], [(m, fold["mean"][m.name], fold["regression"][m.name]) for m in every])
                for fold in folds
            ),
            line("mean of folds", [(m, mean("mean", m), mean("regression", m)) for m in every]),
            line(
                "worst fold", [(m, worst(m)["mean"][m.name], worst(m)["regression"][m.name]) for m in every]
            ),
        ]
    )
