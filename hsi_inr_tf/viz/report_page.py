"""What the report looks like: one HTML file with pictures, error maps, spectra against truth and scores,
without scripts.
"""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from hsi_inr_tf import __version__
from hsi_inr_tf.cubes.hyperspectral_image import HyperspectralImage
from hsi_inr_tf.cubes.summary import INK, MARKS, spread_points
from hsi_inr_tf.metrics import METRICS, Metric, Scores
from hsi_inr_tf.viz import charts
from hsi_inr_tf.viz.figures import check_comparable, coloured, relative_uncertainty
from hsi_inr_tf.viz.templates import render

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
    names = list(scores)
    top = _error_scale(cases)
    protocol, pictures = next((one.protocol, len(one.rows)) for one in scores.values())

    def is_best(metric: Metric, name: str) -> bool:
        value = scores[name].mean[metric.name]
        return not any(metric.better(other.mean[metric.name], value) for other in scores.values())

    return render(
        "report.html",
        title=title,
        lead=lead,
        columns=max(map(_columns, cases), default=4),
        error_gradient=_error_gradient(),
        error_top=top,
        scores=scores,
        protocol=protocol,
        pictures=pictures,
        metrics=METRICS.values(),
        shown=SHOWN,
        titled=_title,
        is_best=is_best,
        is_finite=lambda interval: bool(np.isfinite(interval).all()),
        cases=[_case(case, top, names) for case in cases],
        facts=list((facts or {}).items()),
        files=list((files or {}).items()),
        next=[(what, command) for command, what in commands],
        version=__version__,
    )


def _title(metric: Metric) -> str:
    return f"{metric.title}, {metric.unit}" if metric.unit else metric.title


def _columns(case: Case) -> int:
    return 4 + (case.baseline is not None) + (case.prediction.uncertainty is not None)


def _case(case: Case, top: float, names) -> dict:
    """What the template shows of a scene; `names` are those of the model and of its baseline."""
    check_comparable(case.prediction, case.truth)
    points = spread_points(case.truth, 4)
    colours = [MARKS[i] for i in range(len(points))]
    limits = tuple(np.percentile(np.asarray(case.truth.data), (0.5, 99.5)))
    pictures = [
        _picture("Input", "the RGB picture", case.rgb, charts.marks(case.truth.shape, points, colours)),
        _picture("True cube", "false colour", case.truth.false_colour(limits=limits)),
        _picture("Predicted cube", "false colour", case.prediction.false_colour(limits=limits)),
    ]
    others = [(names[0] if names else "the model", case.prediction)]
    if case.baseline is not None:
        others.append((names[1] if len(names) > 1 else "the baseline", case.baseline))
    for name, cube in others:
        error = _error(case.truth, cube)
        pictures.append(_picture(f"Error of {name}", f"mean {error.mean():.3f}", coloured(error / top)))
    if case.prediction.uncertainty is not None:
        share = relative_uncertainty(case.prediction)
        largest = float(np.percentile(share, 99))
        detail = f"of the value: median {np.median(share):.0%}, yellow {largest:.0%}"
        pictures.append(_picture("Uncertainty", detail, coloured(share / largest)))
    legend = [
        charts.key(f"prediction of {others[0][0]}", MARKS[0], "", 2.4),
        charts.key("truth", INK, charts.TRUTH, 1.6),
    ]
    if case.prediction.uncertainty is not None:
        legend[0] = charts.key(f"prediction of {others[0][0]}, in its 90 % interval", MARKS[0], "", 2.4)
    if case.baseline is not None:
        legend.append(charts.key(others[1][0], charts.SOFT, charts.BASELINE, 1.8))
    height, width, _ = case.truth.shape
    return {
        "name": case.name,
        "height": height,
        "width": width,
        "pictures": pictures,
        "spectra": [Markup(chart) for chart in _spectra(case, points, colours)],
        "legend": [Markup(entry) for entry in legend],
    }


def _picture(title: str, detail: str, picture: np.ndarray, overlay: str = "") -> dict:
    return {"title": title, "detail": detail, "source": _jpeg(picture), "overlay": Markup(overlay)}


def _spectra(case, points, colours) -> list[str]:
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
        known = case.prediction.uncertainty is not None
        interval = case.prediction.interval(*point) if known else None
        title = f"{number}  row {point[0]}, column {point[1]}"
        drawn.append(
            charts.spectrum_chart(case.truth.wavelengths, lines, top, title, colour, interval=interval)
        )
    return drawn


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


def _error_gradient() -> str:
    stops = (coloured(np.linspace(0, 1, 9)) * 255).round().astype(int)
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
