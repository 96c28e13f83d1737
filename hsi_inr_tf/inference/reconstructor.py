"""From a picture of any size to its cube: whole or in tiles, at any scale and any of the trained
wavelengths.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from hsi_inr_tf import __version__
from hsi_inr_tf.cubes.hyperspectral_image import HyperspectralImage
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.files.georeference import scaled
from hsi_inr_tf.inference import tiling
from hsi_inr_tf.inference.engines import Engine
from hsi_inr_tf.inference.uncertainty import Trust, Uncertainty
from hsi_inr_tf.optics import back_projection, srgb
from hsi_inr_tf.optics.camera import Camera
from hsi_inr_tf.optics.resampling import resampled_camera, resampling
from hsi_inr_tf.pictures import Picture, as_picture

LONGEST = 1 << 20  # pixels of a side


class Reconstructor:
    """Runs an engine (see inference/engines.py) on pictures; `description` says what the model is."""

    def __init__(self, engine: Engine):
        self.engine = engine
        self.description = engine.description

    @property
    def adaptation(self):
        """What it was adapted with and what that is worth (adapting.Adaptation), if `adapt` made it, else
        None.
        """
        return getattr(self.engine, "adaptation", None)

    def reconstruct(
        self,
        rgb,
        *,
        scale: float = 1.0,
        points=None,
        wavelengths=None,
        consistent: bool = False,
        tile: int | None = None,
        clip: bool = True,
        progress=None,
        uncertainty: bool = False,
    ):
        """The cube of a picture, in [0, 1].

        `rgb` is a file's path, a Picture, or an array [height, width, 3] in the model camera's encoding,
        floats in [0, 1] or unsigned integers (see pictures.as_picture). `scale` evaluates the representation
        between pixels: height and width times scale, rounded. `points` [n, 2] as (row, column), fractional,
        pixel centres at integers: returns spectra [n, bands] instead. `wavelengths` (nm, inside the trained
        range) resamples. `consistent` corrects the cube so that it reproduces `rgb`. `tile` is the side of
        the tiles, by default chosen so that memory stays bounded; tiles see as much of their surroundings as
        the model can, so the result does not depend on it. Without `clip` the values are as the model gives
        them. `progress(done, total)` is called with rows. With `uncertainty` the image has one. Raises
        InputError.
        """
        if points is not None:
            return self.query(rgb, points, wavelengths=wavelengths, consistent=consistent)
        widths = self.half_widths(rgb, scale, wavelengths) if uncertainty else None
        image = self.stream(
            rgb,
            scale=scale,
            wavelengths=wavelengths,
            consistent=consistent,
            tile=tile,
            clip=clip,
            progress=progress,
        ).image()
        return replace(image, uncertainty=widths.image().data) if widths else image

    def stream(
        self,
        rgb,
        *,
        scale: float = 1.0,
        wavelengths=None,
        consistent: bool = False,
        tile: int | None = None,
        clip: bool = True,
        progress=None,
        provenance: dict | None = None,
    ) -> "Reconstruction":
        """As `reconstruct`, for cubes larger than memory: computed block by block while it is being
        written.
        """
        picture, decode = self._opened(rgb)
        rgb, georeference = picture.pixels, picture.georeference
        if not scale > 0 or not np.isfinite(scale):
            raise InputError(f"scale {scale:g} must be positive")
        if scale != 1 and not self.engine.continuous:
            raise InputError(
                f"model {self.description.model} gives values at pixels only, scale {scale:g} needs an "
                "implicit model "
                "or, of one as .tflite, what was exported with --size any"
            )
        if max(_size(rgb.shape, scale)) > LONGEST:
            raise InputError(
                f"scale {scale:g} would make {' x '.join(map(str, _size(rgb.shape, scale)))} pixels, "
                f"expected sides of at most {LONGEST}"
            )
        if georeference and scale != 1:
            georeference = scaled(georeference, rgb.shape, _size(rgb.shape, scale))
        return Reconstruction(
            self.engine,
            rgb,
            *self._bands(wavelengths),
            float(scale),
            consistent,
            tile,
            clip,
            progress,
            provenance or {},
            georeference,
            decode,
            self.uncertainty,
        )

    @cached_property
    def uncertainty(self) -> Uncertainty | None:
        """How far its spectra can be trusted, by colour; None for a model that was not calibrated."""
        fields = self.description.uncertainty
        return Uncertainty.from_dict(fields, len(self.description.wavelengths)) if fields else None

    def half_widths(self, rgb, scale: float = 1.0, wavelengths=None) -> "HalfWidths":
        """The half-widths of the 90 % intervals of what `reconstruct` gives, computed while being written."""
        if self.uncertainty is None:
            raise InputError(
                f"model {self.description.model} was not calibrated and knows no uncertainty "
                "(hsi-inr bundle RUN --folds ... calibrates)"
            )
        picture, decode = self._opened(rgb)
        own = self.description.wavelengths
        wanted = tuple(own if wavelengths is None else (float(w) for w in np.atleast_1d(wavelengths)))
        return HalfWidths(self.uncertainty, picture, decode, own, wanted, scale)

    def query(self, rgb, points, *, wavelengths=None, consistent: bool = False) -> np.ndarray:
        """Spectra [n, bands] at `points` [n, 2] = (row, column), fractional pixel indices."""
        picture, decode = self._opened(rgb)
        rgb, points = picture.pixels, np.asarray(points, np.float64).reshape(-1, 2)
        height, width, _ = rgb.shape
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
        wanted, _, matrix = self._bands(wavelengths)
        answers = np.empty((len(points), len(wanted)), np.float32)
        plan = tiling.Plan(self.engine, rgb.shape, None, 1.0)
        for rows in plan.rows:
            for columns in plan.columns:
                here = np.flatnonzero(
                    _within(points[:, 0], rows, height) & _within(points[:, 1], columns, width)
                )
                if not len(here):
                    continue
                window = tiling.cut(rgb, rows, columns, decode)
                inside = points[here] - [rows.start, columns.start]
                if at_pixels:
                    spectra = self.engine(window[None])[0][tuple(np.round(inside).astype(int).T)]
                else:
                    spectra = self.engine.query(window[None], inside[None].astype(np.float32))[0]
                spectra = np.clip(spectra, 0.0, 1.0)
                if consistent:
                    seen = bilinear(rgb, points[here, 0], points[here, 1], decode)
                    spectra = back_projection.consistent(spectra, seen, self.description.camera)
                answers[here] = _resampled(spectra, matrix)
        return answers

    def adapt(
        self, rgb=None, points=None, spectra=None, wavelengths=None, cube=None, pairs=None, keep: bool = False
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
        if not any(given) or (points is not None and not len(points)):
            return Reconstructor(self.engine)
        if pairs is not None:
            return Reconstructor(adapting.to_pairs(self, pairs, keep))
        if rgb is None:
            raise InputError("points and a coarse cube belong to a picture: expected rgb")
        rgb = self._floats(rgb)
        if cube is not None:
            return Reconstructor(adapting.to_cube(self, rgb, cube, keep))
        return Reconstructor(adapting.to_points(self, rgb, points, spectra, wavelengths, keep))

    def suggest_points(self, rgb, count: int = 12) -> np.ndarray:
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

    def _bands(self, wavelengths):
        """(wavelengths, camera, resampling matrix or None) of the cubes to make."""
        own, camera = self.description.wavelengths, self.description.camera
        if wavelengths is None or np.array_equal(wavelengths, own):
            return own, camera, None
        wavelengths = tuple(float(w) for w in np.atleast_1d(wavelengths))
        return (
            wavelengths,
            resampled_camera(camera, wavelengths),
            resampling(own, wavelengths).astype(np.float32),
        )


@dataclass(frozen=True)
class HalfWidths:
    """Half-widths of 90 % intervals in the making, written by hsi_inr_tf.cubes.write like a
    HyperspectralImage. At other wavelengths than the model's `own` they are interpolated linearly.
    """

    uncertainty: Uncertainty
    picture: Picture
    decode: object
    own: tuple[float, ...]
    wavelengths: tuple[float, ...]
    scale: float
    camera: Camera | None = None

    @property
    def georeference(self) -> dict | None:
        place = self.picture.georeference
        return scaled(place, self.picture.pixels.shape, self.shape) if place and self.scale != 1 else place

    @property
    def provenance(self) -> dict:
        return {
            "software": f"hsi_inr_tf {__version__}",
            "quantity": "half-width of the interval that holds the true value with a probability of 90 %",
            "calibration": self.uncertainty.calibration,
        }

    @property
    def shape(self) -> tuple[int, int, int]:
        return (*_size(self.picture.pixels.shape, self.scale), len(self.wavelengths))

    def image(self) -> HyperspectralImage:
        """All of them in memory."""
        data = np.concatenate([block for _, _, block in self.blocks()])
        return HyperspectralImage(data, self.wavelengths, None, self.provenance, self.georeference)

    def blocks(self) -> Iterator[tuple[int, int, np.ndarray]]:
        """(top, 0, half-widths [rows, width, bands] float32) from top to bottom."""
        rgb, (height, width, _) = self.picture.pixels, self.shape
        ys, xs = (
            _positions(rgb.shape[axis], self.shape[axis], tiling.whole(rgb.shape[axis], 1)[0])
            for axis in (0, 1)
        )
        basis = np.eye(len(self.own), dtype=np.float32)
        matrix = np.stack([np.interp(self.wavelengths, self.own, row) for row in basis]).astype(np.float32)
        rows = max(1, tiling.WHOLE // width)
        for top in range(0, height, rows):
            seen = bilinear(rgb, ys[top : top + rows, None], xs[None], self.decode)
            widths = self.uncertainty(seen)
            yield top, 0, widths if self.wavelengths == self.own else widths @ matrix


@dataclass(frozen=True)
class Reconstruction:
    """A cube in the making: `blocks()` computes it; written by hsi_inr_tf.cubes.write like a
    HyperspectralImage.
    """

    engine: object
    rgb: np.ndarray
    wavelengths: tuple[float, ...]
    camera: Camera | None
    matrix: np.ndarray | None
    scale: float
    consistent: bool
    tile: int | None
    clip: bool
    progress: object
    provenance: dict
    georeference: dict | None
    decode: object
    uncertainty: Uncertainty | None

    def __post_init__(self):
        description = self.engine.description
        self.provenance.update(
            software=f"hsi_inr_tf {__version__}",
            model=description.model,
            training=dict(description.provenance),
            scale=self.scale,
            consistent=self.consistent,
        )

    @property
    def shape(self) -> tuple[int, int, int]:
        return (*_size(self.rgb.shape, self.scale), len(self.wavelengths))

    def image(self) -> HyperspectralImage:
        """The whole cube in memory."""
        data = np.empty(self.shape, np.float32)
        for top, left, block in self.blocks():
            data[top : top + block.shape[0], left : left + block.shape[1]] = block
        return HyperspectralImage(data, self.wavelengths, self.camera, self.provenance, self.georeference)

    def blocks(self) -> Iterator[tuple[int, int, np.ndarray]]:
        """(top, left, spectra [rows, columns, bands] float32) of parts that fill the cube, none larger for a
        larger picture.

        After the last one the provenance holds the re-projection error.
        """
        plan = tiling.Plan(self.engine, self.rgb.shape, self.tile, self.scale)
        camera = self.engine.description.camera
        error = back_projection.ReprojectionError(camera)
        trust = Trust(self.uncertainty, self.shape[0] * self.shape[1]) if self.uncertainty else None
        done = 0
        for rows in plan.rows:
            ys = _positions(self.rgb.shape[0], self.shape[0], rows)
            left = 0
            for xs, spectra in self._windows(rows, ys, plan.columns):
                seen = bilinear(self.rgb, ys[:, None], xs[None, :], self.decode)
                if self.consistent:
                    spectra = back_projection.consistent(spectra, seen, camera)
                error.add(spectra, seen)
                if trust:
                    trust.add(spectra, seen)
                yield done, left, _resampled(spectra, self.matrix, self.clip)
                left += len(xs)
            done += len(ys)
            if self.progress and len(ys):
                self.progress(done, self.shape[0])
        self.provenance.update(tile=plan.tile, exact=plan.exact, reprojection=error.to_dict())
        if trust:
            self.provenance.update(trust=trust.to_dict())

    def _windows(self, rows, ys, all_columns):
        """(xs, kept spectra [len(ys), len(xs), bands]) of one row of windows, in batches of the engine's
        liking.
        """
        positions = [
            (columns, _positions(self.rgb.shape[1], self.shape[1], columns)) for columns in all_columns
        ]
        held = [
            (columns, xs) for columns, xs in positions if len(ys) and len(xs)
        ]  # scaled down, some windows hold no output
        size = self.engine.batch_size if self.scale == 1 else 1
        for first in range(0, len(held), size):
            group = held[first : first + size]
            yield from zip((xs for _, xs in group), self._kept(rows, ys, group), strict=True)

    def _kept(self, rows, ys, group):
        """What is kept of the engine's answers to a batch, as copies: the answers are not to live on beside
        the next ones.
        """
        windows = np.stack([tiling.cut(self.rgb, rows, columns, self.decode) for columns, _ in group])
        if self.scale != 1:
            [(columns, xs)] = group
            return self._clipped(self.engine.sample(windows, ys - rows.start, xs - columns.start))
        inner = slice(rows.first - rows.start, rows.last - rows.start)
        return [
            self._clipped(spectra[inner, columns.first - columns.start : columns.last - columns.start])
            for (columns, _), spectra in zip(group, self.engine(windows), strict=True)
        ]

    def _clipped(self, spectra):
        return np.clip(spectra, 0.0, 1.0) if self.clip else np.array(spectra)


def _resampled(spectra, matrix, clip=True):
    """Spectra [..., bands] times `matrix`, in [0, 1] if they are clipped; as they are where it is None."""
    if matrix is None:
        return spectra
    return np.clip(spectra @ matrix, 0.0, 1.0) if clip else spectra @ matrix


def _size(shape, scale):
    return max(1, round(shape[0] * scale)), max(1, round(shape[1] * scale))


def _positions(length, outputs, span):
    """Where the outputs that `span` keeps lie on the picture's axis of `length` pixels: pixel centres are
    integers.
    """
    centres = (np.arange(outputs) + 0.5) * (length / outputs) - 0.5
    first, last = np.searchsorted(centres + 0.5, (span.first, span.last))
    return centres[first:last].astype(np.float32)


def _within(positions, span, length):
    # The picture's last pixel owns its far border too.
    return (positions + 0.5 >= span.first) & ((positions + 0.5 < span.last) | (span.last == length))


def bilinear(rgb, rows, columns, decode=None):
    """The picture [height, width, 3] at fractional (rows, columns), which broadcast; its edge is repeated
    beyond.
    """
    rows, columns = np.clip(rows, 0, rgb.shape[0] - 1), np.clip(columns, 0, rgb.shape[1] - 1)
    top, left = np.floor(rows).astype(int), np.floor(columns).astype(int)
    if np.array_equal(top, rows) and np.array_equal(left, columns):
        return tiling.to_float(rgb[top, left], decode)
    y, x = (rows - top)[..., None].astype(np.float32), (columns - left)[..., None].astype(np.float32)
    below, right = np.minimum(top + 1, rgb.shape[0] - 1), np.minimum(left + 1, rgb.shape[1] - 1)
    corners = [tiling.to_float(rgb[r, c], decode) for r in (top, below) for c in (left, right)]
    return (corners[0] * (1 - x) + corners[1] * x) * (1 - y) + (corners[2] * (1 - x) + corners[3] * x) * y
