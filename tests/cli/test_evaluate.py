"""scripts/evaluate.py on a dataset on disk, for every kind of model that it takes."""

import json
import subprocess
import sys

import numpy as np
import pytest

from hsi_inr_tf import export, metrics
from hsi_inr_tf.cli import evaluate
from hsi_inr_tf.data import open_scenes
from hsi_inr_tf.inference import load
from hsi_inr_tf.trained.weights import load_run
from hsi_inr_tf.training import TrainConfig, train
from tests.cli.conftest import ROOT


@pytest.fixture(scope="module")
def run_folder(data_dir, tmp_path_factory):
    """A run of two steps of a small network."""
    out = tmp_path_factory.mktemp("runs") / "run"
    return train(
        TrainConfig(
            model="cnn",
            overrides={"width": 8},
            dataset="arad_1k",
            data_dir=data_dir,
            split="train",
            out=out,
            steps=2,
            batch_size=2,
            patch=32,
            warmup_steps=1,
            tensorboard=False,
        )
    )


@pytest.fixture(scope="module")
def expected(run_folder, data_dir):
    """The scores by hand: the model itself on each scene."""
    model, _ = load_run(run_folder)
    rows = [
        metrics.score(scene.cube, np.asarray(model({"rgb": scene.rgb[None]})["hsi"])[0])
        for scene in open_scenes("arad_1k", data_dir, "validation")
    ]
    return {metric: np.mean([row[metric] for row in rows]) for metric in metrics.METRICS}


def result(model, data_dir, path, **options):
    evaluate.run(evaluate.Options(str(model), dataset="arad_1k", data_dir=data_dir, json=path, **options))
    return json.loads(path.read_text())


@pytest.mark.parametrize("kind", ["run folder", "SavedModel", "tflite"])
def test_scores_of_every_kind_of_model_are_those_of_keras(kind, run_folder, data_dir, expected, tmp_path):
    model, description = load_run(run_folder)
    path = {
        "run folder": lambda: run_folder,
        "SavedModel": lambda: export.saved_model(model, description, tmp_path / "saved_model"),
        "tflite": lambda: export.tflite(model, description, tmp_path / "model.tflite", height=64, width=64),
    }[kind]()
    content = result(path, data_dir, tmp_path / "scores.json")
    assert content["scores"]["mean"] == pytest.approx(expected, rel=1e-3)
    assert content["protocol"] == "full"
    assert content["split"] == "validation"
    assert [row["scene"] for row in content["scores"]["rows"]] == ["ARAD_1K_0901", "ARAD_1K_0902"]
    assert len(content["scores"]["rows"][0]["bands"]["psnr"]) == 31


def test_cubes_can_be_scored_as_corrected_to_reproduce_the_rgb(run_folder, data_dir, tmp_path):
    scores = [
        metrics.score(scene.cube, load(run_folder).reconstruct(scene.rgb, consistent=True).data)
        for scene in open_scenes("arad_1k", data_dir, "validation")
    ]
    expected = pytest.approx(np.mean([score["psnr"] for score in scores]))
    for consistent in (True, False):
        content = result(run_folder, data_dir, tmp_path / "scores.json", consistent=consistent)
        assert (content["scores"]["mean"]["psnr"] == expected) == consistent


def test_regression_stands_beside_the_model_and_learned_from_the_training_scenes(
    run_folder, data_dir, tmp_path, capsys
):
    content = result(run_folder, data_dir, tmp_path / "scores.json")
    assert content["regression"]["fitted_on"] == "train"
    # These spectra are polynomials of degree 3, but for the decoding of JPEG.
    assert content["regression"]["mean"]["psnr"] > 40
    printed = capsys.readouterr().out
    assert f"{content['regression']['mean']['psnr']:.2f}" in printed
    assert f"{content['scores']['mean']['psnr']:.2f}" in printed
    assert "0 of 2" in printed  # scenes on which two steps of training beat it


def test_scores_of_training_scenes_say_so(run_folder, data_dir, tmp_path, capsys):
    result(run_folder, data_dir, tmp_path / "scores.json", split="train")
    printed = capsys.readouterr().err
    assert "trained on 2 of these scenes (ARAD_1K_0001, ARAD_1K_0002)" in printed
    assert "fitted on the scenes that it is scored on" in printed


def test_a_run_is_scored_on_its_own_data_set_where_no_other_is_named(run_folder, data_dir, tmp_path, capsys):
    asked = result(run_folder, data_dir, tmp_path / "asked.json")
    capsys.readouterr()
    evaluate.run(evaluate.Options(str(run_folder), json=tmp_path / "own.json"))
    own = json.loads((tmp_path / "own.json").read_text())
    assert own["dataset"] == "arad_1k" and own["scores"]["mean"] == asked["scores"]["mean"]
    assert "the model on" not in capsys.readouterr().err


def test_it_is_said_where_only_regression_learned_from_the_scored_data_set(data_dir, tmp_path):
    warnings = result("inr-edge", data_dir, tmp_path / "scores.json")["warnings"]
    said = "regression was fitted on scenes of arad_1k, which is scored, the model on cave only"
    assert said in warnings


def test_protocol_seed_scores_what_the_model_gives_beyond_the_range(run_folder, data_dir, tmp_path):
    model, _ = load_run(run_folder)
    scenes = open_scenes("arad_1k", data_dir, "validation")
    rows = [
        metrics.score(scene.cube, np.asarray(model({"rgb": scene.rgb[None]})["hsi"])[0], "seed")
        for scene in scenes
    ]
    mean = result(run_folder, data_dir, tmp_path / "scores.json", protocol="seed")["scores"]["mean"]
    assert mean["rmse"] == pytest.approx(np.mean([row["rmse"] for row in rows]), rel=1e-5)
    clamped = [
        metrics.score(scene.cube, load(run_folder).reconstruct(scene.rgb).data, "seed") for scene in scenes
    ]
    assert mean["rmse"] != pytest.approx(np.mean([row["rmse"] for row in clamped]), rel=1e-4)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["no-such-model"], "no model 'no-such-model'"),
        (["RUN", "--split", "cave-22-10:tset"], "cave-22-10:test"),
        (["RUN", "--split", "exam"], "no split 'exam'"),
    ],
)
def test_bad_input_is_one_line_and_exit_status_2(arguments, message, run_folder, data_dir):
    arguments = [str(run_folder) if argument == "RUN" else argument for argument in arguments]
    arguments += ["--dataset", "arad_1k", "--data-dir", str(data_dir)]
    finished = subprocess.run(
        [sys.executable, ROOT / "scripts/evaluate.py", *arguments], capture_output=True, text=True
    )
    assert finished.returncode == 2
    last = finished.stderr.strip().splitlines()[-1]
    assert last.startswith("error: ")
    assert message in last
    assert "Traceback" not in finished.stderr
