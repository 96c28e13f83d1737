"""Adapting a model to a scene: by spectra measured at points, a coarse cube, or pairs of a sensor."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.inference import measuring_points, registration
from hsi_inr_tf.inference.colour_prior import DEGREE, ColourPrior, Correction
from hsi_inr_tf.inference.posterior import of_areas, of_points
from hsi_inr_tf.inference.sampling import bilinear
from hsi_inr_tf.inference.tiling import to_float
from hsi_inr_tf.metrics.sam import sam
from hsi_inr_tf.optics import polynomials
from hsi_inr_tf.optics.resampling import resampled_camera, resampling

if TYPE_CHECKING:
    from hsi_inr_tf.cubes import HyperspectralImage
    from hsi_inr_tf.data import Scenes
    from hsi_inr_tf.inference import Reconstructor
    from hsi_inr_tf.inference.engines import Engine
    from hsi_inr_tf.optics.camera import Camera

PRIOR = ColourPrior()
EDGE = 0.12  # of RGB: above it the surroundings of a point hold more than one colour
SURPRISE = 6.0  # standard deviations: twelve true points of twenty scenes hold two such
LIGHT = 0.1  # of RGB: above it picture and spectrum do not show the same
LARGE = 1 << 19  # pixels of a picture: above it a point is predicted from what it can see alone
SIDE = 16  # areas along each side of a pair's picture
MANY = 1024  # areas
YIELD, SOON, RIDGE = 0.75, 3.0, 3e-5  # _without_context
SAMPLES = 8  # pixels along each side of an area that stand for its colours; of many areas half of it


@dataclass(frozen=True)
class Adaptation:
    """What a model was adapted with, and what that is worth.

    `before` and `after`: root mean square error and angle in degrees at the measured points without and with
    the other points' correction (each point left out in turn); over the areas themselves, not left out, for a
    cube or pairs. None for a single point. `shift`: by how many pixels a coarse cube lay off the picture;
    `blur`: the Gaussian by which its pixels saw it, in coarse pixels, None for their squares.
    """

    source: str
    measurements: int
    before: tuple[float, float] | None
    after: tuple[float, float] | None
    warnings: tuple[str, ...] = ()
    shift: tuple[int, int] | None = None
    keep: bool = False
    blur: float | None = None

    def sentence(self) -> str:
        """For a person."""
        if self.before is None or self.after is None:
            return f"adapted to {self.measurements} {self.source}; one alone cannot be checked by others"
        what = "each left out in turn" if self.source == "points" else "over the areas measured"
        moved = f", which lay {self.shift[0]} down and {self.shift[1]} right" if self.shift else ""
        return (
            f"adapted to {self.measurements} {self.source}{moved}: error {self.before[0]:.4f} and "
            f"{self.before[1]:.1f} degrees before, {self.after[0]:.4f} and {self.after[1]:.1f} after "
            f"({what})"
        )

    def to_dict(self) -> dict:
        return asdict(self)


class AdaptedEngine:
    """An engine, `base`, with a correction of what it says; `camera` where it is not the base's."""

    def __init__(
        self, base: "Engine", correction: Correction, adaptation: Adaptation, camera: "Camera | None" = None
    ) -> None:
        own = base.description
        self.base = base
        self.correction = correction
        self.adaptation = adaptation
        self.fixed_shape, self.batch_size = base.fixed_shape, base.batch_size
        self.description = replace(
            own,
            model="adapted",
            camera=camera or own.camera,
            overrides={
                "base": own.model,
                "overrides": own.overrides,
                "units": correction.count,
                "bands": len(own.wavelengths),
                "share": correction.share,
            },
            provenance={**own.provenance, "adapted": adaptation.to_dict()},
        )
        self.continuous = base.continuous

    def __call__(self, rgb: np.ndarray) -> np.ndarray:
        return self._share(self.base(rgb)) + self.correction(rgb)

    def sample(self, rgb: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        pixels = _between(rgb, np.asarray(rows)[:, None], np.asarray(columns)[None])
        return self._share(self.base.sample(rgb, rows, columns)) + self.correction(pixels)

    def query(self, rgb: np.ndarray, points: np.ndarray) -> np.ndarray:
        pixels = _between(rgb, points[0, :, 0], points[0, :, 1])
        return self._share(self.base.query(rgb, points)) + self.correction(pixels)

    def _share(self, spectra):
        return spectra if self.correction.share == 1.0 else np.float32(self.correction.share) * spectra


def to_points(
    reconstructor: "Reconstructor",
    rgb: np.ndarray,
    points: ArrayLike,
    spectra: ArrayLike,
    wavelengths: Sequence[float] | None = None,
    keep: bool = False,
) -> AdaptedEngine:
    """The engine adapted to spectra [n, bands] measured at points [n, 2] of rgb; see Reconstructor.adapt."""
    rgb = to_float(rgb)
    points, spectra = np.atleast_2d(np.asarray(points, np.float64)), np.atleast_2d(spectra)
    spectra = at_wavelengths(spectra, wavelengths, reconstructor.description.wavelengths)
    if points.shape != (len(spectra), 2):
        raise InputError(f"{len(spectra)} spectra for points of shape {points.shape}, expected one a point")
    if not np.isfinite(spectra).all() or spectra.min() < -0.05:
        raise InputError("the measured spectra hold values that are negative or no numbers")
    _check_scale(spectra)
    inside = (points >= -0.5) & (points <= np.array(rgb.shape[:2]) - 0.5)
    if not inside.all():
        row, column = points[~inside.all(1)][0]
        raise InputError(
            f"point ({row:g}, {column:g}) lies outside the picture of {rgb.shape[0]} x {rgb.shape[1]} pixels"
        )
    said = np.clip(np.round(points), 0, np.array(rgb.shape[:2]) - 1).astype(int)
    camera = reconstructor.description.camera
    factor = registration.common_factor(rgb[tuple(said.T)], spectra, camera)
    pixels = registration.settled(rgb, said, spectra / factor, camera)
    predicted, seen, said_of_them = _predicted(reconstructor, rgb, pixels)
    colours = rgb[tuple(pixels.T)]
    context = _without_context(reconstructor, len(points), keep, seen, said_of_them)
    shared = context.share * predicted + context(colours)
    rough = measuring_points.unevenness(rgb, pixels)
    posterior = of_points(PRIOR, colours, spectra - shared, keep, rough)
    several = len(points) > 1
    adaptation = Adaptation(
        "points",
        len(points),
        _error(spectra, predicted) if several else None,
        _error(spectra, shared + posterior.left_out) if several else None,
        _warnings(rgb, said, pixels, spectra, camera, factor, rough, posterior.surprise),
        keep=keep,
    )
    correction = replace(posterior.correction, share=context.share, table=context.table)
    return AdaptedEngine(reconstructor.engine, correction, adaptation)


def to_cube(
    reconstructor: "Reconstructor", rgb: np.ndarray, cube: "HyperspectralImage", keep: bool = False
) -> AdaptedEngine:
    """The engine adapted to a coarse HyperspectralImage of the scene of rgb; see Reconstructor.adapt."""
    rgb = to_float(rgb)
    own = reconstructor.description
    coarse = at_wavelengths(np.asarray(cube.data, np.float64), cube.wavelengths, own.wavelengths)
    measured = np.isfinite(coarse).all(-1)  # the others are missing
    if not measured.any():
        raise InputError("the coarse cube holds no pixel without missing values")
    _check_scale(coarse[measured])
    shift, blur = registration.placed(rgb, coarse, own.camera)
    predicted = reconstructor.reconstruct(rgb, clip=False).data
    seen, said = _thin(rgb, 3), _thin(predicted, predicted.shape[-1])
    context = _without_context(reconstructor, int(measured.sum()), keep, seen, said)
    before = _areas(rgb, coarse, predicted, shift, blur)
    if context.table is not None:
        predicted *= np.float32(context.share)
        predicted += context(rgb)
    areas = _areas(rgb, coarse, predicted, shift, blur)
    off = shift if any(shift) else None
    return _by_areas(
        reconstructor, "areas of a coarse cube", before, areas, keep, context, shift=off, blur=blur
    )


def to_pairs(reconstructor: "Reconstructor", scenes: "Scenes", keep: bool = False) -> AdaptedEngine:
    """The engine adapted to pairs of picture and cube, a Scenes; see Reconstructor.adapt."""
    parts = []
    for scene in scenes:
        cube = at_wavelengths(
            np.asarray(scene.cube, np.float64), scenes.wavelengths, reconstructor.description.wavelengths
        )
        rows, columns = registration.footprints(
            scene.rgb.shape, [min(SIDE, side) for side in scene.rgb.shape[:2]]
        )
        height, width = scene.rgb.shape[:2]
        down, across = registration.weights(rows, height), registration.weights(columns, width)
        predicted = reconstructor.reconstruct(scene.rgb, clip=False).data
        parts.append(_areas(scene.rgb, registration.averaged(down, across, cube), predicted))
    areas = [np.concatenate(arrays) for arrays in zip(*parts, strict=True)]
    camera = resampled_camera(scenes.camera, reconstructor.description.wavelengths)
    source = f"areas of {len(parts)} pairs"
    return _by_areas(reconstructor, source, areas, areas, keep, camera=camera)


def _check_scale(spectra):
    if spectra.max() > 2.0:
        raise InputError(
            f"the measured spectra reach {spectra.max():g}, expected the picture's scale, in which white is "
            "1 (percent: divide by 100)"
        )


def at_wavelengths(spectra: np.ndarray, wavelengths: Any, own: Any) -> np.ndarray:
    """spectra [..., bands] at `wavelengths` (None: the model's) -> at the model's `own`."""
    spectra = np.asarray(spectra, np.float64)
    count = len(own) if wavelengths is None else len(wavelengths)
    if spectra.shape[-1] != count:
        raise InputError(f"spectra of {spectra.shape[-1]} bands, expected {count}, one a wavelength")
    if wavelengths is None or (count == len(own) and np.allclose(wavelengths, own)):
        return spectra
    try:
        return spectra @ resampling(wavelengths, own)
    except InputError as error:
        raise InputError(
            f"the measured spectra span {wavelengths[0]:g} to {wavelengths[-1]:g} nm in {count} bands, the "
            f"model needs six or more that cover {own[0]:g} to {own[-1]:g} nm"
        ) from error


def _by_areas(reconstructor, source, before, areas, keep, context=None, shift=None, blur=None, camera=None):
    """The engine adapted to areas as _areas gives them, `before` by the model and by what is corrected: its
    share and the `context` (a Correction without units).
    """
    pixels, truth, shared = areas
    correction = of_areas(PRIOR, pixels, truth - shared, keep)
    corrected = shared + correction(pixels).mean(1)
    errors = _error(truth, before[2]), _error(truth, corrected)
    adaptation = Adaptation(source, len(truth), *errors, shift=shift, keep=keep, blur=blur)
    if context:
        correction = replace(correction, share=context.share, table=context.table)
    return AdaptedEngine(reconstructor.engine, correction, adaptation, camera)


def _areas(rgb, coarse, predicted, shift=(0, 0), blur=None):
    """(sampled colours [n, samples^2, 3], spectra [n, bands], predicted spectra [n, bands]) of the areas that
    lie in the picture.
    """
    spans = registration.footprints(rgb.shape, coarse.shape, shift)
    weights = [
        registration.weights(span, side, blur) for span, side in zip(spans, rgb.shape[:2], strict=True)
    ]
    kept = [np.flatnonzero(one.any(1)) for one in weights]
    samples = SAMPLES if len(kept[0]) * len(kept[1]) <= MANY else SAMPLES // 2
    # Places that weigh the same: where the sum of weights passes the middle of each of as many equal shares.
    shares = (np.arange(samples) + 0.5) / samples
    rows, columns = (
        np.stack([np.searchsorted(np.cumsum(one), shares) for one in some[inside]]).clip(0, some.shape[1] - 1)
        for some, inside in zip(weights, kept, strict=True)
    )
    pixels = rgb[rows[:, None, :, None], columns[None, :, None, :]].reshape(-1, samples**2, 3)
    spectra = registration.averaged(weights[0][kept[0]], weights[1][kept[1]], predicted)
    truth = coarse[np.ix_(*kept)].reshape(len(pixels), -1)
    measured = np.isfinite(truth).all(-1)
    return pixels[measured], truth[measured], spectra.reshape(truth.shape)[measured].astype(np.float64)


def _predicted(reconstructor, rgb, pixels):
    """The model's spectra [n, bands] at whole pixels [n, 2], and colours [m, 3] of the picture with what it
    says of them [m, bands]; not clipped.
    """
    own = reconstructor.description
    halo, stride = own.halo, own.stride
    if own.patch or halo is None or rgb.shape[0] * rgb.shape[1] <= LARGE:
        whole = reconstructor.reconstruct(rgb, clip=False).data
        bands = whole.shape[-1]
        return whole[tuple(pixels.T)].astype(np.float64), _thin(rgb, 3), _thin(whole, bands)
    spectra, seen, said = [], [], []
    for row, column in pixels:
        top, left = (max(0, (at - halo) // stride * stride) for at in (row, column))
        bottom, right = (-(-(at + halo + 1) // stride) * stride for at in (row, column))
        window = reconstructor.reconstruct(rgb[top:bottom, left:right], clip=False).data
        spectra.append(window[row - top, column - left])
        seen.append(_thin(rgb[top:bottom, left:right], 3))
        said.append(_thin(window, window.shape[-1]))
    return np.array(spectra, np.float64), np.concatenate(seen), np.concatenate(said)


def _thin(picture, channels):
    return picture[::2, ::2].reshape(-1, channels)


def _without_context(reconstructor, observations, keep, seen, said) -> Correction:
    """A Correction without units: what surrounds a pixel tells less than spectra measured in the scene.

    With n of them only the share 1 - YIELD (n - 1)^2 / ((n - 1)^2 + SOON^2) of the model's answer counts; for
    the rest stands the polynomial of colours that is nearest to what it `said` of those `seen`.
    """
    bands = said.shape[-1]
    none = Correction(np.zeros((6, 0)), np.zeros(0), np.zeros((0, bands)))
    others = (observations - 1) ** 2
    if keep or not others or reconstructor.description.halo == 0:
        return none
    rest = YIELD * others / (others + SOON**2)
    table = polynomials.fit([(seen.astype(np.float64), said)], DEGREE, RIDGE)
    return replace(none, share=1.0 - rest, table=(rest * table).astype(np.float32))


def _error(truth, predicted) -> tuple[float, float]:
    predicted = np.clip(predicted, 0.0, None)
    return float(np.sqrt(np.square(truth - predicted).mean())), float(sam(truth, predicted))


def _warnings(rgb, said, pixels, spectra, camera, factor, rough, surprise) -> tuple[str, ...]:
    """What a person should know of the points `said` [n, 2], for which `pixels` [n, 2] were taken."""
    warnings = []
    if factor != 1.0:
        warnings.append(
            f"the spectra are all about {factor:.2g} times as bright as the picture (another exposure or "
            f"white): divide them by {factor:.2g}"
        )
    moved = np.flatnonzero(np.any(pixels != said, axis=1)) + 1
    if len(moved):
        names = f"point{'s' if len(moved) > 1 else ''} {', '.join(map(str, moved))}"
        warnings.append(f"{names}: taken for a pixel nearby whose colour fits the spectrum better")
    seen = rgb[tuple(pixels.T)]
    off = registration.mismatch(seen, spectra / factor, camera)
    if len(said) > 3 and np.median(off) > LIGHT:
        warnings.append("most spectra do not fit the picture: another light or camera, or other places?")
        off = np.zeros(len(said))
    for number, (row, column) in enumerate(said):
        name = f"point {number + 1} ({row}, {column})"
        if seen[number].max() >= measuring_points.CLIPPED:
            warnings.append(f"{name} is clipped in the picture: its colour is not known")
        if rough[number] > EDGE:
            warnings.append(f"{name} lies on an edge or a rough place")
        if off[number] > LIGHT:
            warnings.append(f"{name}: picture and spectrum do not fit (another place or light?)")
        if surprise[number] > SURPRISE and len(said) > 3:
            warnings.append(f"{name} contradicts the others of its colour")
    return tuple(warnings)


def _between(rgb, rows, columns):
    """rgb [1, height, width, 3] between its pixels at rows and columns that broadcast: [1, ..., 3]."""
    return bilinear(rgb[0], *np.broadcast_arrays(rows, columns))[None]
