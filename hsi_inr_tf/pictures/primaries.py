"""Colours that are said by their primaries and a transfer curve, without a profile: from them to sRGB."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from hsi_inr_tf.annotations import PathLike
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.optics import srgb
from hsi_inr_tf.optics.full_scale import full_scale

D65 = (0.3127, 0.3290)
# xy of red, green, blue and white.
SRGB_PRIMARIES = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06), D65)
ADOBE_PRIMARIES = ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06), D65)
# By the code points of ITU-T H.273.
BY_CODE = {
    1: SRGB_PRIMARIES,
    4: ((0.67, 0.33), (0.21, 0.71), (0.14, 0.08), (0.310, 0.316)),
    5: ((0.64, 0.33), (0.29, 0.60), (0.15, 0.06), D65),
    6: ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070), D65),
    7: ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070), D65),
    9: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046), D65),
    11: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), (0.314, 0.351)),
    12: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), D65),
}
BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
ROWS = 256  # that are converted at once


@dataclass(frozen=True)
class ColourSpace:
    """`primaries`: xy of red, green, blue and white; `decode`: encoded values in [0, 1] -> linear light."""

    primaries: tuple[tuple[float, ...], ...]
    decode: Callable[[np.ndarray], np.ndarray]


def power(exponent: float) -> Callable[[np.ndarray], np.ndarray]:
    return lambda values: values**exponent


def bt709(values: np.ndarray) -> np.ndarray:
    """The inverse of the curve of BT.709, BT.601 and BT.2020."""
    return np.where(values < 0.081, values / 4.5, ((values + 0.099) / 1.099) ** (1 / 0.45))


ADOBE = ColourSpace(ADOBE_PRIMARIES, power(563 / 256))


def transfer_by_code(code: int) -> Callable[[np.ndarray], np.ndarray] | None:
    """The transfer curve of a code point of ITU-T H.273; None for those of HDR, and for unknown ones."""
    curves = {4: power(2.2), 5: power(2.8), 8: power(1.0), 13: srgb.decode}
    return bt709 if code in (1, 6, 14, 15) else curves.get(code)


def exif_colour_space(exif: Any) -> ColourSpace | None:
    """Adobe RGB as cameras mark it (DCF: interoperability index R03; ColorSpace 2), or None."""
    from PIL import ExifTags

    if exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.ColorSpace) == 2:
        return ADOBE
    try:
        index = exif.get_ifd(ExifTags.IFD.Interop).get(1, "")
    except KeyError:  # there is none
        return None
    index = index.decode("latin-1") if isinstance(index, bytes) else str(index)
    return ADOBE if index.strip("\0 ") == "R03" else None


def to_srgb(pixels: np.ndarray, space: ColourSpace, path: PathLike) -> np.ndarray:
    """uint8 or uint16 [height, width, 3] of `space` as uint16, sRGB-encoded; what sRGB cannot show is
    clipped.
    """
    full = full_scale(pixels.dtype)
    decoded = np.asarray(space.decode(np.arange(full + 1) / full), np.float32)
    encoded, levels = srgb.encoded_levels(), full_scale(np.uint16)
    try:
        matrix = np.linalg.inv(_to_xyz(SRGB_PRIMARIES)) @ _adapted(space) @ _to_xyz(space.primaries)
    except (np.linalg.LinAlgError, ZeroDivisionError, FloatingPointError) as error:
        raise InputError(f"{path}: its primaries are no colours, expected those of a colour space") from error
    matrix = matrix.T.astype(np.float32)
    converted = np.empty(pixels.shape, np.uint16)
    for top in range(0, len(pixels), ROWS):
        linear = decoded[pixels[top : top + ROWS]] @ matrix
        converted[top : top + ROWS] = encoded[
            np.round(np.clip(linear, 0.0, 1.0) * np.float32(levels)).astype(int)
        ]
    return converted


def _xyz(x: float, y: float) -> np.ndarray:
    return np.array([x / y, 1.0, (1 - x - y) / y])


def _to_xyz(primaries) -> np.ndarray:
    """Linear RGB -> XYZ, where RGB of 1 is the white."""
    columns = np.stack([_xyz(*xy) for xy in primaries[:3]], axis=1)
    return columns * np.linalg.solve(columns, _xyz(*primaries[3]))


def _adapted(space: ColourSpace) -> np.ndarray:
    """XYZ under the space's white -> XYZ under that of sRGB (Bradford)."""
    here, there = (BRADFORD @ _xyz(*white) for white in (space.primaries[3], D65))
    return np.linalg.inv(BRADFORD) @ np.diag(there / here) @ BRADFORD
