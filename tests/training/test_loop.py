"""A run learns, leaves a folder that describes itself, and goes on exactly where it stopped."""

import csv
import json
from dataclasses import replace

import keras
import numpy as np
import pytest

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.training import TrainConfig, load_run, train


def log(folder):
    with open(folder / "log.csv", newline="") as file:
        return list(csv.DictReader(file))


def test_loss_falls_and_validation_improves(config, scenes):
    folder = train(replace(config, steps=120, validate_every=60, log_every=20), scenes=scenes, validation=scenes)
    rows = log(folder)
    assert [int(row["step"]) for row in rows] == [20, 40, 60, 80, 100, 120]
    assert float(rows[-1]["loss"]) < 0.7 * float(rows[0]["loss"])
    assert float(rows[-1]["val_psnr"]) > float(rows[2]["val_psnr"])
    assert rows[0]["val_psnr"] == ""


def test_run_folder_describes_itself(config, scenes):
    folder = train(config, scenes=scenes, validation=scenes)
    assert TrainConfig.from_json((folder / "config.json").read_text()) == config
    model, description = load_run(folder)
    assert description.model == "inr-compact" and description.overrides == config.overrides
    assert description.wavelengths == scenes.wavelengths and description.camera.name == scenes.camera.name
    assert description.provenance["scenes"] == ["red", "green", "blue"]
    assert json.loads((folder / "description.json").read_text())["provenance"]["versions"]["keras"] == keras.__version__
    assert model({"rgb": scenes[0].rgb[None]})["hsi"].shape == (1, 48, 48, 31)


def test_same_configuration_gives_the_same_bits(config, scenes, tmp_path):
    one, two = (train(replace(config, out=tmp_path / name), scenes=scenes) for name in ("one", "two"))
    for a, b in zip(load_run(one)[0].get_weights(), load_run(two)[0].get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_folder_of_another_run_is_refused(config, scenes):
    train(config, scenes=scenes)
    with pytest.raises(InputError, match=r"holds another run \(learning_rate: 0.002, now 0.1\)"):
        train(replace(config, learning_rate=0.1), scenes=scenes)


def test_folder_with_other_things_is_refused(config, scenes):
    config.out.mkdir()
    (config.out / "thesis.tex").write_text("mine")
    with pytest.raises(InputError, match="neither empty nor a run folder"):
        train(config, scenes=scenes)
