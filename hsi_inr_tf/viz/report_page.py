"""What the report looks like: one HTML file with pictures, error maps, spectra against truth and scores,
without scripts.
"""

import base64
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np

from hsi_inr_tf.cubes.hyperspectral_image import HyperspectralImage
from hsi_inr_tf.cubes.summary import INK, MARKS, spread_points
from hsi_inr_tf.metrics import METRICS, Metric, Scores
from hsi_inr_tf.viz import charts
from hsi_inr_tf.viz.figures import ERRORS, check_comparable

TEMPLATE = Path(__file__).with_name("report.html")
LONGEST = 420  # pixels of a picture's longer side
SHOWN = [METRICS[name] for name in ("psnr", "ssim", "sam")]  # in large figures


@dataclass(frozen=True)
class Case:
    """One scene: rgb [height, width, 3] in [0, 1], its true cube, and what the model and, if given, a
    baseline made of it.
    """

    name: str
    rgb: np.ndarray
    truth: HyperspectralImage
    prediction: HyperspectralImage
    baseline: HyperspectralImage | None = None


def page(
    cases: Sequence[Case],
    scores: dict[str, Scores],
    *,
    title: str,
    lead: str,
    facts: dict[str, str] | None = None,
    files: dict[str, str] | None = None,
    commands: Sequence[tuple[str, str]] = (),
) -> str:
    """The report's HTML.

    `scores` names the model first and what it is compared with after it. `facts` says how the model was made,
    `files` where things lie, `commands` what to try next, as (command, what it does).
    """
    columns = max([4 + (case.baseline is not None) for case in cases], default=4)
    names = list(scores)
    top = _error_scale(cases)
    fields = {
        "__TITLE__": escape(title),
        "__LEAD__": escape(lead),
        "__COLUMNS__": str(columns),
        "__ERRORS__": _error_gradient(),
        "__TILES__": _tiles(scores),
        "__SCORES__": _score_table(scores),
        "__CASES__": "".join([_cases_heading(cases, top), *(_case(case, top, names) for case in cases)]),
        "__REST__": _lists(facts or {}, files or {}, commands),
        "__FOOTER__": _footer(),
    }
    return re.sub("|".join(fields), lambda found: fields[found[0]], TEMPLATE.read_text("utf-8"))


def _tiles(scores) -> str:
    """The model's main scores in large figures, beside those of the first baseline."""
    (name, mine), *others = scores.items()
    tiles = []
    for metric in SHOWN:
        value, beside = mine.mean[metric.name], ""
        if others:
            other_name, other = others[0]
            reached = other.mean[metric.name]
            kind = "better" if metric.better(value, reached) else "worse"
            change = f"{'+' if value >= reached else '−'}{metric.text(abs(value - reached))}"
            beside = (
                f'<div class="beside"><span class="{kind}">{change}</span> {escape(other_name)} '
                f"{metric.text(reached)}</div>"
            )
        tiles.append(
            f'<div class="card"><div class="name">{metric.title} of {escape(name)}</div>'
            f'<div class="value">{metric.text(value)} <small>{metric.unit}</small></div>{beside}</div>'
        )
    return f'<div class="tiles">{"".join(tiles)}</div>'


def _score_table(scores) -> str:
    protocol, pictures = next((s.protocol, len(s.rows)) for s in scores.values())
    several = pictures > 1
    rows = []
    for name, one in scores.items():
        cells = []
        for metric in METRICS.values():
            value = one.mean[metric.name]
            best = not any(metric.better(other.mean[metric.name], value) for other in scores.values())
            low, high = one.interval[metric.name]
            known = several and np.isfinite([low, high]).all()
            interval = f"<small>{metric.text(low)} – {metric.text(high)}</small>" if known else ""
            kind = " class=best" if best else ""
            cells.append(f'<td{kind} data-metric="{_title(metric)}">{metric.text(value)}{interval}</td>')
        rows.append(f"<tr><td>{escape(name)}</td>{''.join(cells)}</tr>")
    note = (
        f"Protocol {escape(protocol)}, mean over {pictures} scene{'s' if several else ''} that no model "
        "was fitted on."
    )
    note += " Below each mean its 95 % bootstrap interval." if several else ""
    note += " Higher is better for PSNR, MPSNR and SSIM, lower for SAM, MRAE and RMSE; the best in bold."
    return (
        '<h2>Scores</h2><div class="card"><div '
        f'class="scroll stacks"><table><tr><th></th>{_heads()}</tr>{"".join(rows)}</table></div>'
        f'<p class="note">{note}</p>{_per_scene(scores) if several else ""}</div>'
    )


def _per_scene(scores) -> str:
    """PSNR, SSIM and SAM of every scene, folded away."""
    heads = "".join(f"<th>{escape(name)}, {metric.title}</th>" for metric in SHOWN for name in scores)
    rows = []
    for index, row in enumerate(next(iter(scores.values())).rows):
        cells = "".join(
            f"<td>{metric.text(one.rows[index][metric.name])}</td>"
            for metric in SHOWN
            for one in scores.values()
        )
        rows.append(f"<tr><td>{escape(row['scene'])}</td>{cells}</tr>")
    table = f'<div class="scroll"><table><tr><th></th>{heads}</tr>{"".join(rows)}</table></div>'
    return f"<details><summary>Scene by scene</summary>{table}</details>"


def _heads() -> str:
    return "".join(f"<th>{_title(metric)}</th>" for metric in METRICS.values())


def _title(metric: Metric) -> str:
    return f"{metric.title}, {metric.unit}" if metric.unit else metric.title


