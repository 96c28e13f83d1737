"""Cubes in the making: computed block by block while they are being written, so that they may be larger than
memory.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from hsi_inr_tf import __version__
from hsi_inr_tf.cubes.hyperspectral_image import HALF_WIDTH, HyperspectralImage
from hsi_inr_tf.files.georeference import scaled
from hsi_inr_tf.inference import tiling
from hsi_inr_tf.inference.ahead import ahead
from hsi_inr_tf.inference.engines import Engine
from hsi_inr_tf.inference.sampling import bilinear, positions, scaled_size
from hsi_inr_tf.inference.uncertainty import Trust, Uncertainty
from hsi_inr_tf.inference.unexpected import unexpected
from hsi_inr_tf.optics import back_projection
from hsi_inr_tf.optics.camera import Camera
from hsi_inr_tf.pictures import Picture


@dataclass(frozen=True)
class HalfWidths:
    """Half-widths of 90 % intervals in the making, written by hsi_inr_tf.cubes.write like a
    HyperspectralImage. At other wavelengths than the model's `own` they are interpolated linearly.
    """

    uncertainty: Uncertainty
    picture: Picture
    decode: Callable[[np.ndarray], np.ndarray] | None
    own: tuple[float, ...]
    wavelengths: tuple[float, ...]
    scale: float
    camera: Camera | None = None
    widths: None = None  # of the bands: those of the cube that they belong to
    half_widths: None = None  # of which there are none

    @property
    def georeference(self) -> dict | None:
        return georeference_at(self.picture, self.scale)

    @property
    def provenance(self) -> dict:
        return {
            "software": f"hsi_inr_tf {__version__}",
            "quantity": HALF_WIDTH,
            "calibration": self.uncertainty.calibration,
        }

    @property
    def shape(self) -> tuple[int, int, int]:
        return (*scaled_size(self.picture.pixels.shape, self.scale), len(self.wavelengths))

    def image(self) -> HyperspectralImage:
        """All of them in memory."""
        data = np.concatenate([block for _, _, block in self.blocks()])
        return HyperspectralImage(data, self.wavelengths, None, self.provenance, self.georeference)

    def blocks(self) -> Iterator[tuple[int, int, np.ndarray]]:
        """(top, 0, half-widths [rows, width, bands] float32) from top to bottom."""
        rgb, (height, width, _) = self.picture.pixels, self.shape
        ys, xs = (
            positions(rgb.shape[axis], self.shape[axis], tiling.whole(rgb.shape[axis], 1)[0])
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
    HyperspectralImage, together with its `half_widths` if they are asked for.
    """

    engine: Engine
    rgb: np.ndarray
    wavelengths: tuple[float, ...]
    camera: Camera | None
    matrix: np.ndarray | None
    scale: float
    consistent: bool
    tile: int | None
    clip: bool
    progress: Callable[[int, int], None] | None
    provenance: dict
    georeference: dict | None
    decode: Callable[[np.ndarray], np.ndarray] | None
    uncertainty: Uncertainty | None
    widths: tuple[float, ...] | None  # of the bands, FWHM in nm
    half_widths: HalfWidths | None = None

    def __post_init__(self):
        description = self.engine.description
        self.provenance.update(
            software=f"hsi_inr_tf {__version__}",
            model=description.model,
            training=dict(description.provenance),
            scale=self.scale,
            consistent=self.consistent,
            warnings=list(unexpected(self.rgb, self.decode, description.camera.encoding)),
        )

    @property
    def shape(self) -> tuple[int, int, int]:
        return (*scaled_size(self.rgb.shape, self.scale), len(self.wavelengths))

    def image(self) -> HyperspectralImage:
        """The whole cube in memory."""
        data = np.empty(self.shape, np.float32)
        for top, left, block in self.blocks():
            data[top : top + block.shape[0], left : left + block.shape[1]] = block
        return HyperspectralImage(
            data,
            self.wavelengths,
            self.camera,
            self.provenance,
            self.georeference,
            self.half_widths.image().data if self.half_widths else None,
            self.widths,
        )

    def blocks(self) -> Iterator[tuple[int, int, np.ndarray]]:
        """(top, left, spectra [rows, columns, bands] float32) of parts that fill the cube, none larger for a
        larger picture.

        After the last one the provenance holds the re-projection error.
        """
        plan = tiling.Plan(self.engine, self.rgb.shape, self.tile, self.scale)
        camera = self.engine.description.camera
        error = back_projection.ReprojectionError(camera)
        trust = Trust(self.uncertainty, self.shape[0] * self.shape[1]) if self.uncertainty else None
        height, width, _ = self.shape
        done = left = 0
        for ys, xs, spectra in ahead(self._answers(plan)):  # the model runs on while others write
            seen = bilinear(self.rgb, ys[:, None], xs[None, :], self.decode)
            if self.consistent:
                spectra = back_projection.consistent(spectra, seen, camera)
            error.add(spectra, seen)
            if trust:
                trust.add(spectra, seen)
            yield done, left, resampled(spectra, self.matrix, self.clip)
            left += len(xs)
            if self.progress:
                self.progress(done + len(ys) * left // width, height)
            if left == width:
                done, left = done + len(ys), 0
        self.provenance.update(tile=plan.tile, exact=plan.exact, reprojection=error.to_dict())
        if trust:
            self.provenance.update(trust=trust.to_dict())

    def _answers(self, plan):
        """(ys, xs, kept spectra [len(ys), len(xs), bands]) of every window, row by row."""
        for rows in plan.rows:
            ys = positions(self.rgb.shape[0], self.shape[0], rows)
            for xs, spectra in self._windows(rows, ys, plan.columns):
                yield ys, xs, spectra

    def _windows(self, rows, ys, all_columns):
        """(xs, kept spectra [len(ys), len(xs), bands]) of one row of windows, in batches of the engine's
        liking.
        """
        placed = [(columns, positions(self.rgb.shape[1], self.shape[1], columns)) for columns in all_columns]
        held = [
            (columns, xs) for columns, xs in placed if len(ys) and len(xs)
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


def resampled(spectra: np.ndarray, matrix: np.ndarray | None, clip: bool = True) -> np.ndarray:
    """Spectra [..., bands] times `matrix`, in [0, 1] if they are clipped; as they are where it is None."""
    if matrix is None:
        return spectra
    return np.clip(spectra @ matrix, 0.0, 1.0) if clip else spectra @ matrix


def georeference_at(picture: Picture, scale: float) -> dict | None:
    """The picture's place on the map for a result at `scale`."""
    place, shape = picture.georeference, picture.pixels.shape
    return scaled(place, shape, scaled_size(shape, scale)) if place and scale != 1 else place
