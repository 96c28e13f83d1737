"""From a picture of any size to its cube: whole or in tiles, at any scale and any wavelengths within
those that training has seen.
"""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.inference import tiling
from hsi_inr_tf.inference.engines import Engine
from hsi_inr_tf.inference.reconstruction import HalfWidths, Reconstruction, georeference_at, resampled
from hsi_inr_tf.inference.sampling import bilinear, scaled_size, within
from hsi_inr_tf.inference.uncertainty import Uncertainty, uncertainty_of
from hsi_inr_tf.optics import back_projection, srgb
from hsi_inr_tf.optics.resampling import resampled_camera, resampling
from hsi_inr_tf.optics.spectral_splines import sampling
from hsi_inr_tf.pictures import as_picture

if TYPE_CHECKING:
    from hsi_inr_tf.cubes import HyperspectralImage
    from hsi_inr_tf.data import Scenes
    from hsi_inr_tf.inference.adapting import Adaptation
    from hsi_inr_tf.pictures.picture import Source

LONGEST = 1 << 20  # pixels of a side


class Reconstructor:
    """Runs an engine (see inference/engines.py) on pictures; `description` says what the model is."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.description = engine.description

    @property
    def adaptation(self) -> "Adaptation | None":
        """What it was adapted with and what that is worth (adapting.Adaptation), if `adapt` made it, else
        None.
        """
        return getattr(self.engine, "adaptation", None)

    def reconstruct(
        self,
        rgb: "Source",
        *,
        scale: float = 1.0,
        points: ArrayLike | None = None,
        wavelengths: Sequence[float] | None = None,
        widths: Sequence[float] | None = None,
        consistent: bool = False,
        tile: int | None = None,
        clip: bool = True,
        progress: Callable[[int, int], None] | None = None,
        uncertainty: bool = False,
    ) -> "HyperspectralImage":
        """The cube of a picture, in [0, 1].

        `rgb` is a file's path, a Picture, or an array [height, width, 3] in the model camera's encoding,
        floats in [0, 1] or unsigned integers (see pictures.as_picture). `scale` evaluates the representation
        between pixels: height and width times scale, rounded. `points` [n, 2] as (row, column), fractional,
        pixel centres at integers: returns spectra [n, bands] instead. `wavelengths` (nm, inside the trained
        range) asks for other bands, of `widths` (FWHM in nm, one for all or one for each) if they are given:
        a model that is a function of the wavelength answers itself, the bands of others are interpolated.
        `consistent` corrects the cube so that it reproduces `rgb`. `tile` is the side of
        the tiles, by default chosen so that memory stays bounded; tiles see as much of their surroundings as
        the model can, so the result does not depend on it. Without `clip` the values are as the model gives
        them. `progress(done, total)` is called with rows. With `uncertainty` the image has one. Raises
        InputError.
        """
        if points is not None:
            spectra = self.query(rgb, points, wavelengths=wavelengths, widths=widths, consistent=consistent)
            return spectra  # type: ignore[return-value]
        return self.stream(
            rgb,
            scale=scale,
            wavelengths=wavelengths,
            widths=widths,
            consistent=consistent,
            tile=tile,
            clip=clip,
            progress=progress,
            uncertainty=uncertainty,
        ).image()

    def stream(
        self,
        rgb: "Source",
        *,
        scale: float = 1.0,
        wavelengths: Sequence[float] | None = None,
        widths: Sequence[float] | None = None,
        consistent: bool = False,
        tile: int | None = None,
        clip: bool = True,
        progress: Callable[[int, int], None] | None = None,
        uncertainty: bool = False,
        provenance: dict | None = None,
    ) -> Reconstruction:
        """As `reconstruct`, for cubes larger than memory: computed block by block while it is being
        written.
        """
        picture, decode = self._opened(rgb)
        pixels = picture.pixels
        if not scale > 0 or not np.isfinite(scale):
            raise InputError(f"scale {scale:g} must be positive")
        if scale != 1 and not self.engine.continuous:
            raise InputError(
                f"model {self.description.model} gives values at pixels only, scale {scale:g} needs an "
                "implicit model "
                "or, of one as .tflite, what was exported with --size any"
            )
        if max(scaled_size(pixels.shape, scale)) > LONGEST:
            size = " x ".join(map(str, scaled_size(pixels.shape, scale)))
            raise InputError(f"scale {scale:g} would make {size} pixels, expected sides of at most {LONGEST}")
        own_or_asked, camera, matrix = self._bands(wavelengths, widths)
        return Reconstruction(
            self.engine,
            pixels,
            own_or_asked,
            camera,
            matrix,
            float(scale),
            consistent,
            tile,
            clip,
            progress,
            provenance or {},
            georeference_at(picture, scale),
            decode,
            self.uncertainty,
            None if widths is None else tuple(map(float, np.broadcast_to(widths, len(own_or_asked)))),
            self.half_widths(picture, scale, wavelengths) if uncertainty else None,
        )

    @cached_property
    def uncertainty(self) -> Uncertainty | None:
        """How far its spectra can be trusted, by colour; None for a model that was not calibrated."""
        return uncertainty_of(self.description) if self.description.uncertainty else None

    def half_widths(
        self, rgb: "Source", scale: float = 1.0, wavelengths: Sequence[float] | None = None
    ) -> HalfWidths:
        """The half-widths of the 90 % intervals of what `reconstruct` gives, computed while being written."""
        uncertainty = self.uncertainty or uncertainty_of(self.description)  # which says that there is none
        picture, decode = self._opened(rgb)
        own = self.description.wavelengths
        wanted = tuple(own if wavelengths is None else (float(w) for w in np.atleast_1d(wavelengths)))
        return HalfWidths(uncertainty, picture, decode, own, wanted, scale)

    def query(
        self,
        rgb: "Source",
        points: ArrayLike,
        *,
        wavelengths: Sequence[float] | None = None,
        widths: Sequence[float] | None = None,
        consistent: bool = False,
    ) -> np.ndarray:
        """Spectra [n, bands] at `points` [n, 2] = (row, column), fractional pixel indices."""
        picture, decode = self._opened(rgb)
        pixels, points = picture.pixels, np.asarray(points, np.float64).reshape(-1, 2)
        height, width, _ = pixels.shape
        outside = (points < -0.5) | (points > np.array([height, width]) - 0.5) | ~np.isfinite(points)
        if outside.any():
            row, column = points[outside.any(1)][0]
            raise InputError(
                f"point ({row:g}, {column:g}) lies outside the picture of {height} x {width} pixels"
            )
        at_pixels = not self.engine.continuous
        if at_pixels and np.any(points != np.round(points)):
            raise InputError(
                f"model {self.description.model} gives values at pixels only, points must be whole numbers"
            )
        wanted, _, matrix = self._bands(wavelengths, widths)
        answers = np.empty((len(points), len(wanted)), np.float32)
        plan = tiling.Plan(self.engine, pixels.shape, None, 1.0)
        for rows in plan.rows:
            for columns in plan.columns:
                here = np.flatnonzero(
                    within(points[:, 0], rows, height) & within(points[:, 1], columns, width)
                )
                if not len(here):
                    continue
                window = tiling.cut(pixels, rows, columns, decode)
                inside = points[here] - [rows.start, columns.start]
                if at_pixels:
                    spectra = self.engine(window[None])[0][tuple(np.round(inside).astype(int).T)]
                else:
                    spectra = self.engine.query(window[None], inside[None].astype(np.float32))[0]
                spectra = np.clip(spectra, 0.0, 1.0)
                if consistent:
                    seen = bilinear(pixels, points[here, 0], points[here, 1], decode)
                    spectra = back_projection.consistent(spectra, seen, self.description.camera)
                answers[here] = resampled(spectra, matrix)
        return answers

    def adapt(
        self,
        rgb: "Source | None" = None,
        points: ArrayLike | None = None,
        spectra: ArrayLike | None = None,
        wavelengths: Sequence[float] | None = None,
        cube: "HyperspectralImage | None" = None,
        pairs: "Scenes | None" = None,
        keep: bool = False,
    ) -> "Reconstructor":
        """A Reconstructor that agrees with what was measured; this one stays as it is.

        Either `points` [n, 2] = (row, column) of `rgb` and their `spectra` [n, bands] at `wavelengths` (nm,
        by default the model's), or `cube`, a HyperspectralImage of the same scene at lower resolution, or
        `pairs`, Scenes of a new sensor or material, without `rgb`. What colours like the measured ones gain
        is in inference/colour_prior.py. `keep` leaves other colours as they were, for a model that shall
        serve other scenes too. With nothing measured it is the same model. `adaptation` of the result says
        what it is worth. Raises InputError.
        """
        from hsi_inr_tf.inference import adapting

        given = [what is not None for what in (points, cube, pairs)]
        if (points is None) != (spectra is None) or sum(given) > 1:
            raise InputError("expected points and their spectra, or a coarse cube, or pairs")
        if not any(given) or (points is not None and not np.size(points)):
            return Reconstructor(self.engine)
        if pairs is not None:
            return Reconstructor(adapting.to_pairs(self, pairs, keep))
        if rgb is None:
            raise InputError("points and a coarse cube belong to a picture: expected rgb")
        pixels = self._floats(rgb)
        if cube is not None:
            return Reconstructor(adapting.to_cube(self, pixels, cube, keep))
        where, measured = np.asarray(points), np.asarray(spectra)
        return Reconstructor(adapting.to_points(self, pixels, where, measured, wavelengths, keep))

    def fuse(
        self, rgb: "Source", cube: "HyperspectralImage", adapted: "Reconstructor | None" = None
    ) -> "HyperspectralImage":
        """The cube of the picture `rgb` fused with `cube`, a coarse HyperspectralImage of the same view.

        That is `adapt` to it, plus what it says of places beyond their colours (inference/fusing.py); in
        [0, 1], at the model's wavelengths. `adapted` is what `adapt(rgb, cube=cube)` gave, where it is at
        hand. Raises InputError.
        """
        from hsi_inr_tf.inference.fusing import fused

        picture, _ = self._opened(rgb)  # once: it may be a file
        adapted = adapted or self.adapt(picture, cube=cube)
        return fused(adapted, picture, self._floats(picture), cube)

    def suggest_points(self, rgb: "Source", count: int = 12) -> np.ndarray:
        """Where to measure: `count` points [count, 2] = (row, column) of `rgb`, the most telling first."""
        from hsi_inr_tf.inference import adapting, measuring_points

        return measuring_points.suggest(self._floats(rgb), count, adapting.PRIOR)

    def _opened(self, source):
        """(Picture, what brings its pixels to the model camera's encoding or None)."""
        wanted = self.description.camera.encoding
        picture = as_picture(source, wanted)
        if picture.encoding == wanted:
            return picture, None
        return picture, srgb.decode if wanted == "linear" else srgb.encode

    def _floats(self, source) -> np.ndarray:
        """The whole picture as float32 [height, width, 3] in the model camera's encoding."""
        picture, decode = self._opened(source)
        return tiling.to_float(picture.pixels, decode)

    def _bands(self, wavelengths, widths):
        """(wavelengths, camera, matrix from the model's own bands or None) of the cubes to make.

        Between its knots a model that is linear in splines over the wavelength says what splines through its
        answers at the knots say: asking it is a product with what samples them.
        """
        own, camera = self.description.wavelengths, self.description.camera
        if widths is not None and self.description.sensors is None:
            raise InputError(
                f"model {self.description.model} is no function of the wavelength, expected bands without "
                "widths"
            )
        if widths is None and (wavelengths is None or np.array_equal(wavelengths, own)):
            return own, camera, None
        wanted = own if wavelengths is None else tuple(float(w) for w in np.atleast_1d(wavelengths))
        matrix = (
            resampling(own, wanted) if self.description.sensors is None else sampling(own, wanted, widths)
        )
        return wanted, resampled_camera(camera, wanted), matrix.astype(np.float32)
