"""Where to measure in a scene: marked on its picture, as a form to fill in and as JSON."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import tyro

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.optics.full_scale import fractions, full_scale
from hsi_inr_tf.ranges import whole


@dataclass(frozen=True)
class Options:
    picture: Annotated[Path, tyro.conf.Positional]
    """The photograph."""
    count: Annotated[int, whole(1, 10_000)] = 12
    """How many points."""
    out: Path | None = None
    """The CSV to fill in; beside it come the marked picture (.png) and .json. By default PICTURE-points.csv
    where the command runs.
    """
    wavelengths: str = "400:700:10"
    """The columns of the CSV, as 400:700:5, 450,550,650 or a file of numbers (nm)."""


def run(options: Options) -> None:
    """Say where to measure, so that a dozen spectra tell most of the rest of the picture."""
    from hsi_inr_tf.cubes.point_spectra import write_form
    from hsi_inr_tf.files import replacing_all
    from hsi_inr_tf.inference import adapting, measuring_points
    from hsi_inr_tf.optics.resampling import parse
    from hsi_inr_tf.pictures import read_image

    wavelengths = parse(options.wavelengths)
    rgb = read_image(options.picture)
    out = options.out or Path(f"{options.picture.stem}-points.csv")
    if out.suffix != ".csv":
        raise InputError(f"{out} is to be a CSV file, expected a name that ends in .csv")
    points = measuring_points.suggest(rgb, options.count, adapting.PRIOR)
    marked, listed = out.with_suffix(".png"), out.with_suffix(".json")
    if options.picture.resolve() in (marked.resolve(), listed.resolve()):
        raise InputError(f"{options.picture} would be overwritten: give another --out")
    places = [{"row": int(row), "column": int(column)} for row, column in points]
    with replacing_all(listed, marked) as (text, picture):
        text.write_text(json.dumps({"picture": options.picture.name, "points": places}, indent=1), "utf-8")
        _marked(rgb, points).save(picture, format="PNG")
        write_form(out, points, wavelengths)  # last, as it refuses to replace one that is filled in
    print(f"{len(points)} points, the most telling first: {marked} shows them, {out} is to be filled in")
    print(f"then:     hsi-inr adapt MODEL --picture {options.picture} --points {out} --out my-model")


def _marked(rgb, points):
    """The picture with numbered rings around the points."""
    from PIL import Image, ImageDraw, ImageFont

    rgb = np.asarray(rgb)
    if rgb.dtype != np.uint8:
        rgb = np.round(fractions(rgb) * full_scale(np.uint8)).astype(np.uint8)
    image = Image.fromarray(rgb)
    draw = ImageDraw.Draw(image)
    radius = max(5, min(image.size) // 60)
    font = ImageFont.load_default(size=2 * radius)
    for number, (row, column) in enumerate(points, 1):
        for grown, colour in ((1, "black"), (0, "white")):
            r = radius + grown
            draw.ellipse((column - r, row - r, column + r, row + r), outline=colour, width=2)
        right = column + 4 * radius < image.width
        place = (column + 1.3 * radius if right else column - 3.5 * radius, row - 1.2 * radius)
        draw.text(place, str(number), fill="white", stroke_width=2, stroke_fill="black", font=font)
    return image
