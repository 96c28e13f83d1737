"""Cameras against colour-science, against identities, and against the RGB that CAVE ships."""

import json

import colour
import numpy as np
import pytest

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.optics import CAVE, VISIBLE, Camera, camera_named, names


@pytest.mark.parametrize("name", names())
def test_a_cube_of_ones_renders_to_white(name):
    assert camera_named(name).render(np.ones((2, 31), np.float32)) == pytest.approx(1.0, abs=2e-3)


@pytest.mark.parametrize("name", names())
def test_rgb_to_cube_to_rgb_returns_the_rgb(name):
    camera = camera_named(name)
    rgb = np.random.default_rng(0).uniform(0.02, 0.98, (50, 3))
    cube = camera.decode(rgb) @ np.linalg.pinv(camera.response)
    assert camera.render(cube) == pytest.approx(rgb, abs=1e-6)


@pytest.mark.filterwarnings("ignore:Aligning")
def test_cave_camera_agrees_with_colour_science_on_the_colorchecker():
    camera = camera_named(CAVE, np.arange(380, 781, 5))
    for name, patch in colour.SDS_COLOURCHECKERS["ColorChecker N Ohta"].items():
        xyz = colour.sd_to_XYZ(patch, illuminant=colour.SDS_ILLUMINANTS["D65"]) / 100
        reflectance = np.array([patch[w] for w in camera.wavelengths])
        assert camera.render(reflectance) == pytest.approx(
            np.clip(colour.XYZ_to_sRGB(xyz), 0, 1), abs=4e-3
        ), name


def test_rendering_is_linear_before_the_encoding():
    camera = camera_named("nikon-5100")
    a, b = np.random.default_rng(1).random((2, 4, 31))
    assert camera.linear_rgb(2 * a + b) == pytest.approx(2 * camera.linear_rgb(a) + camera.linear_rgb(b))


def test_uneven_bands_weigh_by_their_width():
    even, uneven = (
        camera_named(CAVE, np.arange(400, 701, 5.0)),
        camera_named(CAVE, [*np.arange(400, 550, 5.0), *np.arange(550, 701, 2.5)]),
    )
    slope = lambda camera: np.asarray(camera.wavelengths) / 700  # noqa: E731
    assert uneven.render(slope(uneven)) == pytest.approx(even.render(slope(even)), abs=3e-3)


def test_a_response_from_csv_is_sampled_and_balanced(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("nm,R,G,B\n" + "\n".join(f"{w},{w - 390},{2},{710 - w}" for w in (400, 500, 600, 700)))
    camera = camera_named(str(path), encoding="srgb")
    expected = np.array([w - 390.0 for w in VISIBLE])
    assert camera.response[:, 0] == pytest.approx(expected / expected.sum())
    assert (camera.name, camera.encoding) == ("mine", "srgb")


@pytest.mark.parametrize(
    "text", ["", "nm,R,G,B", "400,1,2", "500,1,1,1\n400,1,1,1", "400,a,b,c", "900,1,1,1\n950,1,1,1"]
)
def test_a_csv_that_is_no_response_is_refused_by_name(tmp_path, text):
    path = tmp_path / "bad.csv"
    path.write_text(text)
    with pytest.raises(InputError, match="bad"):
        camera_named(str(path))


def test_a_response_as_rawtoaces_has_it_is_that_of_the_same_numbers_in_csv(tmp_path):
    rows = {w: [w - 390.0, 2.0, 710.0 - w] for w in (700, 400, 500, 600)}
    data = {"header": {"model": "mine"}, "spectral_data": {"units": "relative", "data": {"main": rows}}}
    (tmp_path / "mine.json").write_text(json.dumps(data))
    lines = [f"{w},{r},{g},{b}" for w, (r, g, b) in sorted(rows.items())]
    (tmp_path / "mine.csv").write_text("\n".join(lines))
    one, other = (camera_named(str(tmp_path / name)) for name in ("mine.json", "mine.csv"))
    np.testing.assert_allclose(one.response, other.response)
    assert (one.name, one.encoding) == ("mine", "linear")


@pytest.mark.parametrize(
    "main", ["{}", '{"400": [1, 2]}', '{"x": [1, 2, 3]}', "[1]", '{"400": 1, "500": 2}', '{"9": [1, 1, 1]}']
)
def test_a_json_that_is_no_response_is_refused_by_name(tmp_path, main):
    (tmp_path / "bad.json").write_text(f'{{"spectral_data": {{"data": {{"main": {main}}}}}}}')
    with pytest.raises(InputError, match="bad"):
        camera_named(str(tmp_path / "bad.json"))


def test_a_response_that_ends_while_the_camera_sees_is_refused(tmp_path):
    path = tmp_path / "short.csv"
    lines = [
        f"{w},{max(0, 1 - abs(w - 610) / 90):g},1,{max(0, 1 - abs(w - 450) / 60):g}"
        for w in range(400, 601, 10)
    ]
    path.write_text("\n".join(lines))
    with pytest.raises(
        InputError, match=r"short: its response ends at 600 nm, where channel R still has 100%"
    ):
        camera_named(str(path), tuple(range(400, 801, 10)))
    faint = [
        f"{w},{np.exp(-(((w - 600) / 40) ** 2)):g},{np.exp(-(((w - 550) / 40) ** 2)):g},1"
        for w in range(400, 701, 10)
    ]
    path.write_text(
        "\n".join(
            line if w < 500 else line.rsplit(",", 1)[0] + ",0"
            for w, line in zip(range(400, 701, 10), faint, strict=True)
        )
    )
    assert camera_named(str(path), tuple(range(400, 801, 10))).response[-1] == pytest.approx([0, 0, 0])


def test_unknown_cameras_are_refused_with_the_known_ones():
    with pytest.raises(InputError, match="nikon-5100"):
        camera_named("kodak")


def test_a_camera_survives_its_dictionary():
    camera = camera_named("sigma-sd-merrill")
    again = Camera.from_dict(camera.to_dict())
    assert np.array_equal(again.response, camera.response) and again.wavelengths == camera.wavelengths


def test_wavelengths_without_light_have_no_standard_camera():
    with pytest.raises(InputError, match="no visible light"):
        camera_named(CAVE, np.arange(900, 1301, 50))


def test_a_camera_fits_its_own_wavelengths_only():
    camera = camera_named()
    assert camera.fits(VISIBLE) and not camera.fits(VISIBLE[1:]) and not camera.fits([w + 1 for w in VISIBLE])


def test_a_camera_spread_over_knots_sees_the_same_in_its_range_and_nothing_beyond():
    from hsi_inr_tf.optics.cameras import spread

    camera, knots = camera_named(), (*VISIBLE, 720, 740, 760, 780, 800)
    wide = spread(camera, knots)
    spectra = np.random.default_rng(0).random((5, 4)) @ np.cos(
        np.pi * np.arange(4)[:, None] * (np.array(knots) - 400) / 400
    )
    np.testing.assert_allclose(wide.linear_rgb(spectra), camera.linear_rgb(spectra[:, :31]), atol=2e-3)
    np.testing.assert_allclose(wide.response.sum(0), camera.response.sum(0))
    assert not np.any(wide.response[31:]) and spread(camera, VISIBLE) is camera
    half = camera_named(wavelengths=VISIBLE[::2])
    np.testing.assert_allclose(
        spread(half, VISIBLE).linear_rgb(spectra[:, :31]), half.linear_rgb(spectra[:, :31:2]), atol=2e-2
    )
