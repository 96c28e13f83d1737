"""Figures of cubes, drawn with matplotlib on its own canvas, so that no display is needed."""

import io

import numpy as np
from matplotlib.figure import Figure

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.viz.wavelength_colour import wavelength_colour

INK, PAPER, LINE = "#1f2430", "#ffffff", "#d9dce3"
MARKS = ("#d1495b", "#00798c", "#edae49", "#6a4c93", "#30638e", "#7cb518", "#e07a5f", "#3d405b")  # points, in this order
ERRORS = "magma"


def picture_of(image) -> np.ndarray:
    """The RGB its camera sees or, where it has none, false colour: [height, width, 3] in [0, 1]."""
    fits = image.camera is not None and image.camera.fits(image.wavelengths)
    return image.rgb() if fits else image.false_colour()


def spread_points(image, count: int = 5) -> list[tuple[int, int]]:
    """Points (row, column) on even surfaces: the brightest, then always the one that differs most in colour and place."""
    picture = picture_of(image)
    height, width, _ = picture.shape
    step = max(1, min(height, width) // 48)
    rows, columns = (range(step // 2 + n // 25, n - n // 25, step) for n in (height, width))  # not at the very border
    places = np.array([(r, c) for r in rows for c in columns])
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


def summary(image, points=None) -> Figure:
    """The picture with marked points beside their spectra."""
    points = points or spread_points(image)
    figure = _figure(9.0, 3.6)
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.25))
    _show(left, picture_of(image))
    mark(left, points)
    spectra(right, image, points)
    return figure


def spectra_figure(image, points, reference=None) -> Figure:
    """As `summary`, larger, with the reference's spectra dashed."""
    figure = _figure(11.0, 4.6)
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.35))
    _show(left, picture_of(image))
    mark(left, points)
    spectra(right, image, points, reference)
    return figure


def mark(axes, points) -> None:
    """Numbered rings at points (row, column)."""
    for number, ((row, column), colour) in enumerate(zip(points, _colours(len(points)), strict=True), start=1):
        axes.plot(column, row, "o", ms=9, mfc="none", mec="white", mew=3.2)
        axes.plot(column, row, "o", ms=9, mfc="none", mec=colour, mew=1.8)
        axes.annotate(str(number), (column, row), (7, 6), textcoords="offset points", color="white", fontsize=9, fontweight="bold",
                      bbox={"boxstyle": "round,pad=0.15", "fc": colour, "ec": "none"})


def spectra(axes, image, points, reference=None) -> None:
    """The spectra at points (row, column); dashed, those of the reference."""
    for number, ((row, column), colour) in enumerate(zip(points, _colours(len(points)), strict=True), start=1):
        title = f"{number}  row {row}, column {column}"
        axes.plot(image.wavelengths, image.spectrum(row, column), color=colour, lw=1.9, label=title)
        if reference is not None:
            axes.plot(reference.wavelengths, reference.spectrum(row, column), color=colour, lw=1.5, ls=(0, (4, 2)))
    axes.set(xlabel="wavelength (nm)", ylabel="relative radiance", xlim=(image.wavelengths[0], image.wavelengths[-1]))
    axes.set_ylim(bottom=0)
    axes.grid(color=LINE, lw=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    title = None if reference is None else "solid: cube, dashed: reference"
    axes.legend(frameon=False, fontsize=8, title=title, title_fontsize=8, loc="best")


def false_colour_figure(image, nm=(650.0, 550.0, 450.0)) -> Figure:
    """Three bands as red, green and blue, beside what the camera sees where that is known."""
    pictures = [(f"false colour: {', '.join(f'{v:g}' for v in nm)} nm", image.false_colour(nm))]
    if image.camera is not None:
        pictures.append((f"rendered through {image.camera.name}", picture_of(image)))
    figure = _figure(5.2 * len(pictures), 5.2 * image.shape[0] / image.shape[1] + 0.5)
    for axes, (title, picture) in zip(np.ravel(figure.subplots(1, len(pictures))), pictures, strict=True):
        _show(axes, picture)
        axes.set_title(title, fontsize=10, color=INK)
    return figure


def montage(image, columns: int | None = None) -> Figure:
    """Every band, tinted by its wavelength, all on one scale."""
    bands = image.shape[2]
    columns = columns or min(bands, 8)
    rows = -(-bands // columns)
    step = max(1, max(image.shape[:2]) // 256)
    data = np.asarray(image.data[::step, ::step], np.float32)
    top = max(float(np.percentile(data, 99.5)), 1e-6)
    side = 1.6
    figure = _figure(columns * side, rows * (side * image.shape[0] / image.shape[1] + 0.22))
    grid = np.atleast_1d(figure.subplots(rows, columns)).ravel()
    for axes in grid[bands:]:
        axes.set_visible(False)
    for band, (axes, nm) in enumerate(zip(grid, image.wavelengths, strict=False)):
        _show(axes, tinted(data[:, :, band] / top, nm))
        axes.set_title(f"{nm:g} nm", fontsize=8, color=INK, pad=2)
    return figure


def tinted(band: np.ndarray, nm: float) -> np.ndarray:
    """A band [height, width] in [0, 1] in the colour of its wavelength, from black over that colour towards white."""
    colour = np.array(wavelength_colour(nm), np.float32)
    value = np.clip(band, 0, 1)[..., None] ** np.float32(1 / 2.2)
    return np.where(value < 0.8, colour * value / 0.8, colour + (1 - colour) * 0.6 * (value - 0.8) / 0.2)


def error_maps(image, reference, count: int = 5) -> Figure:
    """The absolute difference in a few bands and over all of them (root mean square), on one colour bar."""
    check_comparable(image, reference)
    difference = np.abs(np.asarray(image.data, np.float32) - np.asarray(reference.data, np.float32))
    bands = np.linspace(0, image.shape[2] - 1, count).round().astype(int)
    maps = [(f"{image.wavelengths[b]:g} nm", difference[:, :, b]) for b in bands]
    maps.append(("all bands, RMS", np.sqrt(np.mean(difference**2, axis=2))))
    top = max(float(np.percentile(difference, 99.5)), 1e-6)
    columns, rows = 3, -(-len(maps) // 3)
    figure = _figure(columns * 3.2 + 0.9, rows * (3.2 * image.shape[0] / image.shape[1] + 0.3))
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


def check_comparable(image, reference) -> None:
    """Raise InputError unless two cubes have the same pixels and wavelengths."""
    if image.shape != reference.shape or not np.allclose(image.wavelengths, reference.wavelengths):
        mine, other = (f"{one.shape}, {one.wavelengths[0]:g} to {one.wavelengths[-1]:g} nm" for one in (image, reference))
        raise InputError(f"a cube of shape {mine}, cannot be compared with one of {other}")


def png(figure: Figure, dpi: int = 110) -> bytes:
    """The figure as a PNG file."""
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=dpi, facecolor=PAPER)
    return stream.getvalue()


def _figure(width, height) -> Figure:
    return Figure(figsize=(width, height), layout="constrained", facecolor=PAPER)


def _show(axes, picture):
    axes.imshow(np.clip(picture, 0, 1), interpolation="nearest")
    axes.set_axis_off()


def _colours(count):
    return [MARKS[i % len(MARKS)] for i in range(count)]