def _cases_heading(cases, top) -> str:
    if not cases:
        return ""
    return (
        "<h2>Scenes</h2>"
        '<p class="note">False colour shows the bands nearest 650, 550 and 450 nm as red, green and '
        "blue, on the scale of the "
        "true cube. The error is the root mean square over the bands.</p>"
        f'<div class="bar"><span>error 0</span><i></i><span>{top:.2g} and more</span></div>'
    )


def _case(case: Case, top: float, names) -> str:
    check_comparable(case.prediction, case.truth)
    points = spread_points(case.truth, 4)
    colours = [MARKS[i] for i in range(len(points))]
    limits = tuple(np.percentile(np.asarray(case.truth.data), (0.5, 99.5)))
    overlay = charts.marks(case.truth.shape, points, colours)
    pictures = [
        ("Input", "the RGB picture", case.rgb, overlay),
        ("True cube", "false colour", case.truth.false_colour(limits=limits), ""),
        ("Predicted cube", "false colour", case.prediction.false_colour(limits=limits), ""),
    ]
    others = [(names[0] if names else "the model", case.prediction)]
    if case.baseline is not None:
        others.append((names[1] if len(names) > 1 else "the baseline", case.baseline))
    for name, cube in others:
        error = _error(case.truth, cube)
        pictures.append((f"Error of {name}", f"mean {error.mean():.3f}", _coloured(error / top), ""))
    shown = "".join(
        f'<figure><div class="frame"><img src="{_jpeg(picture)}" alt="{escape(title)}">{overlaid}</div>'
        f"<figcaption><b>{escape(title)}</b><br>{escape(detail)}</figcaption></figure>"
        for title, detail, picture, overlaid in pictures
    )
    legend = [
        charts.key(f"prediction of {others[0][0]}", MARKS[0], "", 2.4),
        charts.key("truth", INK, charts.TRUTH, 1.6),
    ]
    if case.baseline is not None:
        legend.append(charts.key(others[1][0], charts.SOFT, charts.BASELINE, 1.8))
    height, width, _ = case.truth.shape
    return (
        f'<section class="card case"><h3>{escape(case.name)}<span>{height} × {width} pixels</span></h3>'
        f'<div class="pictures">{shown}</div><div class="spectra">{_spectra(case, points, colours)}</div>'
        f'<p class="legend">{"".join(legend)}</p></section>'
    )


def _spectra(case, points, colours) -> str:
    """A chart for every marked point, each on its own scale: of a dark surface, too, the shape should be
    seen.
    """
    cubes = [case.truth, case.prediction] + ([case.baseline] if case.baseline is not None else [])
    drawn = []
    for number, (point, colour) in enumerate(zip(points, colours, strict=True), start=1):
        lines = (
            [(case.baseline.spectrum(*point), charts.SOFT, charts.BASELINE, 1.8)]
            if case.baseline is not None
            else []
        )
        lines += [
            (case.prediction.spectrum(*point), colour, "", 2.4),
            (case.truth.spectrum(*point), INK, charts.TRUTH, 1.6),
        ]
        top = charts.nice_top(max(float(cube.spectrum(*point).max()) for cube in cubes))
        title = f"{number}  row {point[0]}, column {point[1]}"
        drawn.append(charts.spectrum_chart(case.truth.wavelengths, lines, top, title, colour))
    return "".join(drawn)


def _lists(facts, files, commands) -> str:
    parts = []
    if facts:
        entries = "".join(
            f"<dt>{escape(name)}</dt><dd>{escape(str(value))}</dd>" for name, value in facts.items()
        )
        parts.append(f'<h2>How it was made</h2><div class="card"><dl>{entries}</dl></div>')
    if files:
        entries = "".join(
            f"<dt>{escape(name)}</dt><dd><code>{escape(str(value))}</code></dd>"
            for name, value in files.items()
        )
        parts.append(f'<h2>Where things are</h2><div class="card"><dl>{entries}</dl></div>')
    if commands:
        entries = "".join(
            f"<dt>{escape(what)}</dt><dd><code>{escape(command)}</code></dd>" for command, what in commands
        )
        parts.append(f'<h2>What to try next</h2><div class="card"><dl>{entries}</dl></div>')
    return "".join(parts)


def _footer() -> str:
    from hsi_inr_tf import __version__

    return (
        f"hsi_inr_tf {__version__}. RGB to spectrum is ill-posed: many spectra share one RGB, and a model "
        "can only say which "
        "of them is likely, by those it was trained on."
    )


def _error(truth, cube) -> np.ndarray:
    """Root mean square over the bands, [height, width]."""
    return np.sqrt(
        np.mean(np.square(np.asarray(cube.data, np.float32) - np.asarray(truth.data, np.float32)), axis=2)
    )


def _error_scale(cases) -> float:
    """One scale for all error maps: the 99th percentile of the baselines' and predictions' errors."""
    cubes = [
        (case.truth, cube) for case in cases for cube in (case.prediction, case.baseline) if cube is not None
    ]
    return max([float(np.percentile(_error(truth, cube), 99)) for truth, cube in cubes], default=1.0) or 1.0


def _coloured(values) -> np.ndarray:
    from matplotlib import colormaps

    return colormaps[ERRORS](np.clip(values, 0, 1))[..., :3]


def _error_gradient() -> str:
    stops = (_coloured(np.linspace(0, 1, 9)) * 255).round().astype(int)
    return f"linear-gradient(to right, {', '.join('rgb({}, {}, {})'.format(*stop) for stop in stops)})"


def _jpeg(picture) -> str:
    """A data URI of the picture [height, width, 3] in [0, 1], its longer side at most LONGEST pixels."""
    from PIL import Image

    image = Image.fromarray(np.round(np.clip(picture, 0, 1) * 255).astype(np.uint8))
    if max(image.size) > LONGEST:
        image.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=90, subsampling=0)
    return f"data:image/jpeg;base64,{base64.b64encode(stream.getvalue()).decode()}"
