"""Where a cube has half-widths, figures, the page and the report show them; elsewhere nothing changes."""

import io
import time
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from hsi_inr_tf import metrics
from hsi_inr_tf.cli.view import Options, run
from hsi_inr_tf.cubes import summary
from hsi_inr_tf.data.scenes import Scenes
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.evaluation import regression_reconstructor
from hsi_inr_tf.evaluation.calibration import calibrated
from hsi_inr_tf.viz import figures, page, report
from tests.viz.conftest import in_browser


@pytest.fixture(scope="module")
def uncertain(cube):
    """Half-widths of a tenth of the value on the left, and of a half on the right."""
    share = np.where(np.arange(64) < 32, 0.1, 0.5).astype(np.float32)[:, None]
    return replace(cube, uncertainty=cube.data * share)


def test_the_map_shows_the_mean_half_width_by_the_mean_value(uncertain, cube):
    share = figures.relative_uncertainty(uncertain)
    np.testing.assert_allclose(share[:, :32], 0.1, rtol=1e-4)
    np.testing.assert_allclose(share[:, 32:], 0.5, rtol=1e-4)
    drawn = figures.uncertainty_map(uncertain).axes[0].images[0].get_array()
    np.testing.assert_allclose(drawn, 100 * share, rtol=1e-5)
    with pytest.raises(InputError, match="no uncertainty"):
        figures.relative_uncertainty(cube)


def test_black_and_missing_pixels_have_their_place_in_the_map(uncertain):
    data = uncertain.data.copy()
    data[0, 0], data[0, 1] = np.nan, 0.0
    share = figures.relative_uncertainty(replace(uncertain, data=data))
    assert np.isnan(share[0, 0]) and np.isfinite(share[0, 1:]).all()
    assert (figures.coloured(share)[0, 0] == figures.coloured(np.zeros((1, 1)))).all()


def test_spectra_are_drawn_in_their_intervals(uncertain, cube):
    axes = figures.spectra_figure(uncertain, [(3, 4), (40, 60)]).axes[1]
    assert len(axes.collections) == 2
    y = axes.collections[1].get_paths()[0].vertices[:, 1]
    low, high = uncertain.interval(40, 60)
    assert y.min() == pytest.approx(low.min(), abs=1e-6) and y.max() == pytest.approx(high.max(), abs=1e-6)
    assert not figures.spectra_figure(cube, [(3, 4)]).axes[1].collections


def test_view_draws_the_map_where_there_is_one(uncertain, tmp_path):
    uncertain.save(tmp_path / "cube.hdr")
    run(Options(tmp_path / "cube.hdr"))
    names = {path.name for path in (tmp_path / "cube_view").iterdir()}
    assert names == {"false_colour.png", "bands.png", "spectra.png", "uncertainty.png", "index.html"}
    assert Image.open(io.BytesIO(summary.png(figures.uncertainty_map(uncertain)))).width > 200


@pytest.fixture
def opened(browser, uncertain, tmp_path):
    with in_browser(browser, page.write(tmp_path / "index.html", uncertain, points=[(5, 40)])):
        yield browser


def test_the_page_shades_the_interval_of_every_curve(opened, uncertain):
    [shade] = opened.find_elements("css selector", "path.interval")
    half = np.array(shade.get_attribute("data-values").split(), float)
    np.testing.assert_allclose(half, uncertain.uncertainty[5, 40], atol=0.004)
    assert shade.value_of_css_property("fill-opacity") == "0.16"
    assert shade.value_of_css_property("stroke") == "none"


def test_the_page_has_the_map_among_its_pictures(opened):
    buttons = {one.text: one for one in opened.find_elements("css selector", ".views button")}
    buttons["Uncertainty"].click()
    time.sleep(0.3)
    shown = opened.execute_script("""const c = document.getElementById('picture');
        return Array.from(c.getContext('2d').getImageData(0, 0, c.width, c.height).data)""")
    pixels = np.array(shown).reshape(48, 64, 4)[..., :3] / 255
    expected = figures.coloured(np.array([[0.2, 1.0]]))[0]
    np.testing.assert_allclose(pixels[10, 10], expected[0], atol=0.02)
    np.testing.assert_allclose(pixels[10, 50], expected[1], atol=0.02)


def test_pages_of_cubes_without_it_say_nothing_of_it(cube):
    assert "Uncertainty:" not in page.page_of(cube) and "Uncertainty:" in page.page_of(
        replace(cube, uncertainty=cube.data)
    )


def test_the_report_shows_it_and_how_often_it_held(browser, cube, tmp_path):
    cubes = [cube.data, cube.data[::-1].copy(), cube.data[:, ::-1] * 0.7]
    scenes = Scenes.from_arrays([cube.camera.render(c) for c in cubes], cubes)
    model = calibrated(regression_reconstructor(scenes, degree=1), scenes)
    assert model.uncertainty is not None
    scores = metrics.evaluate(lambda rgb: model.reconstruct(rgb).data, scenes)
    baseline = regression_reconstructor(scenes)
    text = report.write(tmp_path / "report.html", model, baseline, scenes, scores, scores).read_text()
    assert "its 90 % intervals hold " in text
    browser.get((tmp_path / "report.html").as_uri())
    charts = browser.find_elements("css selector", ".spectra svg")
    assert charts and all(len(one.find_elements("css selector", "path.interval")) == 1 for one in charts)
    titles = [one.text for one in browser.find_elements("css selector", ".case figcaption b")]
    assert titles.count("Uncertainty") == 3
