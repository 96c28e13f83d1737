"""A cube with what is known of it: wavelengths, camera, provenance, place on the map."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from hsi_inr_tf.annotations import PathLike
from hsi_inr_tf.cubes import missing
from hsi_inr_tf.cubes.derived import Derived, derived
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.files.georeference import moved
from hsi_inr_tf.optics.camera import Camera

if TYPE_CHECKING:
    import xarray

BLOCK = 1 << 18  # pixels that are copied at once where a cube may be larger than memory
HALF_WIDTH = "half-width of the interval that holds the true value with a probability of 90 %"
FALSE_COLOUR = (650.0, 550.0, 450.0)  # nm, shown as red, green, blue


@dataclass(frozen=True, repr=False)
class HyperspectralImage:
    """`data` [height, width, bands], relative radiance; `wavelengths` in nm, ascending, one a band.

    `camera` renders it to RGB where that is possible; `provenance` says where it came from (plain JSON
    values); `uncertainty` [height, width, bands] is the half-width within which the true value lies with a
    probability of 90 %, and `widths` are those of the bands (FWHM in nm), where they are known;
    `georeference` is its place on the map, as hsi_inr_tf.files.georeference describes it; a missing value is
    NaN. `source` is what messages call it, its file; `notes` say what reading it changed.
    """

    data: np.ndarray
    wavelengths: tuple[float, ...]
    camera: Camera | None = None
    provenance: dict = field(default_factory=dict)
    georeference: dict | None = None
    uncertainty: np.ndarray | None = None
    widths: tuple[float, ...] | None = None
    source: str = "the cube"
    notes: tuple[str, ...] = ()

    def __post_init__(self):
        object.__setattr__(self, "wavelengths", tuple(float(w) for w in self.wavelengths))
        if self.data.ndim != 3 or self.data.shape[2] != len(self.wavelengths):
            raise InputError(
                f"{self.source} has shape {self.data.shape} with {len(self.wavelengths)} wavelengths, "
                "expected [height, width, bands] and a wavelength a band"
            )
        if self.uncertainty is not None and self.uncertainty.shape != self.data.shape:
            raise InputError(
                f"{self.source}: its uncertainty has shape {self.uncertainty.shape}, expected "
                f"{self.data.shape}"
            )
        if self.widths is not None and len(self.widths) != len(self.wavelengths):
            raise InputError(f"{self.source} has {len(self.widths)} widths of {len(self.wavelengths)} bands")
        if not all(a < b for a, b in zip(self.wavelengths, self.wavelengths[1:], strict=False)):
            raise InputError(f"{self.source}: its wavelengths do not ascend")

    def __repr__(self):
        height, width, bands = self.shape
        return (
            f"HyperspectralImage({height} x {width} pixels, {bands} bands from {self.wavelengths[0]:g} to "
            f"{self.wavelengths[-1]:g} nm, camera {self.camera.name if self.camera else None})"
        )

    def __array__(self, dtype=None, copy=None) -> np.ndarray:
        """np.asarray(image) is its `data`."""
        return np.array(self.data, dtype, copy=bool(copy) or None)

    def __getitem__(self, index) -> np.ndarray:
        """image[y, x] is a spectrum [bands]; any NumPy index of `data` will do."""
        try:
            return np.asarray(self.data[index])
        except IndexError as error:
            raise InputError(f"{error} (a cube of {self.shape[0]} x {self.shape[1]} pixels)") from error

    @property
    def shape(self) -> tuple[int, int, int]:
        return self.data.shape

    def blocks(self) -> Iterator[tuple[int, int, np.ndarray]]:
        """The cube from top to bottom in parts of bounded size: (top, left, spectra [rows, columns, bands]
        float32).
        """
        rows = max(1, BLOCK // self.shape[1])
        for top in range(0, self.shape[0], rows):
            yield top, 0, np.asarray(self.data[top : top + rows], np.float32)

    @property
    def half_widths(self) -> "HyperspectralImage | None":
        """Its uncertainty as a cube of its own, where it has one."""
        if self.uncertainty is None:
            return None
        provenance = {**self.provenance, "quantity": HALF_WIDTH}
        return HyperspectralImage(
            self.uncertainty, self.wavelengths, None, provenance, self.georeference, source=self.source
        )

    def spectrum(self, y: int, x: int) -> np.ndarray:
        """The spectrum [bands] of the pixel in row y, column x."""
        height, width, _ = self.shape
        if not (0 <= y < height and 0 <= x < width):
            raise InputError(f"{self.source}: no pixel at row {y}, column {x}, expected {height} x {width}")
        return np.asarray(self.data[y, x], np.float32)

    def interval(self, y: int, x: int) -> tuple[np.ndarray, np.ndarray]:
        """Between what the spectrum of a pixel lies with a probability of 90 %: (low [bands], high
        [bands]).
        """
        if self.uncertainty is None:
            raise InputError(f"{self.source} has no uncertainty: reconstruct(picture, uncertainty=True)")
        spectrum, width = self.spectrum(y, x), np.asarray(self.uncertainty[y, x], np.float32)
        return np.maximum(spectrum - width, 0.0), spectrum + width

    def derived(self, y: int, x: int, number: Callable[[np.ndarray], np.ndarray]) -> Derived:
        """What the spectrum of a pixel says of a number that is made of it, with its 90 % interval.

        `number` maps spectra [n, bands] to [n] numbers, such as the ratio of two bands:
        lambda s: s[:, cube.index(650)] / s[:, cube.index(550)]. InputError without uncertainty. The interval
        is that of spectra drawn as the uncertainty says, see cubes.derived.
        """
        self.interval(y, x)  # says what is missing
        assert self.uncertainty is not None
        return derived(self.spectrum(y, x), self.uncertainty[y, x], self.wavelengths, number)

    def index(self, nm: float) -> int:
        """The index of the band nearest to `nm`, which must lie within the range (half a band beyond its ends
        is allowed).
        """
        w = np.asarray(self.wavelengths)
        slack = 0.5 * np.max(np.diff(w)) if len(w) > 1 else 0.5
        if not w[0] - slack <= nm <= w[-1] + slack:
            raise InputError(f"{self.source}: no band at {nm:g} nm, it spans {w[0]:g} to {w[-1]:g} nm")
        return int(np.argmin(np.abs(w - nm)))

    def band(self, nm: float) -> np.ndarray:
        """The band [height, width] nearest to `nm`."""
        return np.asarray(self.data[:, :, self.index(nm)], np.float32)

    def rgb(self, camera: Camera | None = None) -> np.ndarray:
        """The picture [height, width, 3] in [0, 1] that a camera (its own, unless another is given) sees of
        the cube; black where a value is missing.
        """
        camera = camera or self.camera
        if camera is None:
            raise InputError(f"{self.source} names no camera to render it with")
        if not camera.fits(self.wavelengths):
            raise InputError(f"camera {camera.name} has other wavelengths than {self.source}")
        picture = np.empty((*self.shape[:2], 3), np.float32)
        for top, _, block in self.blocks():
            picture[top : top + len(block)] = missing.filled(camera.render(missing.filled(block, np.nan)))
        return picture

    def false_colour(
        self, nm: Sequence[float] = FALSE_COLOUR, limits: tuple[float, float] | None = None
    ) -> np.ndarray:
        """Three bands as red, green and blue [height, width, 3] in [0, 1]; `limits` become black and white.

        Without limits they are the 0.5th and 99.5th percentile of the three bands. Displayed with gamma 2.2,
        missing values as black.
        """
        w = np.asarray(self.wavelengths)
        bands = np.stack(
            [self.data[:, :, int(np.argmin(np.abs(w - wanted)))] for wanted in nm], axis=-1
        ).astype(np.float32)
        low, high = limits or missing.percentile(bands, (0.5, 99.5))
        shown = np.clip((missing.filled(bands, low) - low) / max(high - low, 1e-6), 0.0, 1.0)
        return (shown ** (1 / 2.2)).astype(np.float32)

    def crop(self, top: int, left: int, height: int, width: int) -> "HyperspectralImage":
        """The part of `height` rows and `width` columns whose first pixel is (top, left); the georeference
        moves along.
        """
        if (
            min(top, left) < 0
            or min(height, width) < 1
            or top + height > self.shape[0]
            or left + width > self.shape[1]
        ):
            raise InputError(
                f"{self.source}: no crop {height} x {width} at ({top}, {left}), it has {self.shape[0]} x "
                f"{self.shape[1]}"
            )
        georeference = moved(self.georeference, top, left)
        part = np.s_[top : top + height, left : left + width]
        uncertainty = None if self.uncertainty is None else self.uncertainty[part]
        return replace(self, data=self.data[part], georeference=georeference, uncertainty=uncertainty)

    def save(self, path: PathLike, format: str | None = None, dtype: str = "float32") -> Path:
        """Write to `path` in the format its suffix says, or `format`; see hsi_inr_tf.cubes.write."""
        from hsi_inr_tf.cubes import write

        return write(self, path, format, dtype)

    @classmethod
    def load(cls, path: PathLike) -> "HyperspectralImage":
        """Read any of the formats that hsi_inr_tf.cubes reads."""
        from hsi_inr_tf.cubes import read

        return read(path)

    def to_xarray(self) -> "xarray.DataArray":
        """An xarray.DataArray with dimensions y, x, wavelength (nm); its uncertainty, where it has one, is a
        coordinate over all three.
        """
        try:
            import xarray
        except ImportError as error:
            raise InputError("this needs xarray: pip install 'hsi_inr_tf[netcdf]'") from error
        attributes = {"long_name": "relative radiance", "units": "1"}
        wavelength = xarray.Variable("wavelength", np.asarray(self.wavelengths), {"units": "nm"})
        dims = ("y", "x", "wavelength")
        beside = {} if self.uncertainty is None else {"uncertainty": (dims, self.uncertainty)}
        return xarray.DataArray(
            self.data,
            dims=dims,
            coords={"wavelength": wavelength, **beside},
            attrs=attributes,
            name="radiance",
        )

    def _repr_png_(self) -> bytes:
        """What a notebook shows: the picture, or false colour where no camera is known, with spectra of a few
        points.
        """
        from hsi_inr_tf.cubes.summary import png, summary

        return png(summary(self))
