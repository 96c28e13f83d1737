"""One HTML file to explore a cube in: the spectrum under the pointer, a slider through the bands. Needs
nothing from elsewhere.
"""

import base64
import gzip
import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hsi_inr_tf.annotations import PathLike
from hsi_inr_tf.cubes.missing import filled, percentile
from hsi_inr_tf.cubes.summary import picture_of, spread_points
from hsi_inr_tf.files import write_text
from hsi_inr_tf.optics.wavelength_colour import wavelength_colour
from hsi_inr_tf.viz.figures import check_comparable, coloured, relative_uncertainty
from hsi_inr_tf.viz.templates import render

if TYPE_CHECKING:
    from hsi_inr_tf.cubes import HyperspectralImage

LONGEST = 512  # pixels of the longer side that the page holds; of larger cubes every n-th pixel is shown


def write(
    path: PathLike,
    image: "HyperspectralImage",
    reference: "HyperspectralImage | None" = None,
    points: Sequence[tuple[int, int]] | None = None,
    title: str | None = None,
) -> Path:
    """Write the page of a HyperspectralImage, as `page_of` gives it, to a file."""
    write_text(Path(path), page_of(image, reference, points, title))
    return Path(path)


def page_of(
    image: "HyperspectralImage",
    reference: "HyperspectralImage | None" = None,
    points: Sequence[tuple[int, int]] | None = None,
    title: str | None = None,
) -> str:
    """The page of a HyperspectralImage; `reference` adds a second, dashed spectrum, `points` (row, column)
    are pinned.
    """
    if reference is not None:
        check_comparable(image, reference)
    height, width, bands = image.shape
    step = -(-max(height, width) // LONGEST)
    points = spread_points(image, 3) if points is None else points
    packed = [_packed(one.data[::step, ::step]) for one in (image, reference) if one is not None]
    pictures = {"rendered": picture_of(image)} if image.camera is not None else {}
    pictures["false colour"] = image.false_colour()
    shown = picture_of(image)[::step, ::step].shape
    data: dict[str, Any] = {
        "height": shown[0],
        "width": shown[1],
        "bands": bands,
        "step": step,
        "wavelengths": list(image.wavelengths),
        "colours": [_css(nm) for nm in image.wavelengths],
        "cubes": [text for text, _ in packed],
        "tops": [top for _, top in packed],
        "pictures": {name: _data_uri(picture[::step, ::step]) for name, picture in pictures.items()},
        "points": [[row // step, column // step] for row, column in points],
        "firstBand": bands // 2,
    }
    title = title or str(image.provenance.get("source") or "Hyperspectral cube")
    facts = (
        f"{height} × {width} pixels, {bands} bands from {image.wavelengths[0]:g} to "
        f"{image.wavelengths[-1]:g} nm"
    )
    facts += f", reconstructed by {image.provenance['model']}" if "model" in image.provenance else ""
    facts += (
        f"; shown here at every {step}{'nd' if step == 2 else 'rd' if step == 3 else 'th'} pixel"
        if step > 1
        else ""
    )
    hint = "Click to pin a spectrum." + (
        " Solid: the cube; dashed: the reference." if reference is not None else ""
    )
    if image.uncertainty is not None:
        share = relative_uncertainty(image, step)
        top = max(float(percentile(share, 99)), 1e-6)
        data["pictures"]["uncertainty"] = _data_uri(coloured(share / top))
        data["widths"], data["widestOf"] = _packed(image.uncertainty[::step, ::step])
        hint += (
            " Shaded: where the true value lies with a probability of 90 %. Uncertainty: half of that by the "
            f"value, from 0 (black) to {top:.0%} and more (yellow)."
        )
    stops = ", ".join(_css(nm) for nm in image.wavelengths)
    return render(
        "page.html",
        title=title,
        facts=facts,
        hint=hint,
        gradient=f"linear-gradient(to right, {stops})" if bands > 1 else _css(image.wavelengths[0]),
        data=data,
    )


def _packed(cube) -> tuple[str, float]:
    """(base64 of the gzipped bytes 255 sqrt(value / top), band after band, top): within 0.4 % of the top,
    closer in the dark. Missing values are 0.
    """
    cube = np.asarray(cube, np.float32)
    top = max(float(percentile(cube, 99.99)), 1e-6)
    levels = np.round(255 * np.sqrt(np.clip(filled(cube) / top, 0, 1))).astype(np.uint8)
    return base64.b64encode(gzip.compress(levels.transpose(2, 0, 1).tobytes(), 6, mtime=0)).decode(), top


def _data_uri(picture) -> str:
    from PIL import Image

    stream = io.BytesIO()
    Image.fromarray(np.round(np.clip(picture, 0, 1) * 255).astype(np.uint8)).save(
        stream, "PNG", compress_level=6
    )
    return f"data:image/png;base64,{base64.b64encode(stream.getvalue()).decode()}"


def _css(nm) -> str:
    return "rgb({}, {}, {})".format(*(round(255 * c) for c in wavelength_colour(nm)))
