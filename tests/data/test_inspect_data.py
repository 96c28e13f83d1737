"""scripts/inspect_data.py: its figures are those of the arrays, its contact sheet is a picture."""

import io

import numpy as np
import pytest
from PIL import Image

from hsi_inr_tf.cli.inspect_data import ROWS, contact_sheet, figures
from hsi_inr_tf.data import Scenes
from hsi_inr_tf.optics import camera_named


@pytest.fixture
def scenes():
    rng = np.random.default_rng(0)
    cube = rng.uniform(0.1, 0.8, (ROWS + 50, 20, 31)).astype(np.float32)
    cube[0, 0], cube[-1, :2, 3], cube[3, 3, 3] = 0, 0.9, 0.9
    rgb = np.round(camera_named().render(cube) * 255).astype(np.uint8)
    rgb[5, 5, 0] = 255
    return Scenes.from_arrays([rgb], [cube], ["leaf"])


def test_figures_are_those_of_the_whole_scene(scenes):
    row, cube = figures(scenes, 0), scenes.cubes[0]
    assert (row["name"], row["height"], row["width"]) == ("leaf", ROWS + 50, 20)
    assert (row["min"], row["max"]) == (0, pytest.approx(0.9)) and row["median"] == pytest.approx(
        np.median(cube), abs=0.02
    )
    assert row["zero"] * cube.size == pytest.approx(31) and row["saturated"] * cube.size == pytest.approx(3)
    assert row["rgb_saturated"] * cube.shape[0] * 20 == pytest.approx(1)
    linear = scenes.camera.linear_rgb(cube) - scenes.camera.decode(scenes.rgbs[0] / np.float32(255))
    assert row["rgb_error"] == pytest.approx(np.sqrt(np.mean(linear**2)), rel=1e-3)


def test_the_contact_sheet_is_a_png_with_the_scenes_colours(scenes):
    sheet = np.asarray(Image.open(io.BytesIO(contact_sheet(scenes, [0]))).convert("RGB"))
    assert sheet.shape[1] > 600 and len(np.unique(sheet.reshape(-1, 3), axis=0)) > 200
