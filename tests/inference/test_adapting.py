"""Adapting by points, coarse cubes and pairs: identities, oracles and bounds on made-up scenes."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from hsi_inr_tf.cubes.hyperspectral_image import HyperspectralImage
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.inference import adapting, measuring_points, posterior, registration
from hsi_inr_tf.inference.colour_prior import ColourPrior, Component
from hsi_inr_tf.inference.reconstructor import Reconstructor
from hsi_inr_tf.optics import camera_named, srgb
from hsi_inr_tf.trained.description import ModelDescription

CAMERA = camera_named()
PRIOR = ColourPrior()


class Grey:
    """An engine that takes every pixel for a grey of its brightness."""

    fixed_shape, batch_size, continuous = None, 1, False
    description = ModelDescription("grey", CAMERA.wavelengths, CAMERA, 1, 0, None)

    def __call__(self, rgb):
        return np.repeat(srgb.decode(rgb).mean(-1, keepdims=True), 31, axis=-1).astype(np.float32)


def scene(seed=0, side=96):
    """(rgb, cube) of smooth mixtures of four spectra, shaded."""
    generator = np.random.default_rng(seed)
    nm = np.linspace(0, 1, 31)
    pure = np.stack(
        [np.clip(0.5 + 0.5 * np.sin(a * nm + b), 0.02, 1) for a, b in generator.uniform(1, 6, (4, 2))]
    )
    y, x = np.mgrid[:side, :side] / side
    shares = np.stack([x * y, x * (1 - y), (1 - x) * y, (1 - x) * (1 - y)], -1) ** 2
    shading = 0.2 + 0.6 * np.cos(2.5 * (x - y)) ** 2
    cube = (shares / shares.sum(-1, keepdims=True)) @ pure * shading[..., None]
    return CAMERA.render(cube).astype(np.float32), cube


def rmse(cube, reconstructor, rgb):
    return float(np.sqrt(np.square(cube - reconstructor.reconstruct(rgb).data).mean()))


@pytest.fixture(scope="module")
def measured():
    rgb, cube = scene()
    model = Reconstructor(Grey())
    points = model.suggest_points(rgb, 12)
    return rgb, cube, model, points, cube[tuple(points.astype(int).T)]


def test_without_points_the_model_is_the_same_to_the_last_digit(measured):
    rgb, _, model, _, _ = measured
    same = model.adapt(rgb, np.empty((0, 2)), np.empty((0, 31)))
    assert np.array_equal(same.reconstruct(rgb).data, model.reconstruct(rgb).data)
    assert same.adaptation is None


def test_points_that_are_trusted_without_end_are_met():
    generator = np.random.default_rng(1)
    colours, errors = generator.uniform(0.1, 0.9, (7, 3)), generator.normal(0, 0.1, (7, 31))
    trusting = ColourPrior(noise=0.0)
    assert np.allclose(posterior.of_points(trusting, colours, errors).correction(colours), errors, atol=2e-3)


def test_units_of_the_layer_are_the_covariance():
    colours, centres = np.random.default_rng(2).uniform(0, 1, (2, 9, 3))
    kernel, bias = PRIOR.units(PRIOR.narrow, centres)
    correction = posterior.Correction(kernel, bias, np.eye(9))
    assert np.allclose(
        correction(colours), PRIOR.covariance(PRIOR.narrow, colours, centres), rtol=1e-3, atol=1e-6
    )


def test_leaving_a_point_out_by_formula_equals_doing_it(monkeypatch):
    generator = np.random.default_rng(3)
    colours, errors = generator.uniform(0.1, 0.9, (6, 3)), generator.normal(0, 0.1, (6, 31))
    constant = ColourPrior(patience=0.0)  # else one point fewer is another prior
    monkeypatch.setattr(posterior, "LONE", 0.0)
    left_out = posterior.of_points(constant, colours, errors).left_out
    for i in range(6):
        rest = np.arange(6) != i
        other = posterior.of_points(constant, colours[rest], errors[rest]).correction
        assert np.allclose(left_out[i], other(colours[i : i + 1])[0], atol=1e-4)


def test_areas_of_one_colour_each_say_what_points_say():
    generator = np.random.default_rng(4)
    colours, errors = generator.uniform(0.2, 0.9, (10, 3)), generator.normal(0, 0.1, (10, 31))
    noisy = ColourPrior(noise=PRIOR.noise * posterior.AREA_NOISE)
    by_points = posterior.of_points(noisy, colours, errors).correction(colours)
    by_areas = posterior.of_areas(PRIOR, np.repeat(colours[:, None], 4, 1), errors)(colours)
    assert np.allclose(by_points, by_areas, atol=5e-3)


def test_twelve_points_halve_the_error_and_more_points_help(measured):
    rgb, cube, model, points, spectra = measured
    twelve, three = model.adapt(rgb, points, spectra), model.adapt(rgb, points[:3], spectra[:3])
    assert rmse(cube, twelve, rgb) < 0.5 * rmse(cube, model, rgb)
    assert rmse(cube, twelve, rgb) < rmse(cube, three, rgb)
    before, after = twelve.adaptation.before, twelve.adaptation.after
    assert after[0] < before[0] and after[1] < before[1]
    assert not twelve.adaptation.warnings


@pytest.mark.parametrize("seed", range(10))
def test_one_point_never_makes_things_worse(seed):
    rgb, cube = scene(seed)
    model = Reconstructor(Grey())
    for row, column in np.random.default_rng(seed).integers(0, 96, (4, 2)):
        adapted = model.adapt(rgb, [[row, column]], cube[row, column][None])
        assert rmse(cube, adapted, rgb) < rmse(cube, model, rgb)


@pytest.mark.parametrize("kind", ["reconstructor", "committee_reconstructor", "patch_reconstructor"])
def test_points_of_large_pictures_are_predicted_as_in_the_whole(kind, request, photograph, monkeypatch):
    model = request.getfixturevalue(kind)
    pixels = np.array([[0, 0], [57, 101], [132, 200], [20, 199]])
    whole, _, _ = adapting._predicted(model, photograph, pixels)
    monkeypatch.setattr(adapting, "LARGE", 0)
    np.testing.assert_allclose(adapting._predicted(model, photograph, pixels)[0], whole, atol=1e-5)


class Astray(Grey):
    """What surrounds a pixel, here its place, leads it astray."""

    description = ModelDescription("astray", CAMERA.wavelengths, CAMERA, 1, 8, None)

    def __call__(self, rgb):
        across = np.sin(np.arange(rgb.shape[2]) / 5)[:, None] * np.linspace(-1, 1, 31)
        return super().__call__(rgb) * (1 + 0.3 * across).astype(np.float32)


def test_points_count_for_more_than_what_surrounds_a_pixel(measured):
    rgb, cube, _, points, spectra = measured
    model = Reconstructor(Astray())
    by_points, kept = (model.adapt(rgb, points, spectra, keep=keep) for keep in (False, True))
    assert by_points.engine.correction.share < 0.35 and kept.engine.correction.share == 1.0
    assert rmse(cube, by_points, rgb) < 0.6 * rmse(cube, kept, rgb)
    lone = model.adapt(rgb, points[:1], spectra[:1])
    assert lone.engine.correction.share == 1.0


def test_a_model_of_colours_alone_keeps_its_answers(measured):
    rgb, _, model, points, spectra = measured
    described = Reconstructor(Grey())
    described.description = Astray.description  # says that it sees more
    one, other = (
        some.adapt(rgb, points, spectra).reconstruct(rgb, clip=False).data for some in (model, described)
    )
    np.testing.assert_allclose(one, other, atol=2e-3)


def test_keeping_leaves_other_colours_alone(measured):
    model = measured[2]
    rgb = np.full((8, 12, 3), [0.8, 0.2, 0.2], np.float32)
    rgb[:, 4:8] = 0.3, 0.8, 0.2
    points = [[4, column] for column in (1, 2, 3, 5, 6, 7)]
    spectra = np.repeat(np.linspace([0.05, 0.6], [0.6, 0.05], 31).T, 3, axis=0)
    other = np.full((8, 8, 3), [0.2, 0.3, 0.8], np.float32)
    before = model.reconstruct(other).data
    moved = [
        np.abs(model.adapt(rgb, points, spectra, keep=keep).reconstruct(other).data - before).max()
        for keep in (True, False)
    ]
    assert moved[0] < 1e-4 and moved[1] > 1e-3


def test_spectra_at_other_wavelengths_are_resampled(measured):
    rgb, cube, model, points, spectra = measured
    nm = np.arange(380, 731, 5.0)
    finer = np.stack([np.interp(nm, CAMERA.wavelengths, spectrum) for spectrum in spectra])
    one, other = model.adapt(rgb, points, spectra), model.adapt(rgb, points, finer, nm)
    assert abs(rmse(cube, one, rgb) - rmse(cube, other, rgb)) < 2e-3


def test_a_coarse_cube_and_its_shift(measured):
    rgb, cube, model, _, _ = measured
    coarse = cube.reshape(12, 8, 12, 8, 31).mean((1, 3))
    straight = model.adapt(rgb, cube=HyperspectralImage(coarse, CAMERA.wavelengths))
    assert straight.adaptation.shift is None
    assert rmse(cube, straight, rgb) < 0.35 * rmse(cube, model, rgb)
    moved = np.roll(cube, (-3, 5), (0, 1)).reshape(12, 8, 12, 8, 31).mean((1, 3))[1:-1, 1:-1]
    window = rgb[8:-8, 8:-8]
    assert registration.shift_of(window, moved, CAMERA) == (3, -5)


def test_the_blur_of_a_coarse_cube_is_found_and_harmless():
    _, cube = scene()
    cube = cube * np.random.default_rng(5).uniform(0.6, 1.0, (96, 96, 1))  # texture: blur shows
    rgb, model = CAMERA.render(cube).astype(np.float32), Reconstructor(Grey())
    inside = gaussian_filter(np.ones_like(cube), (4, 4, 0), mode="constant")
    wide = gaussian_filter(cube, (4, 4, 0), mode="constant") / inside  # half a coarse pixel
    between = wide.reshape(12, 8, 12, 8, 31)[:, 3:5, :, 3:5].mean((1, 3))  # at the middle of each
    square = cube.reshape(12, 8, 12, 8, 31).mean((1, 3))
    assert registration.placed(rgb, between, CAMERA) == ((0, 0), 0.5)
    assert registration.placed(rgb, square, CAMERA) == ((0, 0), None)
    errors = [
        rmse(cube, model.adapt(rgb, cube=HyperspectralImage(coarse, CAMERA.wavelengths)), rgb)
        for coarse in (square, between)
    ]
    assert errors[1] < 1.3 * errors[0] < 0.5 * rmse(cube, model, rgb)


def test_missing_pixels_of_a_coarse_cube_are_left_out(measured):
    rgb, cube, model, _, _ = measured
    coarse = cube.reshape(12, 8, 12, 8, 31).mean((1, 3))
    coarse[2:4, 5] = np.nan
    adapted = model.adapt(rgb, cube=HyperspectralImage(coarse, CAMERA.wavelengths))
    assert adapted.adaptation.measurements == 142 and adapted.adaptation.shift is None
    assert rmse(cube, adapted, rgb) < 0.35 * rmse(cube, model, rgb)
    with pytest.raises(InputError, match="missing values"):
        model.adapt(rgb, cube=HyperspectralImage(coarse * np.nan, CAMERA.wavelengths))


def test_fusing_tells_places_of_one_colour_apart():
    """Two spectra that the camera cannot tell apart: one above, the other below."""
    grey = np.full(31, 0.4)
    invisible = np.random.default_rng(0).normal(0, 1, 31)
    response = CAMERA.response
    invisible -= response @ np.linalg.lstsq(response, invisible, rcond=None)[0]
    shading = 0.6 + 0.4 * np.cos(np.arange(64) / 9)[:, None]
    cube = np.repeat((grey + 0.2 * invisible / np.abs(invisible).max())[None, None], 64, 0).repeat(64, 1)
    cube[32:] = grey
    cube = cube * shading
    model, rgb = Reconstructor(Grey()), CAMERA.render(cube).astype(np.float32)
    coarse = HyperspectralImage(cube.reshape(8, 8, 8, 8, 31).mean((1, 3)), CAMERA.wavelengths)
    by_colour = rmse(cube, model.adapt(rgb, cube=coarse), rgb)
    image = model.fuse(rgb, coarse)
    inner = np.r_[4:28, 36:60]  # away from the border between them, which the coarse cube does not show
    error = np.sqrt(np.square(cube - image.data)[inner].mean())
    assert error < 0.15 * by_colour and image.provenance["fused_with"] == [8, 8, 31]


def test_fusing_adds_nothing_where_the_coarse_cube_has_no_values(measured):
    rgb, cube, model, _, _ = measured
    coarse = cube.reshape(12, 8, 12, 8, 31).mean((1, 3)) * 0.9  # as no colour can explain
    coarse[:, 6:] = np.nan
    one = model.fuse(rgb, HyperspectralImage(coarse, CAMERA.wavelengths)).data
    other = model.adapt(rgb, cube=HyperspectralImage(coarse, CAMERA.wavelengths)).reconstruct(rgb).data
    assert np.array_equal(one[:, 60:], other[:, 60:]) and np.abs(one - other)[:, :48].max() > 1e-3


def test_pairs_of_another_sensor(measured):
    from hsi_inr_tf.data import Scenes

    rgb, cube, model, _, _ = measured
    pairs = Scenes.from_arrays([rgb[:48]], [cube[:48]])
    adapted = model.adapt(pairs=pairs)
    assert rmse(cube[48:], adapted, rgb[48:]) < 0.6 * rmse(cube[48:], model, rgb[48:])


def test_a_point_off_by_two_pixels_finds_its_colour_where_the_others_fit(measured):
    rgb, cube, _, _, _ = measured
    rgb = rgb.copy()
    rgb[:, :48] = rgb[:, :48] * 0.3  # an edge
    points = [[40, 46], [20, 70], [70, 80]]
    spectra = cube[[40, 20, 70], [50, 70, 80]]
    settled = registration.settled(rgb, points, spectra, CAMERA)
    assert settled[0, 1] >= 48 and settled[1:].tolist() == points[1:]
    warnings = measured[2].adapt(rgb, points, spectra).adaptation.warnings
    assert any(warning.startswith("point 1: taken for a pixel nearby") for warning in warnings)


def test_no_point_is_moved_where_another_camera_took_the_picture(measured):
    rgb, _, _, points, spectra = measured
    settled = registration.settled(rgb[..., ::-1], points, spectra, CAMERA)
    assert np.array_equal(settled, points)


def test_contradictions_clipping_and_edges_are_said(measured):
    rgb, _, model, points, spectra = measured
    wrong = spectra.copy()
    wrong[5] = wrong[5][::-1]
    warnings = model.adapt(rgb, points, wrong).adaptation.warnings
    assert any(w.startswith("point 6 ") and "do not fit" in w for w in warnings)
    clipped = rgb.copy()
    row, column = points[0].astype(int)
    clipped[row - 5 : row + 6, column - 5 : column + 6] = 1.0
    warnings = model.adapt(clipped, points, spectra).adaptation.warnings
    assert any(w.startswith("point 1 ") and "clipped" in w for w in warnings)


def test_spectra_of_another_scale_are_told_apart_from_single_misfits(measured):
    rgb, _, model, points, spectra = measured
    (warning,) = model.adapt(rgb, points, spectra * 1.7).adaptation.warnings
    assert "1.7 times" in warning


def test_suggested_points_are_calm_unclipped_and_apart(measured):
    rgb, _, model, points, _ = measured
    rgb = rgb.copy()
    rgb[:30, :30] = 1.0
    points = model.suggest_points(rgb, 12).astype(int)
    assert len(np.unique(points, axis=0)) == 12
    assert points.min() >= 6 and points.max() < 90
    assert rgb[tuple(points.T)].max() < measuring_points.CLIPPED
    assert measuring_points.unevenness(rgb, points).max() < adapting.EDGE


@pytest.mark.parametrize(
    "arguments, words",
    [
        ({"points": [[500, 3]], "spectra": np.ones((1, 31))}, "outside"),
        ({"points": [[5, 3]], "spectra": np.ones((1, 30))}, "30 bands"),
        ({"points": [[5, 3]], "spectra": np.full((1, 31), 40.0)}, "percent"),
        ({"points": [[5, 3]]}, "expected points and their spectra"),
        ({"points": [[5, 3]], "spectra": np.ones((1, 7)), "wavelengths": range(500, 570, 10)}, "cover"),
    ],
)
def test_bad_measurements_are_one_sentence(measured, arguments, words):
    with pytest.raises(InputError, match=words):
        measured[2].adapt(measured[0], **arguments)


def test_a_component_is_its_variance_where_colours_are_the_same():
    component = Component(0.7, 0.3, 0.4)
    colour = np.full((1, 3), 0.98)
    assert np.isclose(ColourPrior(power=1.0).covariance(component, colour, colour)[0, 0], 0.7)
