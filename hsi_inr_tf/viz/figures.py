"""Figures of cubes: false colour, bands, spectra, error maps."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from hsi_inr_tf.cubes.missing import filled, percentile
from hsi_inr_tf.cubes.summary import INK, PAPER, blank_figure, mark, picture_of, show, spectra
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.optics.wavelength_colour import wavelength_colour
from hsi_inr_tf.optics.wavelengths import same

if TYPE_CHECKING:
    from hsi_inr_tf.cubes import HyperspectralImage

ERRORS = "magma"
DARK = 0.01  # what a value counts for at least where something is divided by it
SHOWN = 256  # pixels along the longer side of a small picture; of larger cubes every n-th pixel is drawn


def spectra_figure(
    image: "HyperspectralImage",
    points: Sequence[tuple[int, int]],
    reference: "HyperspectralImage | None" = None,
) -> Figure:
    """As `summary`, larger, with the reference's spectra dashed."""
    figure = blank_figure(11.0, 4.6)
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.35))
    show(left, picture_of(image))
    mark(left, points)
    spectra(right, image, points, reference)
    return figure


def false_colour_figure(image: "HyperspectralImage", nm: Sequence[float] = (650.0, 550.0, 450.0)) -> Figure:
    """Three bands as red, green and blue, beside what the camera sees where that is known."""
    pictures = [(f"false colour: {', '.join(f'{v:g}' for v in nm)} nm", image.false_colour(nm))]
    if image.camera is not None:
        pictures.append((f"rendered through {image.camera.name}", picture_of(image)))
    figure = blank_figure(5.2 * len(pictures), 5.2 * _proportion(image) + 0.5)
    for axes, (title, picture) in zip(np.ravel(figure.subplots(1, len(pictures))), pictures, strict=True):
        show(axes, picture)
        axes.set_title(title, fontsize=10, color=INK)
    return figure


