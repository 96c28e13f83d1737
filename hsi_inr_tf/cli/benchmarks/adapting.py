"""What measured points buy: models adapted to scenes of a group that they never saw, and scored on them."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.metrics import PROTOCOLS
from hsi_inr_tf.ranges import one_of, whole

GROUPS = ("cave-grouped-0", "cave-grouped-1", "cave-grouped-2", "cave-grouped-3")
SUFFIXES = (".svg", ".png", ".pdf")
PANELS = (("psnr", "PSNR (dB)"), ("sam", "SAM (degrees)"))
SHOWN = ("psnr", "mpsnr", "ssim", "sam")
NOISE = 0.01  # of a spectrum's largest value, one standard deviation
OFF = 2.0  # pixels by which spectra are measured beside their points
THIN = 4  # of the other scenes every fourth pixel of each axis is scored
NONE, KEEP = "nothing measured", "12 points, --keep"


@dataclass(frozen=True)
class Options:
    dataset: str = "cave"
    """The dataset."""
    splits: tuple[str, ...] = GROUPS
    """Splits with the parts train, to which regression is fitted, and validation, which is measured."""
    models: tuple[str, ...] = ()
    """A model for each of the splits, trained without its part validation; by default regression of degree 4
    that is fitted to its part train.
    """
    data_dir: Path | None = None
    """Where tfds build wrote the dataset; by default TFDS's own place."""
    counts: tuple[Annotated[int, whole(1, 10_000)], ...] = (1, 2, 3, 6, 12, 24, 48)
    """How many points are measured."""
    factors: tuple[Annotated[int, whole(1, 4096)], ...] = (32, 16, 8)
    """By how much the coarse cubes are coarser than the scenes."""
    protocol: Annotated[str, one_of(PROTOCOLS)] = "full"
    """How to score."""
    json: Path | None = None
    """Write all scores to this file."""
    out: Path | None = None
    """Figure of error against the number of points to write (.svg, .png, .pdf)."""


def run(options: Options) -> None:
    """Adapt a model to scenes that it has not seen, by points and by coarse cubes, and score it on them."""
    from hsi_inr_tf import data, metrics
    from hsi_inr_tf.evaluation import notes
    from hsi_inr_tf.files import replacing, write_json

    if options.models and len(options.models) != len(options.splits):
        raise InputError(f"{len(options.models)} models for {len(options.splits)} splits, expected one each")
    if options.out and options.out.suffix not in SUFFIXES:
        raise InputError(f"--out {options.out}: expected a name that ends in {', '.join(SUFFIXES)}")
    rows: dict[str, list] = {}
    seconds: dict[str, list] = {}
    others: dict[str, list] = {}
    for number, split in enumerate(options.splits):
        held_out = data.open_scenes(options.dataset, options.data_dir, f"{split}:validation")
        model = _model(options, number)
        for note in notes(model.description, held_out, fitted_on_scored=False):
            print(f"note: {note}")
        for index, scene in enumerate(held_out):
            print(scene.name, flush=True)
            for name, took, adapted, cube in _answers(model, scene, held_out, options):
                seconds.setdefault(name, []).append(took)
                scores = metrics.score(scene.cube, cube, options.protocol)
                rows.setdefault(name, []).append({"scene": scene.name, **scores})
                if name in ("12 points", KEEP):
                    others.setdefault(name, []).extend(_losses(model, adapted, held_out, index))
    scores = {name: metrics.Scores(options.protocol, tuple(some)) for name, some in rows.items()}
    print(_table(scores, seconds))
    for name, losses in others.items():
        print(
            f"{name}: on the other scenes of the group PSNR {np.mean(losses):+.2f} dB, worst "
            f"{min(losses):+.2f}"
        )
    if options.json:
        write_json(
            options.json,
            {
                "splits": list(options.splits),
                "models": list(options.models),
                "protocol": options.protocol,
                "scores": {name: one.to_dict() for name, one in scores.items()},
                "seconds": {name: float(np.median(some)) for name, some in seconds.items()},
                "psnr_change_on_other_scenes": others,
            },
        )
    if options.out:
        with replacing(options.out) as file:
            _figure(scores, options).savefig(file, format=options.out.suffix.lstrip("."))
        print(f"wrote {options.out}")


def _model(options, number):
    """What is adapted to the scenes that a split holds out."""
    from hsi_inr_tf import data, inference
    from hsi_inr_tf.evaluation import regression_reconstructor
    from hsi_inr_tf.models.committee import RIDGE

    if options.models:
        return inference.load(options.models[number])
    train = data.open_scenes(options.dataset, options.data_dir, f"{options.splits[number]}:train")
    return regression_reconstructor(train, degree=4, ridge=RIDGE)


