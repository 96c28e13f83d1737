"""What about a picture is not what a model expects: a photograph in colour, well lit and balanced.

The limits were set so that none of twenty CAVE scenes is spoken of, that 19 of them are under light A without
a balance, and that of the photographs of daily life that scikit-image and matplotlib carry none is.
"""

from collections.abc import Callable, Iterator

import numpy as np

from hsi_inr_tf.inference.tiling import to_float
from hsi_inr_tf.optics import srgb

SAMPLE = 1 << 15  # pixels, in whole rows
DARK, BRIGHT = 0.06, 0.995  # of encoded values: below there is no colour to speak of, above it is clipped
GREY, COLOURLESS = 0.03, 0.99  # difference of channels, and the share of lit pixels that have no more
NIGHT = 0.2  # below which 19 of 20 pixels lie
NEUTRAL, FEW, CAST = 0.15, 0.02, 3.0  # saturation, share of pixels without it, ratio of the mean channels
CLIPPED = 0.1
FLAT, FLAT_INSIDE = 0.6, 0.25  # shares of pixels that equal their neighbour: of all, and of the unclipped


def unexpected(
    pixels: np.ndarray, decode: Callable[[np.ndarray], np.ndarray] | None, encoding: str
) -> Iterator[str]:
    """A sentence for each thing, from some rows of a picture `pixels` [height, width, 3], which `decode` (see
    tiling.to_float) brings to `encoding`.
    """
    height, width, _ = pixels.shape
    step = max(1, height * width // SAMPLE)
    rgb = to_float(pixels[step // 2 :: step], decode)
    rgb = srgb.encode(rgb) if encoding == "linear" else rgb
    high, low = rgb.max(axis=2), rgb.min(axis=2)
    lit = high > DARK
    if _is_flat(rgb, (high > DARK) & (low < BRIGHT)):
        yield (
            "it looks like a screenshot or a drawing, not a photograph: the light of a screen is not that of "
            "materials"
        )
        return
    if np.quantile(high, 0.95) < NIGHT:
        yield "it is very dark: its colours are mostly noise, and so are the spectra"
    clipped = float(np.mean(high >= BRIGHT))
    if clipped >= CLIPPED:
        yield f"{clipped:.0%} of it is clipped: there the true values may be much larger"
    if not lit.any():
        return
    colours, saturation = rgb[lit], ((high - low) / np.maximum(high, DARK))[lit]
    if np.mean((high - low)[lit] <= GREY) >= COLOURLESS:
        yield "it has no colours: the spectra are those of grey, whatever the materials are"
        return
    mean = srgb.decode(colours).mean(axis=0)
    if np.mean(saturation < NEUTRAL) < FEW and mean.max() > CAST * mean.min():
        yield "it has a strong colour cast: the spectra are those of its light too, balance it first"


def _is_flat(rgb, inside) -> bool:
    """Whether most pixels equal their right neighbour, of those that are neither black nor white too."""
    if rgb.shape[1] < 2:
        return False
    same = (rgb[:, 1:] == rgb[:, :-1]).all(axis=2)
    inside = inside[:, 1:]
    return bool(same.mean() > FLAT and inside.any() and same[inside].mean() > FLAT_INSIDE)
