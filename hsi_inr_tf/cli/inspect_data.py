"""A look at a dataset: figures of every scene in a table, and a contact sheet of pictures, false colours and
spectra.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import tyro

from hsi_inr_tf.files import replacing_all
from hsi_inr_tf.ranges import whole

if TYPE_CHECKING:
    from hsi_inr_tf.data import Scenes

COLUMNS = 2  # scenes side by side on the sheet
ROWS = 200  # of a scene that are read at once


@dataclass(frozen=True)
class Options:
    dataset: Annotated[str, tyro.conf.Positional]
    """Dataset: cave, reflectance_collage, nus/<camera>, ntire2018/clean, arad_1k or folder:DIR."""
    data_dir: Path | None = None
    """Where tfds build wrote it; by default TFDS's own place."""
    split: str | None = None
    """Only these scenes: NAME:PART or a split of the builder; by default all."""
    out: Path = Path("contact_sheet.png")
    """The contact sheet: per scene its RGB, a false colour of its cube, and spectra at marked points."""
    most: Annotated[int, whole(1, 1000)] = 40
    """Show at most this many scenes, spread over the dataset; the table always has all."""
    json: Path | None = None
    """Also write the table to this file."""
    allow_missing: bool = False
    """Go on where scenes of the split are missing from this copy."""
    white: float | None = None
    """The value that stands for 1 in the cubes of folder:DIR; by default 1, or the largest of all, which is
    said.
    """


def run(options: Options) -> None:
    """Print value ranges, saturated and zero fractions of every scene and draw a contact sheet."""
    from tqdm import tqdm

    from hsi_inr_tf.data import open_scenes

    scenes = open_scenes(
        options.dataset,
        options.data_dir,
        options.split,
        allow_missing=options.allow_missing,
        white=options.white,
    )
    nm = scenes.wavelengths
    print(
        f"{options.dataset}: {len(scenes)} scenes, {len(nm)} bands from {nm[0]:g} to {nm[-1]:g} nm, "
        f"camera {scenes.camera.name}"
    )
    rows = [figures(scenes, i) for i in tqdm(range(len(scenes)), desc="reading", unit="scene")]
    width = max(len(row["name"]) for row in rows)
    heads = ("min", "median", "max", "zero %", "at max %", "rgb full %", "rgb error")
    print(f"{'scene':<{width}} {'size':>11} " + " ".join(f"{head:>10}" for head in heads))
    for row in rows:
        size = f"{row['height']}x{row['width']}"
        values = [f"{row[key]:10.4f}" for key in ("min", "median", "max")]
        values += [f"{100 * row[key]:10.3f}" for key in ("zero", "saturated", "rgb_saturated")]
        print(f"{row['name']:<{width}} {size:>11} " + " ".join([*values, f"{row['rgb_error']:10.4f}"]))
    print(
        "zero, at max: share of the cube's values that are 0 or the scene's largest; rgb full: share of "
        "pixels with a channel\n"
        "at its end; rgb error: RMSE, in linear light, between the RGB and what the camera renders of "
        "the cube"
    )
    shown = sorted({round(i) for i in np.linspace(0, len(scenes) - 1, min(options.most, len(scenes)))})
    with replacing_all(options.out, *([options.json] if options.json else [])) as (sheet, *table):
        sheet.write_bytes(contact_sheet(scenes, shown))
        for file in table:
            content = {"dataset": options.dataset, "split": options.split, "scenes": rows}
            file.write_text(json.dumps(content, indent=1), "utf-8")
    print(
        f"wrote {options.out}"
        + (f" with {len(shown)} of {len(scenes)} scenes" if len(shown) < len(scenes) else "")
    )


def figures(scenes: "Scenes", index: int) -> dict:
    """What the table says of one scene; read a few rows at a time."""
    height, width = scenes.shape(index)
    low, high, zero, full, clipped, squares, sample = np.inf, -np.inf, 0, 0, 0, 0.0, []
    for top in range(0, height, ROWS):
        rgb, cube = scenes.window(index, np.s_[top : top + ROWS])
        low, zero = min(low, float(cube.min())), zero + int((cube == 0).sum())
        top_value = float(cube.max())
        full = full if top_value <= high else 0
        high = max(high, top_value)
        full += int((cube == np.float32(high)).sum())
        clipped += int((rgb >= 1).any(axis=-1).sum())
        seen = np.clip(scenes.camera.linear_rgb(cube), 0, 1)
        squares += float(np.square(seen - scenes.camera.decode(rgb), dtype=np.float64).sum())
        sample.append(cube[::7, ::7].ravel())
    values = height * width * len(scenes.wavelengths)
    return {
        "name": scenes.names[index],
        "height": height,
        "width": width,
        "min": low,
        "max": high,
        "median": float(np.median(np.concatenate(sample))),
        "zero": zero / values,
        "saturated": full / values,
        "rgb_saturated": clipped / (height * width),
        "rgb_error": (squares / (height * width * 3)) ** 0.5,
    }


def contact_sheet(scenes: "Scenes", indices: Sequence[int]) -> bytes:
    """A PNG: per scene its RGB with marked points, a false colour of the cube, and the spectra at the
    points.
    """
    from matplotlib.figure import Figure

    from hsi_inr_tf.cubes import HyperspectralImage
    from hsi_inr_tf.cubes import summary as drawing

    lines = -(-len(indices) // COLUMNS)
    figure = Figure(figsize=(COLUMNS * 8.2, lines * 2.7 + 0.2), layout="constrained", facecolor=drawing.PAPER)
    grid = figure.subplots(lines, 3 * COLUMNS, squeeze=False, width_ratios=(1, 1, 1.45) * COLUMNS)
    for axes in grid.flat:
        axes.set_axis_off()
    for place, index in enumerate(indices):
        line, column = divmod(place, COLUMNS)
        left, middle, right = grid[line, 3 * column : 3 * column + 3]
        thin = max(1, max(scenes.shape(index)) // 320)  # thumbnails need not be read in full
        rgb, cube = scenes.window(index, np.s_[::thin, ::thin])
        image = HyperspectralImage(cube, scenes.wavelengths, scenes.camera)
        points = drawing.spread_points(image, 4)
        left.imshow(scenes.camera.decode(rgb) ** (1 / 2.2) if scenes.camera.encoding == "linear" else rgb)
        left.set_title(scenes.names[index], fontsize=9, loc="left", color=drawing.INK)
        drawing.mark(left, points)
        middle.imshow(image.false_colour())
        right.set_axis_on()
        for (row, column_), colour in zip(points, drawing.MARKS, strict=False):
            right.plot(scenes.wavelengths, image.spectrum(row, column_), color=colour, lw=1.6)
        right.set(xlim=(scenes.wavelengths[0], scenes.wavelengths[-1]), ylim=(0, None))
        right.tick_params(labelsize=7)
        right.grid(color=drawing.LINE, lw=0.5)
        right.spines[["top", "right"]].set_visible(False)
    return drawing.png(figure, dpi=80)
