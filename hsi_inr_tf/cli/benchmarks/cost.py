"""Accuracy against cost, in one figure: the scores of table1 over the milliseconds of speed."""

import json
from dataclasses import dataclass
from pathlib import Path

from hsi_inr_tf.errors import InputError

PANELS = (("psnr", "PSNR (dB), higher is better"), ("sam", "SAM (degrees), lower is better"))
REGRESSION = "polynomial-regression"
OURS = "inr-"


@dataclass(frozen=True)
class Options:
    scores: Path
    """table.json of scripts/benchmark.py table1."""
    speed: Path
    """What scripts/benchmark.py speed --json wrote."""
    out: Path
    """Figure to write (.svg, .png, .pdf)."""
    size: int = 512
    """Side of the pictures whose milliseconds are shown."""
    engine: str = "litert"
    """Engine whose milliseconds are shown."""
    threads: int = 2
    """Threads whose milliseconds are shown."""


def run(options: Options) -> None:
    """Draw accuracy against milliseconds for the models that both files know."""
    from hsi_inr_tf.io.files import replacing

    table, rows = (_json(path) for path in (options.scores, options.speed))
    place = (options.size, options.engine, options.threads)
    milliseconds = {row["model"]: row["milliseconds"] for row in rows if (row["size"], row["engine"], row["threads"]) == place}
    scores = {row["model"]: row["seeds"][0]["scores"]["mean"] for row in table["rows"] if row["seeds"]}
    scores[REGRESSION] = table["regression"]["mean"]
    both = sorted(set(scores) & set(milliseconds), key=milliseconds.get)
    if not both:
        raise InputError(f"{options.speed} has no milliseconds for {place} of a model scored in {options.scores}")
    with replacing(options.out) as file:
        _figure([(model, milliseconds[model], scores[model]) for model in both], place).savefig(
            file, format=options.out.suffix.lstrip("."))
    print(f"wrote {options.out}")


def _json(path):
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read as JSON ({error})") from error


def _figure(points, place):
    """`points`: (model, milliseconds, scores) each."""
    from matplotlib.figure import Figure

    from hsi_inr_tf.viz.figures import INK, LINE, MARKS

    figure = Figure(figsize=(10, 4.2), layout="constrained")
    size, engine, threads = place
    for axes, (metric, label) in zip(figure.subplots(1, 2), PANELS, strict=True):
        for model, milliseconds, scores in points:
            colour = MARKS[0] if model.startswith(OURS) else MARKS[1]
            axes.plot(milliseconds, scores[metric], "o", ms=9, color=colour)
            axes.annotate(model, (milliseconds, scores[metric]), (0, 9), textcoords="offset points", ha="center", color=INK)
        axes.set(xscale="log", xlabel=f"milliseconds, {size} x {size} pixels, {engine}, {threads} threads", ylabel=label)
        axes.margins(0.18)
        axes.grid(color=LINE, lw=0.6)
        axes.spines[["top", "right"]].set_visible(False)
    return figure
