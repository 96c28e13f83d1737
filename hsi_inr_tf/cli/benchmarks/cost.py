"""Accuracy against cost, in one figure: scores of table1 and of hsi-inr evaluate over the milliseconds of
speed.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.files import read_json, replacing
from hsi_inr_tf.metrics import METRICS
from hsi_inr_tf.ranges import whole

DAMAGED = (KeyError, TypeError, ValueError, IndexError, AttributeError)
PANELS = (("psnr", "PSNR (dB)"), ("sam", "SAM (degrees), downwards"))
SUFFIXES = (".svg", ".png", ".pdf")
REGRESSION = "polynomial-regression"
OURS = "inr-"


@dataclass(frozen=True)
class Options:
    scores: tuple[Path, ...]
    """What hsi-inr evaluate --json wrote, and table.json of hsi-inr benchmark table1: of the same
    scenes and protocol.
    """
    speed: Path
    """What hsi-inr benchmark speed --json wrote."""
    out: Path
    """Figure to write (.svg, .png, .pdf)."""
    size: Annotated[int, whole(1, 1 << 16)] = 512
    """Side of the pictures whose milliseconds are shown."""
    engine: str = "litert"
    """Engine whose milliseconds are shown."""
    threads: Annotated[int, whole(1, 1024)] = 2
    """Threads whose milliseconds are shown."""


def run(options: Options) -> None:
    """Draw accuracy against milliseconds for the models that are both scored and timed."""
    if options.out.suffix not in SUFFIXES:
        raise InputError(f"--out {options.out}: expected a name that ends in {', '.join(SUFFIXES)}")
    place = (options.size, options.engine, options.threads)
    milliseconds = _milliseconds(options.speed, place)
    scores = {model: mean for path in options.scores for model, mean in _scores(path).items()}
    both = sorted(set(scores) & set(milliseconds), key=milliseconds.__getitem__)
    if not both:
        scored = ", ".join(map(str, options.scores))
        raise InputError(f"{options.speed} has no milliseconds for {place} of a model scored in {scored}")
    with replacing(options.out) as file:
        points = [(model, milliseconds[model], scores[model]) for model in both]
        _figure(points, sorted(set(scores) - set(both)), place).savefig(
            file, format=options.out.suffix.lstrip(".")
        )
    print(f"wrote {options.out}")


def _milliseconds(path, place) -> dict:
    """{model: milliseconds} of the rows of `place` = (size, engine, threads)."""
    rows = read_json(path, list)
    try:
        found = {
            row["model"]: row["milliseconds"]
            for row in rows
            if (row["size"], row["engine"], row["threads"]) == place
        }
        if not all(type(value) in (int, float) and value > 0 for value in found.values()):
            raise ValueError("milliseconds that are no positive numbers")
        return found
    except DAMAGED as error:
        raise InputError(f"{path} is not what hsi-inr benchmark speed --json wrote ({error})") from error


def _scores(path) -> dict:
    """{model: its mean scores}, regression among them."""
    content = read_json(path)
    try:
        if "rows" in content:
            found = {
                row["model"]: row["seeds"][0]["scores"]["mean"] for row in content["rows"] if row["seeds"]
            }
        else:
            found = {content["model"]: content["scores"]["mean"]}
        found |= {REGRESSION: content["regression"]["mean"]}
        for name in ("psnr", "sam"):
            if not all(type(mean[name]) in (int, float) for mean in found.values()):
                raise ValueError(f"{name} that is no number")
        return found
    except DAMAGED as error:
        raise InputError(f"{path} holds no scores as hsi-inr evaluate --json wrote ({error})") from error


def _figure(points, untimed, place):
    """`points`: (model, milliseconds, scores) each; `untimed` models have a score and no speed, and are named
    below.
    """
    from matplotlib.figure import Figure

    from hsi_inr_tf.cubes.summary import INK, LINE, MARKS

    figure = Figure(figsize=(12.5, 4.6), layout="constrained")
    size, engine, threads = place
    for axes, (metric, label) in zip(figure.subplots(1, 2), PANELS, strict=True):
        for number, (model, milliseconds, scores) in enumerate(points):
            colour = MARKS[0] if model.startswith(OURS) else MARKS[1]
            axes.plot(milliseconds, scores[metric], "o", ms=9, color=colour)
            # Neighbours apart.
            beside = {"xytext": (-9, 0), "ha": "right"} if number % 2 else {"xytext": (9, 0), "ha": "left"}
            axes.annotate(
                model,
                (milliseconds, scores[metric]),
                textcoords="offset points",
                va="center",
                color=INK,
                **beside,
            )
        axes.set(
            xscale="log",
            xlabel=f"milliseconds, {size} x {size} pixels, {engine}, {threads} threads",
            ylabel=label,
            title="better: up and left",
        )
        axes.margins(0.28)
        if not METRICS[metric].higher_is_better:
            axes.invert_yaxis()  # so that up is better in both
        axes.grid(color=LINE, lw=0.6)
        axes.spines[["top", "right"]].set_visible(False)
    if untimed:
        figure.supxlabel(f"Scored but not timed: {', '.join(untimed)}", fontsize=9, color=INK)
    return figure
