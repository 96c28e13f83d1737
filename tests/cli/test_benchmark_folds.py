"""scripts/benchmark.py folds: every scene scored by the run that did not see it."""

import json

import numpy as np
import pytest

from hsi_inr_tf import metrics
from hsi_inr_tf.cli import bundle
from hsi_inr_tf.cli.benchmarks import folds
from hsi_inr_tf.data import open_scenes
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.inference import load
from hsi_inr_tf.trained.weights import load_run
from hsi_inr_tf.training import TrainConfig, train

TINY = {"width": 24, "head_width": 8, "dilations": [1], "hidden": 4, "basis": 4, "members": 2}


@pytest.fixture(scope="module")
def runs(data_dir, tmp_path_factory):
    """Two runs of two steps, each of which holds out one of two scenes."""
    out = tmp_path_factory.mktemp("runs")
    return tuple(
        train(
            TrainConfig(
                model="inr-compact",
                overrides=TINY,
                dataset="arad_1k",
                data_dir=data_dir,
                split=f"fold-{k}-of-2",
                out=out / str(k),
                steps=2,
                batch_size=2,
                patch=32,
                warmup_steps=1,
                tensorboard=False,
            )
        )
        for k in range(2)
    )


def result(runs, data_dir, path, **options):
    folds.run(folds.Options(runs, data_dir=data_dir, json=path, **options))
    return json.loads(path.read_text())


def test_every_scene_is_scored_by_the_run_that_held_it_out(runs, data_dir, tmp_path):
    content = result(runs, data_dir, tmp_path / "scores.json")
    expected = {}
    for k, run in enumerate(runs):
        model, _ = load_run(run, "last")
        for scene in open_scenes("arad_1k", data_dir, f"fold-{k}-of-2:validation"):
            expected[scene.name] = metrics.score(
                scene.cube, np.asarray(model({"rgb": scene.rgb[None]})["hsi"])[0]
            )["psnr"]
    found = {row["scene"]: row["psnr"] for row in content["scores"]["rows"]}
    assert len(found) > 1
    assert found == pytest.approx(expected, rel=1e-3)
    assert content["regression"]["pictures"] == len(found)


def test_a_run_scores_the_same_when_it_is_bundled(runs, data_dir, tmp_path):
    content = result(runs[:1], data_dir, tmp_path / "scores.json")
    bundle.run(bundle.Options(runs[0], out=tmp_path / "bundled"))
    reconstructor = load(tmp_path / "bundled")
    assert content["model"] == reconstructor.description.model == "inr-compact"
    scene = open_scenes("arad_1k", data_dir, "fold-0-of-2:validation")[0]
    psnr = metrics.score(scene.cube, reconstructor.reconstruct(scene.rgb).data)["psnr"]
    assert content["scores"]["rows"][0]["psnr"] == pytest.approx(psnr)


def test_a_scene_that_two_runs_held_out_is_an_input_error(runs, data_dir):
    with pytest.raises(InputError, match="were held out by another of these runs too"):
        folds.run(folds.Options((runs[0], runs[0]), data_dir=data_dir))


def test_no_runs_are_an_input_error(data_dir):
    with pytest.raises(InputError, match="there is no run to score"):
        folds.run(folds.Options((), data_dir=data_dir))
