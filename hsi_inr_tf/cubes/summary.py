"""The figure that shows a cube at a glance: its picture beside the spectra of a few points.

Drawn with matplotlib on its own canvas, so that no display is needed.
"""

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from hsi_inr_tf.cubes import HyperspectralImage

INK, PAPER, LINE = "#1f2430", "#ffffff", "#d9dce3"
MARKS = (
    "#d1495b",
    "#00798c",
    "#edae49",
    "#6a4c93",
    "#30638e",
    "#7cb518",
    "#e07a5f",
    "#3d405b",
)  # points, in this order


def picture_of(image: "HyperspectralImage") -> np.ndarray:
    """The RGB its camera sees or, where it has none, false colour: [height, width, 3] in [0, 1]."""
    fits = image.camera is not None and image.camera.fits(image.wavelengths)
    return image.rgb() if fits else image.false_colour()


def spread_points(image: "HyperspectralImage", count: int = 5) -> list[tuple[int, int]]:
    """Points (row, column) on even surfaces: the brightest, then always the one that differs most in colour
    and place. Pixels with missing values are passed over while there are others.
    """
    picture = picture_of(image)
    height, width, _ = picture.shape
    step = max(1, min(height, width) // 48)
    rows, columns = (
        range(step // 2 + n // 25, n - n // 25, step) for n in (height, width)
    )  # not at the very border
    places = np.array([(r, c) for r in rows for c in columns])
    whole = np.array([np.isfinite(image.spectrum(r, c)).all() for r, c in places])
    if whole.any():
        places = places[whole]
    around = [picture[max(0, r - 2) : r + 3, max(0, c - 2) : c + 3] for r, c in places]
    colours = np.array([a.mean((0, 1)) for a in around])
    variation = np.array([a.std((0, 1)).sum() for a in around]) / (colours.sum(1) + 0.1)
    lit = colours.max(1) > min(0.35, np.percentile(colours.max(1), 70))  # a dark point's spectrum says little
    kept = lit & (variation <= np.median(variation[lit])) if lit.any() else np.full(len(places), True)
    colours, places = colours[kept], places[kept]
    chosen = [int(np.argmax(colours.sum(1)))]
    while len(chosen) < min(count, len(places)):
        apart = np.linalg.norm(places[:, None] - places[chosen], axis=2) / (0.2 * min(height, width))
        distance = np.linalg.norm(colours[:, None] - colours[chosen], axis=2) * np.minimum(apart, 1)
        chosen.append(int(np.argmax(distance.min(1))))
    return [(int(row), int(column)) for row, column in places[chosen]]


def summary(image: "HyperspectralImage", points: Sequence[tuple[int, int]] | None = None) -> Figure:
    """The picture with marked points beside their spectra."""
    points = points or spread_points(image)
    figure = blank_figure(9.0, 3.6)
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.25))
    show(left, picture_of(image))
    mark(left, points)
    spectra(right, image, points)
    return figure


def mark(axes: "Axes", points: Sequence[tuple[int, int]]) -> None:
    """Numbered rings at points (row, column)."""
    for number, ((row, column), colour) in enumerate(
        zip(points, _colours(len(points)), strict=True), start=1
    ):
        axes.plot(column, row, "o", ms=9, mfc="none", mec="white", mew=3.2)
        axes.plot(column, row, "o", ms=9, mfc="none", mec=colour, mew=1.8)
        axes.annotate(
            str(number),
            (column, row),
            (7, 6),
            textcoords="offset points",
            color="white",
            fontsize=9,
            fontweight="bold",
            bbox={"boxstyle": "round,pad=0.15", "fc": colour, "ec": "none"},
        )


def spectra(
    axes: "Axes",
    image: "HyperspectralImage",
    points: Sequence[tuple[int, int]],
    reference: "HyperspectralImage | None" = None,
) -> None:
    """The spectra at points (row, column), each in its 90 % interval where that is known; dashed, those of
    the reference.
    """
    for number, ((row, column), colour) in enumerate(
        zip(points, _colours(len(points)), strict=True), start=1
    ):
        title = f"{number}  row {row}, column {column}"
        axes.plot(image.wavelengths, image.spectrum(row, column), color=colour, lw=1.9, label=title)
        if image.uncertainty is not None:
            axes.fill_between(image.wavelengths, *image.interval(row, column), color=colour, alpha=0.15, lw=0)
        if reference is not None:
            axes.plot(
                reference.wavelengths, reference.spectrum(row, column), color=colour, lw=1.5, ls=(0, (4, 2))
            )
    axes.set(
        xlabel="wavelength (nm)",
        ylabel="relative radiance",
        xlim=(image.wavelengths[0], image.wavelengths[-1]),
    )
    axes.set_ylim(bottom=0)
    axes.grid(color=LINE, lw=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    lines = None if reference is None else "solid: cube, dashed: reference"
    axes.legend(frameon=False, fontsize=8, title=lines, title_fontsize=8, loc="best")


def png(figure: Figure, dpi: int = 110) -> bytes:
    """The figure as a PNG file."""
    stream = io.BytesIO()
    quickly = {"compress_level": 3}  # a twentieth larger than at the default, three times sooner
    figure.savefig(stream, format="png", dpi=dpi, facecolor=PAPER, pil_kwargs=quickly)
    return stream.getvalue()


def blank_figure(width: float, height: float) -> Figure:
    return Figure(figsize=(width, height), layout="constrained", facecolor=PAPER)


def show(axes: "Axes", picture: np.ndarray, place: tuple[float, float, float, float] | None = None) -> None:
    """A picture [height, width, 3] in [0, 1], over all of the axes or, in their units, at `place` (left,
    right, bottom, top).
    """
    axes.imshow(
        np.clip(picture, 0, 1),
        interpolation="nearest",
        extent=place,
        aspect="equal" if place is None else "auto",
    )
    axes.set_axis_off()


def _colours(count):
    return [MARKS[i % len(MARKS)] for i in range(count)]