def _answers(model, scene, scenes, options) -> Iterator[tuple]:
    """(what was measured in the scene, seconds that adapting to it took, the model adapted to it, its cube).

    For a fused cube the seconds are those of all, and the model is the one that began.
    """
    from hsi_inr_tf.cubes import HyperspectralImage

    generator = np.random.default_rng(0)

    def adapted(name, **measured):
        start = time.perf_counter()
        one = model.adapt(scene.rgb, **measured)
        return name, time.perf_counter() - start, one, one.reconstruct(scene.rgb).data

    def fused(name, cube):
        start = time.perf_counter()
        image = model.fuse(scene.rgb, cube)
        return f"{name}, fused", time.perf_counter() - start, model, image.data

    yield NONE, 0.0, model, model.reconstruct(scene.rgb).data
    for count in sorted({*options.counts, 12}):
        chosen = model.suggest_points(scene.rgb, count).astype(int)
        yield adapted(_named(count), points=chosen, spectra=scene.cube[tuple(chosen.T)])
    points = model.suggest_points(scene.rgb, 12).astype(int)
    spectra = scene.cube[tuple(points.T)]
    yield adapted(KEEP, points=points, spectra=spectra, keep=True)
    noise = generator.normal(0.0, NOISE, spectra.shape) * spectra.max(axis=1, keepdims=True)
    yield adapted("12 points, 1 % noise", points=points, spectra=np.maximum(spectra + noise, 0.0))
    angle = generator.uniform(0.0, 2.0 * np.pi, len(points))
    beside = np.round(points + OFF * np.stack([np.cos(angle), np.sin(angle)], axis=1)).astype(int)
    beside = np.clip(beside, 0, np.array(scene.rgb.shape[:2]) - 1)
    yield adapted("12 points, off by 2 pixels", points=points, spectra=scene.cube[tuple(beside.T)])
    anywhere = generator.integers(0, scene.rgb.shape[:2], (12, 2))
    yield adapted("12 points drawn at random", points=anywhere, spectra=scene.cube[tuple(anywhere.T)])
    for factor in options.factors:
        for name, weights in (("", np.ones(factor)), (", blurred", _gaussian(factor))):
            coarse = _coarse(scene.cube, weights)
            cube = HyperspectralImage(coarse, scenes.wavelengths)
            if not name:
                yield adapted(f"coarse cube, {factor} times", cube=cube)
            yield fused(f"coarse cube, {factor} times{name}", cube)


def _coarse(cube, weights):
    """The mean of every square of len(weights) pixels a side, by the weights of its rows and columns."""
    factor = len(weights)
    height, width = (side // factor for side in cube.shape[:2])
    inside = cube[: height * factor, : width * factor].reshape(height, factor, width, factor, -1)
    return np.einsum("iajbc,a,b->ijc", inside, weights, weights, optimize=True) / weights.sum() ** 2


def _gaussian(factor):
    """As in the literature on fusing: blurred by a Gaussian of a quarter of the factor, then decimated."""
    return np.exp(-0.5 * np.square((np.arange(factor) - (factor - 1) / 2) / (factor / 4)))


def _named(count):
    return f"{count} point{'s' if count > 1 else ''}"


def _losses(model, adapted, scenes, index) -> list[float]:
    """By how much adapting changed the PSNR (dB) of each of the other scenes."""
    from hsi_inr_tf.metrics import psnr

    changes = []
    for other in range(len(scenes)):
        if other != index:
            rgb, cube = scenes.window(other, np.s_[::THIN, ::THIN])
            before, after = (psnr(cube, one.reconstruct(rgb).data) for one in (model, adapted))
            changes.append(float(after - before))
    return changes


def _table(scores, seconds) -> str:
    """The mean of each row, its worst change of PSNR, and the median seconds of adapting."""
    width = max(map(len, scores))
    lines = [" " * width + "".join(f"{name.upper():>9}" for name in SHOWN) + "    worst  seconds"]
    before = np.array([row["psnr"] for row in scores[NONE].rows])
    for name, one in scores.items():
        mean = one.mean
        worst = min(np.array([row["psnr"] for row in one.rows]) - before)
        numbers = f"{mean['psnr']:9.2f}{mean['mpsnr']:9.2f}{mean['ssim']:9.4f}{mean['sam']:9.2f}"
        lines.append(f"{name:<{width}}{numbers}{worst:+9.2f}{np.median(seconds[name]):9.2f}")
    return "\n".join(lines)


def _figure(scores, options):
    from matplotlib.figure import Figure

    from hsi_inr_tf.cubes.summary import INK, LINE, MARKS

    figure = Figure(figsize=(10, 3.8), layout="constrained")
    counts = [0, *sorted({*options.counts, 12})]
    rows = [NONE, *map(_named, counts[1:])]
    place = np.arange(len(counts))
    for axes, (metric, label) in zip(figure.subplots(1, 2), PANELS, strict=True):
        means = [scores[row].mean[metric] for row in rows]
        low, high = np.array([scores[row].interval[metric] for row in rows]).T
        axes.fill_between(place, low, high, color=MARKS[1], alpha=0.15, lw=0)
        axes.plot(place, means, "o-", color=MARKS[1])
        for x, mean in zip(place, means, strict=True):
            axes.annotate(f"{mean:.1f}", (x, mean), xytext=(0, 8), textcoords="offset points", ha="center")
        for factor in options.factors[:1]:
            coarse = scores[f"coarse cube, {factor} times"].mean[metric]
            axes.axhline(coarse, color=MARKS[0], ls="--", lw=1)
            axes.annotate(f"coarse cube, {factor} times: {coarse:.1f}", (0, coarse), xytext=(4, 4),
                          textcoords="offset points", color=MARKS[0])  # fmt: skip
        axes.set_xticks(place, counts)
        axes.set(xlabel="points measured in the scene", ylabel=label)
        axes.margins(y=0.2)
        axes.grid(color=LINE, lw=0.6)
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(colors=INK)
    return figure
