"""The strip on top of README: a photograph, three bands of its cube, spectra at two points beside the truth.

The scene is computed from measured reflectances (reflectance_collage, seed 0), so that its truth is known and
may be shown; the bundled model has not been trained on it.

PYTHONPATH=. python docs/figures/strip.py
"""

from pathlib import Path

import numpy as np

import hsi_inr_tf
from hsi_inr_tf.cubes import HyperspectralImage
from hsi_inr_tf.cubes.summary import INK, LINE, MARKS, PAPER, blank_figure, mark, show
from hsi_inr_tf.optics import VISIBLE, camera_named
from hsi_inr_tf.viz.figures import tinted
from tfds_builders.reflectance_collage.still_life import scene

IMAGES = Path(__file__).resolve().parents[1] / "images"
SCENE, SIDE, SEED = 0, 384, 0
BANDS = (450, 550, 650)
POINTS = ((218, 52), (165, 128))  # (row, column): an orange can and a blue ball
WIDE = [["photograph", *BANDS, "spectra"]]
NARROW = [["photograph", BANDS[0]], [BANDS[1], BANDS[2]], ["spectra", "spectra"]]


def main():
    _, truth = scene(SCENE, SIDE, SEED)
    truth = HyperspectralImage(truth, VISIBLE, camera_named())
    photograph = np.round(truth.rgb() * 255).astype(np.uint8)
    cube = hsi_inr_tf.load("inr-compact").reconstruct(photograph)
    IMAGES.mkdir(exist_ok=True)
    for name, mosaic, size, ratios in (
        ("strip.png", WIDE, (13.4, 2.6), {"width_ratios": (1, 1, 1, 1, 1.75)}),
        ("strip-narrow.png", NARROW, (5.2, 8.4), {"height_ratios": (1, 1, 1.1)}),
    ):
        figure = blank_figure(*size)
        draw(figure.subplot_mosaic(mosaic, **ratios), photograph, cube, truth)
        figure.savefig(IMAGES / name, dpi=130, facecolor=PAPER)
        print(f"wrote {IMAGES / name}")


def draw(axes, photograph, cube, truth):
    """Fill the axes: "photograph", one a band, "spectra"."""
    show(axes["photograph"], photograph / 255)
    mark(axes["photograph"], POINTS)
    axes["photograph"].set_title("a photograph", fontsize=11, color=INK)
    top = float(np.percentile(cube.data, 99.5))
    for nm in BANDS:
        show(axes[nm], tinted(cube.band(nm) / top, nm))
        axes[nm].set_title(f"{nm} nm", fontsize=11, color=INK)
    plot = axes["spectra"]
    for (row, column), colour in zip(POINTS, MARKS, strict=False):
        if getattr(cube, "uncertainty", None) is not None:
            middle, half = cube.spectrum(row, column), cube.uncertainty[row, column]
            plot.fill_between(cube.wavelengths, middle - half, middle + half, color=colour, alpha=0.18, lw=0)
        plot.plot(cube.wavelengths, cube.spectrum(row, column), color=colour, lw=2)
        plot.plot(truth.wavelengths, truth.spectrum(row, column), color=colour, lw=1.5, ls=(0, (4, 2)))
    plot.plot([], [], color=INK, lw=2, label="reconstructed")
    plot.plot([], [], color=INK, lw=1.5, ls=(0, (4, 2)), label="truth")
    plot.legend(frameon=False, fontsize=9, loc="upper right")
    plot.set_title("spectra at the two points", fontsize=11, color=INK)
    plot.set(xlim=(cube.wavelengths[0], cube.wavelengths[-1]), xlabel="wavelength (nm)")
    plot.set_ylabel("relative radiance", fontsize=9)
    plot.set_ylim(bottom=0)
    plot.tick_params(labelsize=9)
    plot.grid(color=LINE, lw=0.6)
    plot.spines[["top", "right"]].set_visible(False)


if __name__ == "__main__":
    main()
