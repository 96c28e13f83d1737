"""A camera: spectral response Phi and encoding, and the RGB it sees of a cube (Eq. 3-4)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.optics import srgb

ENCODINGS = ("linear", "srgb")


@dataclass(frozen=True)
class Camera:
    """`response` is Phi [bands, 3], scaled so that a cube of ones renders to white; `encoding` is "srgb" or
    "linear".
    """

    name: str
    wavelengths: tuple[float, ...]
    response: np.ndarray = field(repr=False)
    encoding: str = "srgb"

    def __post_init__(self):
        object.__setattr__(self, "wavelengths", tuple(float(w) for w in self.wavelengths))
        object.__setattr__(self, "response", np.asarray(self.response, np.float64))
        if self.response.shape != (len(self.wavelengths), 3):
            shape = self.response.shape
            raise InputError(
                f"camera {self.name}: its response has shape {shape}, expected ({len(self.wavelengths)}, 3)"
            )
        if not np.isfinite(self.response).all():
            raise InputError(f"camera {self.name}: its response holds values that are not finite")
        if self.encoding not in ENCODINGS:
            raise InputError(
                f"camera {self.name}: unknown encoding '{self.encoding}', expected srgb or linear"
            )

    def fits(self, wavelengths: Sequence[float]) -> bool:
        """Whether it renders cubes of these wavelengths (nm)."""
        return len(wavelengths) == len(self.wavelengths) and np.allclose(self.wavelengths, wavelengths)

    def linear_rgb(self, cube: np.ndarray) -> np.ndarray:
        """Eq. 4: cube [..., bands] -> linear RGB [..., 3], not clipped."""
        return cube @ self.response.astype(cube.dtype)

    def render(self, cube: np.ndarray) -> np.ndarray:
        """cube [..., bands] -> rgb [..., 3] in [0, 1], encoded and clipped, not quantised."""
        return self.encode(self.linear_rgb(cube))

    def encode(self, linear: np.ndarray) -> np.ndarray:
        """Linear RGB -> this camera's encoding, clipped to [0, 1]."""
        return srgb.encode(linear) if self.encoding == "srgb" else np.clip(linear, 0.0, 1.0)

    def decode(self, rgb: np.ndarray) -> np.ndarray:
        """This camera's encoding -> linear RGB."""
        return srgb.decode(rgb) if self.encoding == "srgb" else np.asarray(rgb)

    def to_dict(self) -> dict:
        response = self.response.tolist()
        return {
            "name": self.name,
            "wavelengths": list(self.wavelengths),
            "response": response,
            "encoding": self.encoding,
        }

    @classmethod
    def from_dict(cls, fields: dict) -> "Camera":
        return cls(**fields)