def montage(image: "HyperspectralImage", columns: int | None = None) -> Figure:
    """Every band, tinted by its wavelength, all on one scale."""
    bands = image.shape[2]
    columns = columns or min(bands, 8)
    rows = -(-bands // columns)
    step = max(1, max(image.shape[:2]) // SHOWN)
    data = np.asarray(image.data[::step, ::step], np.float32)
    top = max(float(percentile(data, 99.5)), 1e-6)
    side, title, gap = 1.6, 0.22, 0.06  # inches
    height = side * _proportion(image)
    figure = Figure((columns * (side + gap), rows * (height + title)), facecolor=PAPER)
    width_inches, height_inches = figure.get_size_inches()
    # One pair of axes, in inches, for all: a pair for each band would take ten times as long to draw.
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, width_inches), ylim=(0, height_inches))
    axes.set_axis_off()
    for band, nm in enumerate(image.wavelengths):
        left = (band % columns) * (side + gap) + gap / 2
        bottom = height_inches - (band // columns + 1) * (height + title)
        place = (left, left + side, bottom, bottom + height)
        show(axes, tinted(data[:, :, band] / top, nm), place)
        axes.text(left + side / 2, bottom + height + 0.03, f"{nm:g} nm", fontsize=8, color=INK, ha="center")
    return figure


def tinted(band: np.ndarray, nm: float) -> np.ndarray:
    """A band [height, width] in [0, 1] in the colour of its wavelength, from black over that colour towards
    white; black where it is missing.
    """
    colour = np.array(wavelength_colour(nm), np.float32)
    value = np.clip(filled(band), 0, 1)[..., None] ** np.float32(1 / 2.2)
    return np.where(value < 0.8, colour * value / 0.8, colour + (1 - colour) * 0.6 * (value - 0.8) / 0.2)


def error_maps(image: "HyperspectralImage", reference: "HyperspectralImage", count: int = 5) -> Figure:
    """The absolute difference in a few bands and over all of them (root mean square), on one colour bar."""
    check_comparable(image, reference)
    step = max(1, max(image.shape[:2]) // (2 * SHOWN))
    first, second = (
        filled(np.asarray(one.data[::step, ::step], np.float32), np.nan) for one in (image, reference)
    )
    difference = np.abs(first - second)
    bands = np.linspace(0, image.shape[2] - 1, count).round().astype(int)
    maps = [(f"{image.wavelengths[b]:g} nm", difference[:, :, b]) for b in bands]
    maps.append(("all bands, RMS", np.sqrt(np.mean(difference**2, axis=2))))  # where none is missing
    top = max(float(percentile(difference, 99.5)), 1e-6)
    columns, rows = 3, -(-len(maps) // 3)
    figure = blank_figure(columns * 3.2 + 0.9, rows * (3.2 * _proportion(image) + 0.3))
    grid = figure.subplots(rows, columns)
    for axes in grid.ravel()[len(maps) :]:
        axes.set_visible(False)
    for axes, (title, values) in zip(grid.ravel(), maps, strict=False):
        shown = axes.imshow(values, cmap=ERRORS, vmin=0, vmax=top, interpolation="nearest")
        axes.set_axis_off()
        axes.set_title(title, fontsize=9, color=INK, pad=3)
    bar = figure.colorbar(shown, ax=grid, shrink=0.9, pad=0.02, extend="max")
    bar.set_label("absolute error of relative radiance", fontsize=9)
    bar.outline.set_visible(False)
    return figure


def relative_uncertainty(image: "HyperspectralImage", step: int = 1) -> np.ndarray:
    """The mean half-width of a pixel by its mean value [height, width], of every `step`-th pixel; NaN where
    all is missing. InputError without uncertainty.
    """
    if image.uncertainty is None:
        raise InputError(f"{image.source} has no uncertainty")
    values, widths = (
        np.asarray(part[::step, ::step], np.float32) for part in (image.data, image.uncertainty)
    )
    both = np.isfinite(values) & np.isfinite(widths)
    count = np.maximum(both.sum(axis=2), 1)
    value, width = (np.sum(part, axis=2, where=both) / count for part in (values, widths))
    return np.where(both.any(axis=2), width / np.maximum(value, DARK), np.nan)


def uncertainty_map(image: "HyperspectralImage") -> Figure:
    """Where a cube can be trusted: its relative uncertainty, with a colour bar."""
    values = 100 * relative_uncertainty(image, max(1, max(image.shape[:2]) // (2 * SHOWN)))
    figure = blank_figure(6.2, 5.2 * _proportion(image) + 0.5)
    axes = figure.subplots()
    top = max(float(percentile(values, 99)), 1e-6)
    shown = axes.imshow(values, cmap=ERRORS, vmin=0, vmax=top, interpolation="nearest")
    axes.set_axis_off()
    bar = figure.colorbar(shown, ax=axes, shrink=0.9, pad=0.02, extend="max")
    bar.set_label("half-width of the 90 % interval, % of the value", fontsize=9)
    bar.outline.set_visible(False)
    return figure


def coloured(values: np.ndarray) -> np.ndarray:
    """Values [height, width] from 0 to 1 as errors are coloured: [height, width, 3]; black where missing."""
    from matplotlib import colormaps

    return colormaps[ERRORS](np.clip(filled(values), 0, 1))[..., :3]


def check_comparable(image: "HyperspectralImage", reference: "HyperspectralImage") -> None:
    """Raise InputError unless two cubes have the same pixels and wavelengths."""
    if image.shape != reference.shape or not same(image.wavelengths, reference.wavelengths):
        mine, other = (
            f"{one.source} ({one.shape}, {one.wavelengths[0]:g} to {one.wavelengths[-1]:g} nm)"
            for one in (image, reference)
        )
        raise InputError(f"{mine} cannot be compared with {other}, expected the same shape and wavelengths")


def _proportion(image) -> float:
    """Height by width of a picture's frame, within what a page can hold."""
    return float(np.clip(image.shape[0] / image.shape[1], 0.05, 4.0))
