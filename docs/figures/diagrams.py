"""The pictures of the concepts and the architecture, as SVG: `PYTHONPATH=. python docs/figures/diagrams.py`.

Nothing in them is drawn from memory that can be computed: responses, metamers and spectra come from
colour-science and the package itself.
"""

from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Polygon, Rectangle

from hsi_inr_tf.optics import VISIBLE, camera_named, srgb
from hsi_inr_tf.optics.wavelength_colour import wavelength_colour
from tfds_builders.reflectance_collage import materials

IMAGES = Path(__file__).resolve().parents[1] / "images"
INK, SOFT, LINE, BLUE, RED, GREEN, GOLD = (
    "#1f2430", "#eef1f6", "#9aa3b2", "#00798c", "#d1495b", "#3f8f5f", "#c98a1b",
)  # fmt: skip
RESPONSES = (RED, GREEN, "#30638e")


def canvas(width: float, height: float):
    """A figure whose only axes have one unit an inch and nothing drawn."""
    figure = Figure(figsize=(width, height), facecolor="white")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(0, height))
    axes.set_axis_off()
    return figure, axes


def box(axes, x, y, width, height, text, fill=SOFT, size=10, edge=LINE, bold=False):
    shape = FancyBboxPatch((x, y), width, height, boxstyle="round,pad=0,rounding_size=0.08", fc=fill, ec=edge)
    axes.add_patch(shape)
    weight = "bold" if bold else "normal"
    axes.text(
        x + width / 2, y + height / 2, text, ha="center", va="center", fontsize=size, color=INK, weight=weight
    )


def arrow(axes, start, end, colour=INK):
    axes.add_patch(FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=13, color=colour, lw=1.3))


def label(axes, x, y, text, size=9.5, **kwargs):
    axes.text(x, y, text, **{"ha": "center", "va": "center", "fontsize": size, "color": INK, **kwargs})


def plot(axes):
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=9)
    axes.set(xlim=(400, 700), xlabel="wavelength (nm)")
    axes.grid(color="#e3e6ec", lw=0.6)


def cube():
    """A stack of bands, and the spectrum of one pixel through it."""
    figure, axes = canvas(7.2, 3.3)
    for number, nm in enumerate(range(700, 399, -25)):
        x, y = 2.0 - 0.12 * number, 2.1 - 0.075 * number
        corners = [(x, y - 0.9), (x + 1.5, y - 0.9), (x + 1.5, y + 0.6), (x, y + 0.6)]
        axes.add_patch(Polygon(corners, fc=wavelength_colour(nm), ec="white", lw=0.7))
    label(axes, 2.0, 3.05, "31 bands, 400 to 700 nm")
    label(axes, 1.3, 0.15, "width", size=9)
    label(axes, 0.38, 1.05, "height", size=9, rotation=90)
    axes.plot([1.15], [1.1], "o", ms=8, mfc="none", mec="white", mew=2)
    arrow(axes, (1.25, 1.1), (3.75, 1.6))
    inner = figure.add_axes((0.63, 0.2, 0.34, 0.62))
    spectrum = materials.library().reflectances[11]
    inner.plot(VISIBLE, spectrum, color=INK, lw=1.2)
    for nm, value in zip(VISIBLE, spectrum, strict=True):
        inner.bar(nm, value, width=9, color=wavelength_colour(nm))
    plot(inner)
    inner.set_title("the spectrum of one pixel", fontsize=10, color=INK)
    inner.set_ylabel("relative radiance", fontsize=9)
    return figure


def inr():
    """A function of position instead of a grid of values."""
    figure, axes = canvas(7.2, 2.6)
    for row in range(4):
        for column in range(4):
            axes.add_patch(Rectangle((0.3 + 0.4 * column, 0.55 + 0.4 * row), 0.38, 0.38, fc=SOFT, ec=LINE))
    axes.plot([1.13], [1.27], "o", color=RED, ms=7)
    label(axes, 1.1, 0.25, "a position p, also between pixels", size=9)
    label(axes, 1.1, 2.38, "the picture", size=9)
    arrow(axes, (1.25, 1.3), (2.5, 1.75))
    arrow(axes, (2.0, 0.85), (2.5, 0.85))
    box(axes, 2.5, 1.45, 1.5, 0.6, "sin, cos of p,\nfive frequencies", size=9)
    box(axes, 2.5, 0.55, 1.5, 0.6, "RGB at p", size=9)
    arrow(axes, (4.0, 1.75), (4.5, 1.45))
    arrow(axes, (4.0, 0.85), (4.5, 1.15))
    box(axes, 4.5, 0.95, 1.1, 0.7, "small MLP\n$f_\\theta$", fill="#dfeef0", bold=True)
    arrow(axes, (5.6, 1.3), (6.0, 1.3))
    for number, nm in enumerate(range(400, 701, 20)):
        height = 1.1 * float(materials.library().reflectances[14][2 * number])
        axes.add_patch(Rectangle((6.05 + 0.06 * number, 0.8), 0.05, height + 0.05, fc=wavelength_colour(nm)))
    label(axes, 6.5, 0.55, "spectrum at p", size=9)
    return figure


