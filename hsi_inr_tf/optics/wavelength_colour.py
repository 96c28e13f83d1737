"""The colour that light of one wavelength has on a screen."""

import numpy as np

from hsi_inr_tf.optics import srgb

# The CIE 1931 2 degree observer as sums of Gaussians, (height, centre, width below it, width above it in nm):
# Wyman, Sloan and Shirley, Simple Analytic Approximations to the CIE XYZ Color Matching Functions, JCGT 2013.
# Good to two hundredths of the peaks, and here a second sooner than colour-science is imported.
OBSERVER = (
    ((1.056, 599.8, 37.9, 31.0), (0.362, 442.0, 16.0, 26.7), (-0.065, 501.1, 20.4, 26.2)),
    ((0.821, 568.8, 46.9, 40.5), (0.286, 530.9, 16.3, 31.1)),
    ((1.217, 437.0, 11.8, 36.0), (0.681, 459.0, 26.0, 13.8)),
)
XYZ_TO_SRGB = np.array([[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]])

HUES = (430, 650)  # nm: beyond, hues do not change any more, and the sums have no digits left

GREY = (0.55, 0.55, 0.55)  # what lies outside the visible range


def wavelength_colour(nm: float) -> tuple[float, float, float]:
    """sRGB in [0, 1] of monochromatic light, CIE 1931 2 degree observer; grey outside 380 to 780 nm.

    No screen can show these colours: what lies outside its gamut is clipped, and the ends of the range are
    dimmed.
    """
    if not 380 <= nm <= 780:
        return GREY
    linear = np.clip(XYZ_TO_SRGB @ observed(np.clip(nm, *HUES)), 0, None)
    linear = linear / linear.max()
    dim = 0.35 + 0.65 * min(1.0, (nm - 380) / 40, (780 - nm) / 80)
    red, green, blue = (float(c) for c in srgb.encode(linear) * dim)
    return red, green, blue


def observed(nm: float) -> np.ndarray:
    """X, Y, Z [3] of monochromatic light, about."""
    return np.array([sum(_lobe(nm, *lobe) for lobe in lobes) for lobes in OBSERVER])


def _lobe(nm, height, centre, below, above) -> float:
    return height * np.exp(-0.5 * ((nm - centre) / (below if nm < centre else above)) ** 2)
