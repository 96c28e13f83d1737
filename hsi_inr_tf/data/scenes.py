"""Scenes: photographed places with RGB and cube, read from memory-mapped arrays a crop at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.optics import VISIBLE, Camera, camera_named
from hsi_inr_tf.optics.full_scale import full_scale


class Scene(NamedTuple):
    """One scene: rgb [h, w, 3] and cube [h, w, bands], float32 in [0, 1]."""

    name: str
    rgb: np.ndarray
    cube: np.ndarray


@dataclass(frozen=True)
class Scenes:
    """A sequence of scenes that share wavelengths and camera.

    `widths` (FWHM in nm) are those of the bands, None where they are not known. `rgbs` and `cubes` hold each
    scene's arrays as stored (mostly memory-mapped integers); `whites` the cube value that stands for 1 in
    each. What is read out is always float32 in [0, 1].
    """

    names: tuple[str, ...]
    rgbs: Sequence[np.ndarray] = field(repr=False)
    cubes: Sequence[np.ndarray] = field(repr=False)
    whites: Sequence[float] = field(repr=False)
    wavelengths: tuple[float, ...]
    camera: Camera
    widths: tuple[float, ...] | None = None

    @classmethod
    def from_arrays(
        cls,
        rgbs: Sequence[np.ndarray],
        cubes: Sequence[np.ndarray],
        names: Sequence[str] | None = None,
        *,
        white: float = 1.0,
        wavelengths: Any = None,
        camera: Camera | None = None,
    ) -> "Scenes":
        """Scenes of arrays already in memory: rgbs [h, w, 3] and cubes [h, w, bands], in [0, `white`] for the
        cubes.

        By default the bands are 400 to 700 nm, evenly, and the camera is that of CAVE.
        """
        if wavelengths is None:
            wavelengths = np.linspace(VISIBLE[0], VISIBLE[-1], cubes[0].shape[-1])
        wavelengths = tuple(float(wavelength) for wavelength in wavelengths)
        names = tuple(names or (f"scene_{i:02d}" for i in range(len(cubes))))
        return cls(
            names,
            list(rgbs),
            list(cubes),
            [white] * len(cubes),
            wavelengths,
            camera or camera_named(wavelengths=wavelengths),
        )

    def __post_init__(self):
        if not self.names:
            raise InputError("there are no scenes, expected at least one")
        for name, rgb, cube in zip(self.names, self.rgbs, self.cubes, strict=True):
            if (
                cube.shape[:2] != rgb.shape[:2]
                or rgb.shape[2:] != (3,)
                or cube.shape[2:] != (len(self.wavelengths),)
            ):
                raise InputError(
                    f"scene {name}: rgb {rgb.shape} and cube {cube.shape} do not belong together, "
                    f"expected [h, w, 3] and [h, w, {len(self.wavelengths)}]"
                )

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, index: int) -> Scene:
        return Scene(self.names[index], *self.window(index, np.s_[:, :]))

    def __iter__(self) -> Iterator[Scene]:
        return (self[i] for i in range(len(self)))

    def shape(self, index: int) -> tuple[int, int]:
        """(height, width) of scene `index`."""
        return self.cubes[index].shape[:2]

    def crop(self, index: int, top: int, left: int, side: int) -> tuple[np.ndarray, np.ndarray]:
        """(rgb [side, side, 3], cube [side, side, bands]) of a square window; only the window is read."""
        return self.window(index, np.s_[top : top + side, left : left + side])

    def window(self, index: int, window: Any) -> tuple[np.ndarray, np.ndarray]:
        """(rgb, cube) of any window, a NumPy index of rows and columns such as np.s_[::4, ::4]; only it is
        read.
        """
        rgb, cube = self.rgbs[index][window], self.cubes[index][window]
        return unit(rgb, full_scale(rgb.dtype)), unit(cube, self.whites[index])

    def between(self, low: float, high: float) -> "Scenes":
        """The same scenes with their bands from `low` to `high` nm only; InputError where there are none."""
        kept = [i for i, nm in enumerate(self.wavelengths) if low <= nm <= high]
        if len(kept) == len(self.wavelengths):
            return self
        if not kept:
            raise InputError(
                f"the scenes have bands from {self.wavelengths[0]:g} to {self.wavelengths[-1]:g} nm, "
                f"expected some from {low:g} to {high:g} nm"
            )
        bands = slice(kept[0], kept[-1] + 1)
        wavelengths = self.wavelengths[bands]
        return replace(
            self,
            cubes=[cube[:, :, bands] for cube in self.cubes],
            wavelengths=wavelengths,
            camera=replace(self.camera, wavelengths=wavelengths, response=self.camera.response[bands]),
            widths=self.widths and self.widths[bands],
        )

    def select(self, names: Sequence[str]) -> "Scenes":
        """The scenes called `names`, in that order."""
        indices = [self.names.index(name) for name in names]
        return replace(
            self,
            names=tuple(names),
            rgbs=[self.rgbs[i] for i in indices],
            cubes=[self.cubes[i] for i in indices],
            whites=[self.whites[i] for i in indices],
        )


def unit(values: np.ndarray, white: float) -> np.ndarray:
    """Stored values -> float32 in [0, 1], where `white` stands for 1."""
    scaled = values.astype(np.float32)
    scaled *= np.float32(1.0 / white)
    return np.clip(scaled, 0.0, 1.0, out=scaled)