def hypernetwork():
    """A network reads the picture and writes the weights of every cell's MLP."""
    figure, axes = canvas(7.2, 2.9)
    shades = np.random.default_rng(3).uniform(0.35, 0.9, (6, 6))
    for row in range(6):
        for column in range(6):
            colour = wavelength_colour(440 + 36 * (row * 0.6 + column * 0.7)), shades[row, column] * 0.55
            axes.add_patch(Rectangle((0.2 + 0.3 * column, 0.6 + 0.3 * row), 0.3, 0.3, fc=colour, lw=0))
    for k in range(4):
        axes.plot([0.2 + 0.6 * k] * 2, [0.6, 2.4], color=INK, lw=0.9)
        axes.plot([0.2, 2.0], [0.6 + 0.6 * k] * 2, color=INK, lw=0.9)
    label(axes, 1.1, 0.32, "the picture, in cells", size=9)
    arrow(axes, (2.1, 1.5), (2.5, 1.5))
    box(axes, 2.5, 1.1, 1.45, 0.8, "hypernetwork:\nconvolutions", fill="#f8eedd", bold=True)
    arrow(axes, (3.95, 1.5), (4.4, 1.5))
    for row in range(3):
        for column in range(3):
            box(axes, 4.45 + 0.45 * column, 0.85 + 0.45 * row, 0.4, 0.4, "$\\theta$", size=11, fill="#dfeef0")
    label(axes, 5.1, 0.5, "weights, one set a cell", size=9)
    arrow(axes, (5.85, 1.5), (6.2, 1.5))
    box(axes, 6.2, 1.1, 0.9, 0.8, "spectra of\nthe cell's\npixels", size=9)
    label(axes, 3.6, 2.65, "what surrounds a pixel decides which function its colour goes through", size=9.5)
    return figure


def camera():
    """The response of the named camera, and how it turns spectra into RGB."""
    figure = Figure(figsize=(7.2, 3.0), facecolor="white", layout="constrained")
    left, middle, right = figure.subplots(1, 3, width_ratios=(1.1, 1.2, 0.55))
    spectrum = materials.library().reflectances[10]
    for nm, value in zip(VISIBLE, spectrum, strict=True):
        left.bar(nm, value, width=9, color=wavelength_colour(nm))
    plot(left)
    left.set_title("a spectrum", fontsize=10, color=INK)
    phi = np.asarray(camera_named().response)
    for channel, colour in enumerate(RESPONSES):
        middle.plot(VISIBLE, phi[:, channel], color=colour, lw=2, label="RGB"[channel])
    plot(middle)
    middle.legend(frameon=False, fontsize=8)
    middle.set_title("times the response $\\Phi$ [31, 3]", fontsize=10, color=INK)
    rgb = np.clip(srgb.encode(np.clip(spectrum @ phi, 0, 1)), 0, 1)
    right.bar(range(3), rgb, color=RESPONSES)
    right.set_xticks(range(3), "RGB")
    right.set(ylim=(0, 1))
    right.tick_params(labelsize=9)
    right.spines[["top", "right"]].set_visible(False)
    right.set_title("sRGB", fontsize=10, color=INK)
    return figure


def protocol():
    """The same prediction, scored in the four ways that papers use: four different numbers."""
    figure, axes = canvas(7.2, 2.5)
    box(axes, 0.1, 0.85, 1.35, 0.8, "one cube and\none prediction", fill="#dfeef0", bold=True)
    rows = (
        ("full", "whole picture, clamped, each picture by itself"),
        ("seed", "each band against its own peak, not clamped"),
        ("released", "patches of 64, one squared error over all"),
        ("mstpp", "the central 226 x 256 pixels"),
    )
    for number, (name, what) in enumerate(rows):
        y = 1.95 - 0.6 * number
        arrow(axes, (1.45, 1.25), (2.0, y + 0.22))
        box(axes, 2.0, y, 0.95, 0.45, name, fill="#f8eedd", bold=True)
        label(axes, 3.05, y + 0.22, what, ha="left", size=9.5)
    return figure


