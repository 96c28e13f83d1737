"""Figures and an interactive page of a cube."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from hsi_inr_tf.errors import InputError


@dataclass(frozen=True)
class Options:
    cube: Annotated[Path, tyro.conf.Positional]
    """A cube: ENVI (.hdr), .npz, .mat, netCDF (.nc) or GeoTIFF (.tif).

    FILE:VARIABLE names one of several that are in a file."""
    out: Path | None = None
    """The folder to write to; by default CUBE_view beside the cube."""
    reference: Path | None = None
    """Another cube of the same size and bands: adds its spectra, dashed, and error maps."""
    points: tuple[str, ...] = ()
    """Points to draw spectra of, as row,column (12,40 200,7); by default five of different colours."""
    false_colour: tuple[float, float, float] = (650.0, 550.0, 450.0)
    """The wavelengths (nm) shown as red, green and blue."""


def run(options: Options) -> None:
    """Draw a cube: false colour, its bands, spectra at points, uncertainty, error maps, and a page to explore
    it in.
    """
    from hsi_inr_tf import cubes
    from hsi_inr_tf.cubes import summary
    from hsi_inr_tf.files import replacing_all
    from hsi_inr_tf.viz import figures, page

    image = cubes.read(options.cube)
    reference = cubes.read(options.reference) if options.reference else None
    for note in (*image.notes, *(reference.notes if reference else ())):
        print(f"note: {note}")
    for nm in options.false_colour:
        image.index(nm)  # refuses what lies outside
    points = _points(options.points, image) or summary.spread_points(image)
    drawn = {
        "false_colour.png": lambda: figures.false_colour_figure(image, options.false_colour),
        "bands.png": lambda: figures.montage(image),
        "spectra.png": lambda: figures.spectra_figure(image, points, reference),
    }
    if image.uncertainty is not None:
        drawn["uncertainty.png"] = lambda: figures.uncertainty_map(image)
    if reference is not None:
        figures.check_comparable(image, reference)
        drawn["errors.png"] = lambda: figures.error_maps(image, reference)

    folder = options.out or options.cube.with_name(f"{options.cube.stem}_view")
    title = str(image.provenance.get("source") or options.cube.name)
    files = [folder / name for name in (*drawn, "index.html")]
    with replacing_all(*files) as temporaries:
        for draw, temporary in zip(drawn.values(), temporaries, strict=False):
            temporary.write_bytes(summary.png(draw()))
        temporaries[-1].write_text(page.page_of(image, reference, points, title), "utf-8")
    for file in files[:-1]:
        print(f"wrote {file}")
    print(f"wrote {files[-1]}: open it in a browser")


def _points(texts, image) -> list[tuple[int, int]]:
    points = []
    for text in texts:
        try:
            row, column = (int(part) for part in text.split(","))
        except ValueError as error:
            raise InputError(f"point '{text}' cannot be read, expected row,column such as 12,40") from error
        image.spectrum(row, column)  # refuses points outside
        points.append((row, column))
    return points
