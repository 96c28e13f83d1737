"""Named cameras, from the data that colour-science carries."""

import numpy as np

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.optics.camera import Camera

CAVE = "cie-1931-2deg-d65-srgb"
VISIBLE = tuple(range(400, 701, 10))


def named(name: str = CAVE, wavelengths=VISIBLE) -> Camera:
    """The camera called `name`, sampled at `wavelengths` (nm)."""
    if name == CAVE:
        return _cie_1931_d65(wavelengths)
    raise InputError(f"unknown camera '{name}', expected {CAVE}")


def _cie_1931_d65(wavelengths) -> Camera:
    """A reflectance lit by D65, seen by the CIE 1931 2 degree observer, as sRGB: how the RGB of CAVE was made."""
    import colour

    observer = colour.MSDS_CMFS["CIE 1931 2 Degree Standard Observer"]
    illuminant = colour.SDS_ILLUMINANTS["D65"]
    xyz = np.array([observer[w] * illuminant[w] for w in wavelengths])
    xyz /= xyz[:, 1].sum()
    to_rgb = colour.RGB_COLOURSPACES["sRGB"].matrix_XYZ_to_RGB
    return Camera(CAVE, wavelengths, xyz @ to_rgb.T)
