"""Adapting regression to CAVE scenes that it was not fitted to: what points and a coarse cube promise."""

import sys
from pathlib import Path

import numpy as np
import pytest

from hsi_inr_tf.cubes.hyperspectral_image import HyperspectralImage
from hsi_inr_tf.data import Scenes
from hsi_inr_tf.evaluation import regression_reconstructor
from hsi_inr_tf.metrics import psnr

FITTED, UNSEEN = ("clay", "hairs", "jelly_beans", "paints"), ("superballs", "egyptian_statue")


@pytest.fixture(scope="module")
def scenes(shared_cave):
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # as `tfds build` imports builders
    from tfds_builders.cave import cave_dataset_builder as cave

    found = dict(cave.find_scenes(shared_cave / "complete_ms_data.zip"))
    read = [cave.read_scene(*found[name]) for name in (*FITTED, *UNSEEN)]
    rgbs, cubes = ([scene[key] for scene in read] for key in ("rgb", "cube"))
    return Scenes.from_arrays(rgbs, cubes, (*FITTED, *UNSEEN), white=65535.0)


@pytest.fixture(scope="module")
def model(scenes):
    return regression_reconstructor(scenes.select(FITTED), degree=4, ridge=3e-5)


def score(model, scene):
    """PSNR at every fourth pixel, which is enough for a model that sees pixels alone."""
    return float(psnr(scene.cube[::4, ::4], model.reconstruct(scene.rgb[::4, ::4]).data))


@pytest.mark.parametrize("name", UNSEEN)
def test_twelve_points_gain_three_decibels_and_a_coarse_cube_more(scenes, model, name):
    scene = scenes.select([name])[0]
    points = model.suggest_points(scene.rgb, 12).astype(int)
    by_points = model.adapt(scene.rgb, points, scene.cube[tuple(points.T)])
    coarse = scene.cube.reshape(16, 32, 16, 32, 31).mean((1, 3))
    by_cube = model.adapt(scene.rgb, cube=HyperspectralImage(coarse, scenes.wavelengths))
    assert score(by_points, scene) > score(model, scene) + 3.0
    assert score(by_cube, scene) > score(by_points, scene)
    warnings = by_points.adaptation.warnings
    assert all("pixel nearby" in warning for warning in warnings) and by_cube.adaptation.shift is None


@pytest.mark.parametrize("name", UNSEEN)
def test_no_lone_point_costs_a_tenth_of_a_decibel(scenes, model, name):
    scene = scenes.select([name])[0]
    before = score(model, scene)
    for row, column in np.random.default_rng(0).integers(0, 512, (20, 2)):
        adapted = model.adapt(scene.rgb, [[row, column]], scene.cube[row, column][None])
        assert score(adapted, scene) > before - 0.1
