"""The colour that light of one wavelength has on a screen."""

import numpy as np

GREY = (0.55, 0.55, 0.55)  # what lies outside the visible range


def wavelength_colour(nm: float) -> tuple[float, float, float]:
    """sRGB in [0, 1] of monochromatic light, CIE 1931 2 degree observer; grey outside 380 to 780 nm.

    No screen can show these colours: what lies outside its gamut is clipped, and the ends of the range are
    dimmed.
    """
    if not 380 <= nm <= 780:
        return GREY
    import colour

    from hsi_inr_tf.optics import srgb

    xyz = colour.wavelength_to_XYZ(nm)
    linear = np.clip(np.asarray(colour.RGB_COLOURSPACES["sRGB"].matrix_XYZ_to_RGB) @ xyz, 0, None)
    linear = linear / linear.max()
    dim = 0.35 + 0.65 * min(1.0, (nm - 380) / 40, (780 - nm) / 80)
    red, green, blue = (float(c) for c in srgb.encode(linear) * dim)
    return red, green, blue