def uncertainty():
    """Metamers: different spectra that this camera cannot tell apart."""
    figure = Figure(figsize=(7.2, 3.1), facecolor="white", layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1.7, 1))
    phi = np.asarray(camera_named().response, float)
    middle = materials.library().reflectances[8].astype(float)
    waves = np.array(VISIBLE)
    blacks = []
    for wish in (np.sin(waves / 19.0), np.sin(waves / 28.0 + 1), np.cos(waves / 23.0)):
        black = wish - phi @ np.linalg.lstsq(phi, wish, rcond=None)[0]  # what this camera cannot see
        blacks.append(black * 0.9 * (middle / np.abs(black).clip(0.02)).min())
    metamers = [middle] + [middle + black for black in blacks]
    for spectrum, colour in zip(metamers, (INK, RED, BLUE, GOLD), strict=True):
        left.plot(waves, spectrum, color=colour, lw=1.8)
    plot(left)
    left.set_ylim(bottom=0)
    left.set_title("four spectra", fontsize=10, color=INK)
    seen = [np.clip(srgb.encode(np.clip(spectrum @ phi, 0, 1)), 0, 1) for spectrum in metamers]
    assert np.ptp(seen, axis=0).max() < 1e-6
    for number, (rgb, colour) in enumerate(zip(seen, (INK, RED, BLUE, GOLD), strict=True)):
        right.add_patch(Rectangle((0, 3 - number), 1, 0.92, fc=rgb, ec=colour, lw=2))
    right.set(xlim=(-0.03, 1.03), ylim=(-0.05, 4))
    right.set_axis_off()
    right.set_title("one colour", fontsize=10, color=INK)
    return figure


ROOMS = (
    ("cli", "the commands"),
    ("serving", "REST, gRPC"), ("training", "one loop, one device or many"),
    ("export", "SavedModel, TFLite, ONNX"), ("viz", "figures, pages"),
    ("evaluation", "scores, parity, timing"),
    ("inference", "engines, tiles, Reconstructor"), ("trained", "a model on disk"),
    ("data", "datasets, splits, patches"),
    ("cubes", "HyperspectralImage, formats"), ("pictures", "photographs"), ("metrics", "records, protocols"),
    ("models", "one file a model"), ("layers", "Keras layers"), ("optics", "cameras"),
    ("files", "whole"), ("encoding", "Eq. 7-8"), ("quiet", ""), ("extras", ""), ("ranges", ""),
    ("annotations", ""), ("errors", "InputError"),
)  # fmt: skip
STOREYS = ((0, 1), (1, 3), (3, 6), (6, 9), (9, 12), (12, 15), (15, 22))


def rooms():
    """The rooms of the package: each imports only rooms below it."""
    figure, axes = canvas(7.2, 5.2)
    fills = ("#f3e3e6", "#f8eedd", "#f8eedd", "#dfeef0", "#e5efe6", "#e5efe6", SOFT)
    for storey, ((first, last), fill) in enumerate(zip(STOREYS, fills, strict=True)):
        width = 6.5 / (last - first)
        for number, (name, what) in enumerate(ROOMS[first:last]):
            y = 4.4 - 0.7 * storey
            box(axes, 0.15 + width * number, y, width - 0.1, 0.6, "", fill=fill)
            middle = 0.15 + width * number + (width - 0.1) / 2
            label(
                axes,
                middle,
                y + (0.38 if what else 0.3),
                name,
                size=8 if last - first > 6 else 10.5,
                weight="bold",
            )
            label(axes, middle, y + 0.16, what, size=8)
    arrow(axes, (6.9, 4.9), (6.9, 0.3), LINE)
    label(axes, 7.05, 2.6, "imports", size=9, rotation=-90)
    return figure


def way():
    """A picture's way: left the function, right what goes on to the next."""
    figure, axes = canvas(7.2, 4.7)
    steps = (
        ("pictures.read_image", "file: turned, sRGB", "[height, width, 3]"),
        ("inference.tiling", "windows with what the model sees around them", "[1, h, w, 3]"),
        ("an engine: Keras, SavedModel, LiteRT, ONNX", "hypernetwork, cells, MLP", "[1, h, w, 31]"),
        ("inference.Reconstructor", "inner parts put together, clipped, resampled", "[height, width, bands]"),
        ("optics.back_projection", "rendered again: the re-projection error", "provenance"),
        ("cubes.write", "ENVI, .mat, .npz, netCDF, GeoTIFF", "file: whole or not at all"),
    )
    for number, (name, what, shape) in enumerate(steps):
        y = 4.0 - 0.77 * number
        box(axes, 0.15, y, 4.9, 0.58, "", fill="#dfeef0" if number == 2 else SOFT)
        label(axes, 0.3, y + 0.39, name, size=10, weight="bold", ha="left")
        label(axes, 0.3, y + 0.16, what, size=9, ha="left")
        label(axes, 5.2, y + 0.28, shape, size=9, ha="left")
        if number < len(steps) - 1:
            arrow(axes, (2.6, y), (2.6, y - 0.19))
    return figure


DIAGRAMS = (cube, inr, hypernetwork, camera, protocol, uncertainty, rooms, way)


def main():
    matplotlib.rcParams.update({"svg.hashsalt": "hsi_inr_tf", "font.family": "DejaVu Sans"})
    IMAGES.mkdir(exist_ok=True)
    for diagram in DIAGRAMS:
        path = IMAGES / f"{diagram.__name__}.svg"
        diagram().savefig(path, metadata={"Date": None})
        print(f"wrote {path}")


if __name__ == "__main__":
    main()
