"""The sRGB transfer curve (IEC 61966-2-1) and its inverse, on NumPy arrays in [0, 1]."""

import numpy as np

from hsi_inr_tf.optics.full_scale import full_scale


def encode(linear: np.ndarray) -> np.ndarray:
    """Linear light -> sRGB-encoded, clipped to [0, 1]."""
    linear = np.clip(linear, 0.0, 1.0)
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055).astype(
        linear.dtype
    )


def decode(encoded: np.ndarray) -> np.ndarray:
    """sRGB-encoded -> linear light."""
    encoded = np.asarray(encoded)
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4).astype(
        encoded.dtype
    )


def encoded_levels() -> np.ndarray:
    """[65536] uint16: the sRGB-encoded level of each linear one."""
    full = full_scale(np.uint16)
    return np.round(encode(np.arange(full + 1) / full) * full).astype(np.uint16)
