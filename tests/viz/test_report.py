"""The report: what a reader sees of a model and its baseline, without a line of script."""

import re
import time

import keras
import numpy as np
import pytest

from hsi_inr_tf import metrics
from hsi_inr_tf.data.scenes import Scenes
from hsi_inr_tf.evaluation import regression_reconstructor
from hsi_inr_tf.inference import Reconstructor
from hsi_inr_tf.inference.keras_engine import KerasEngine
from hsi_inr_tf.models import build
from hsi_inr_tf.trained.description import ModelDescription
from hsi_inr_tf.viz import report


@pytest.fixture(scope="module")
def scenes(cube):
    cubes = [cube.data, cube.data[::-1].copy(), cube.data[:, ::-1] * 0.7, cube.data * 0.5]
    return Scenes.from_arrays(
        [cube.camera.render(c) for c in cubes], cubes, ["north", "south", "east", "west"]
    )


@pytest.fixture(scope="module")
def scored(scenes):
    keras.utils.set_random_seed(0)
    model = build("inr-single", width=24, head_width=16, hidden=(16,), basis=0, dilations=(1,))
    provenance = {
        "dataset": "surfaces <b>",
        "scenes": ["other"],
        "steps": 10,
        "batch_size": 4,
        "patch": 64,
        "split": "x:train",
    }
    description = ModelDescription.of(
        model, "inr-single", scenes.wavelengths, scenes.camera, provenance=provenance
    )
    both = Reconstructor(KerasEngine(model, description)), regression_reconstructor(scenes)
    return *both, *(metrics.evaluate(lambda rgb, one=one: one.reconstruct(rgb).data, scenes) for one in both)


@pytest.fixture(scope="module")
def written(tmp_path_factory, scenes, scored):
    model, regression, scores, baseline = scored
    return report.write(
        tmp_path_factory.mktemp("report") / "deep" / "report.html",
        model,
        regression,
        scenes,
        scores,
        baseline,
        others={"another": baseline},
        files={"Run": "runs/demo"},
        commands=[("python scripts/view.py cube.hdr", "Look")],
    )


def test_the_report_is_one_file_without_scripts_or_links_to_elsewhere(written):
    page = written.read_text()
    assert "<script" not in page and "http" not in re.sub(r'xmlns="[^"]*"', "", page)
    assert set(re.findall(r'src="([a-z]+:)', page)) == {"data:"}
    assert [p.name for p in written.parent.iterdir()] == ["report.html"]
    assert written.stat().st_size < 2_000_000


def test_its_numbers_are_the_scores(browser, written, scored):
    browser.get(written.as_uri())
    *_, scores, baseline = scored
    rows = browser.find_elements("css selector", "table")[0].find_elements("css selector", "tr")
    assert rows[0].text.split()[:2] == ["PSNR,", "dB"]
    for row, one in zip(rows[1:], (scores, baseline, baseline), strict=True):
        shown = [cell.text.split()[0] for cell in row.find_elements("css selector", "td")[1:]]
        assert shown == [metric.text(one.mean[name]) for name, metric in metrics.METRICS.items()]
    tiles = [tile.text for tile in browser.find_elements("css selector", ".tiles .card")]
    assert metrics.METRICS["psnr"].text(scores.mean["psnr"]) in tiles[0]
    kind = "better" if scores.mean["sam"] < baseline.mean["sam"] else "worse"
    assert browser.find_elements("css selector", ".tiles .card")[2].find_elements("css selector", f".{kind}")


def test_it_shows_the_best_a_middle_and_the_worst_scene(browser, written, scored):
    browser.get(written.as_uri())
    psnr = {row["scene"]: row["psnr"] for row in scored[2].rows}
    shown = [
        re.sub("48 × 64 pixels", "", heading.text).strip()
        for heading in browser.find_elements("css selector", ".case h3")
    ]
    assert len(shown) == 3 and shown[0] == max(psnr, key=psnr.get) and shown[-1] == min(psnr, key=psnr.get)


def test_every_picture_is_there_and_every_chart_has_truth_prediction_and_baseline(browser, written):
    browser.get(written.as_uri())
    time.sleep(0.2)
    sizes = browser.execute_script(
        "return Array.from(document.images, i => [i.complete, i.naturalWidth, i.naturalHeight])"
    )
    assert len(sizes) == 3 * 5 and all(size == [True, 64, 48] for size in sizes)
    charts = browser.find_elements("css selector", ".spectra svg")
    assert len(charts) == 3 * 4
    assert all(len(chart.find_elements("css selector", "path")) == 3 for chart in charts)


def test_names_from_elsewhere_are_text(browser, written):
    browser.get(written.as_uri())
    assert browser.title == "inr-single on surfaces <b>"
    assert not browser.find_elements("css selector", "h1 b")


@pytest.mark.parametrize("width", [500, 1280])
def test_it_fits_the_screen(browser, written, width):
    browser.set_window_size(width, 900)
    browser.get(written.as_uri())
    assert browser.execute_script("return document.documentElement.scrollWidth <= window.innerWidth")
    browser.set_window_size(1280, 900)


def test_the_score_table_is_not_cut_on_a_telephone(browser, written):
    telephone = {"width": 390, "height": 800, "deviceScaleFactor": 1, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", telephone)
    try:
        browser.get(written.as_uri())
        assert browser.execute_script("return window.innerWidth") == 390
        assert browser.execute_script(
            "const s = document.querySelector('.scroll'); return s.scrollWidth <= s.clientWidth"
        )
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_nice_axes_hold_their_values():
    from hsi_inr_tf.viz.charts import nice_top

    for value in np.geomspace(1e-5, 50, 200):
        assert value * 0.999 <= nice_top(value) <= 2.01 * value
