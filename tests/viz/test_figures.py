"""What the figures show."""

import colorsys
import io

import colour
import numpy as np
import pytest
from PIL import Image

from hsi_inr_tf.cli.view import Options, run
from hsi_inr_tf.cubes import HyperspectralImage, summary
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.optics.wavelength_colour import GREY, observed, wavelength_colour
from hsi_inr_tf.viz import figures, page


def opened(figure):
    return np.asarray(Image.open(io.BytesIO(summary.png(figure))).convert("RGB"))


def test_wavelengths_have_the_hues_of_the_rainbow():
    hues = [colorsys.rgb_to_hsv(*wavelength_colour(nm))[0] * 360 for nm in (450, 480, 520, 575, 600, 650)]
    expected = [245, 200, 130, 60, 20, 0]
    assert all(abs(hue - wanted) < 30 for hue, wanted in zip(hues, expected, strict=True)), hues
    for nm in range(410, 701, 10):  # as the tables of colour-science have it
        assert observed(nm) == pytest.approx(colour.wavelength_to_XYZ(nm), abs=0.05)
    red, violet = (colorsys.rgb_to_hsv(*wavelength_colour(nm))[0] * 360 for nm in (700, 400))
    assert (red < 10 or red > 350) and 230 < violet < 290
    assert wavelength_colour(900) == GREY == wavelength_colour(300)


def test_a_tinted_band_grows_brighter_with_its_values():
    ramp = figures.tinted(np.linspace(0, 1, 50)[None], 520.0)
    assert np.all(np.diff(ramp.sum(-1)[0]) > 0) and np.all(ramp[0, 0] == 0) and ramp.max() <= 1


def test_the_montage_has_a_panel_a_band(cube):
    (axes,) = figures.montage(cube).axes
    assert len(axes.images) == 31 and [text.get_text() for text in axes.texts][::30] == ["400 nm", "700 nm"]
    places = np.array([image.get_extent() for image in axes.images])
    assert len(np.unique(places, axis=0)) == 31  # none over another
    assert (places[:, :2] >= 0).all() and (places[:, :2] <= axes.get_xlim()[1]).all()


def test_error_maps_share_one_colour_bar(cube, reference):
    figure = figures.error_maps(cube, reference)
    maps = [axes.images[0] for axes in figure.axes if axes.images]
    assert len(maps) == 6 and len({m.get_clim() for m in maps}) == 1
    expected = np.sqrt(np.mean((cube.data - reference.data) ** 2, axis=2))
    np.testing.assert_allclose(maps[-1].get_array(), expected, atol=1e-6)
    with pytest.raises(InputError, match="cannot be compared"):
        figures.error_maps(cube, reference.crop(0, 0, 5, 5))


def test_spectra_are_drawn_at_the_marked_points(cube, reference):
    figure = figures.spectra_figure(cube, [(3, 4), (40, 60)], reference)
    lines = figure.axes[1].lines
    assert len(lines) == 4
    np.testing.assert_array_equal(lines[0].get_ydata(), cube.spectrum(3, 4))
    np.testing.assert_array_equal(lines[3].get_ydata(), reference.spectrum(40, 60))
    assert opened(figure).std() > 10


def test_points_are_spread_over_the_surfaces(cube):
    points = summary.spread_points(cube, 4)
    assert len({(row // 24, column // 32) for row, column in points}) == 4
    assert points == summary.spread_points(cube, 4)


def test_scripts_view_writes_every_figure(cube, reference, tmp_path, capsys):
    cube.save(tmp_path / "cube.npz")
    reference.save(tmp_path / "truth.npz")
    run(Options(tmp_path / "cube.npz", reference=tmp_path / "truth.npz", points=("3,4", "40,60")))
    names = {p.name for p in (tmp_path / "cube_view").iterdir()}
    assert names == {"false_colour.png", "bands.png", "spectra.png", "errors.png", "index.html"}
    assert capsys.readouterr().out.count("wrote") == 5
    for name in names - {"index.html"}:
        with Image.open(tmp_path / "cube_view" / name) as image:
            assert min(image.size) > 200


@pytest.mark.parametrize("point, words", [("a,b", "row,column"), ("3", "row,column"), ("48,0", "no pixel")])
def test_scripts_view_refuses_points_that_are_none(cube, tmp_path, point, words):
    cube.save(tmp_path / "cube.npz")
    with pytest.raises(InputError, match=words):
        run(Options(tmp_path / "cube.npz", points=(point,)))


@pytest.mark.parametrize("shape", [(20_000, 1, 3), (1, 20_000, 3), (1, 1, 1)])
def test_cubes_of_any_proportion_are_drawn(shape):
    image = HyperspectralImage(
        np.random.default_rng(0).random(shape, np.float32), [450, 550, 650][: shape[2]]
    )
    for figure in (
        figures.false_colour_figure(image),
        figures.montage(image),
        figures.error_maps(image, image),
    ):
        assert summary.png(figure).startswith(b"\x89PNG")


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("gaps", ["a corner", "a band", "all"])
def test_missing_values_are_left_out_of_figures(gaps, tmp_path):
    """What is not finite changes neither the limits of a picture nor anything of the pixels beside it."""
    data = np.random.default_rng(0).random((40, 30, 3), np.float32)
    lacking = data.copy()
    lacking[{"a corner": np.s_[:9, :9], "a band": np.s_[..., 1], "all": np.s_[:]}[gaps]] = np.nan
    lacking[0, 0, 0] = np.inf
    image = HyperspectralImage(lacking, [450, 550, 650])
    picture = image.false_colour((450, 450, 450))
    assert np.isfinite(picture).all() and picture.min() >= 0 and picture.max() <= 1
    for figure in (
        figures.false_colour_figure(image),
        figures.montage(image),
        figures.error_maps(image, image),
        figures.spectra_figure(image, summary.spread_points(image)),
    ):
        assert summary.png(figure).startswith(b"\x89PNG")
    page.write(tmp_path / "index.html", image, image)
    if gaps == "a corner":
        assert not any(row < 9 and column < 9 for row, column in summary.spread_points(image))
        low, high = np.percentile(lacking[..., 0][np.isfinite(lacking[..., 0])], (0.5, 99.5))
        expected = np.clip((data[20, 20, 0] - low) / (high - low), 0, 1) ** (1 / 2.2)
        assert picture[20, 20, 0] == pytest.approx(expected, abs=1e-3)
