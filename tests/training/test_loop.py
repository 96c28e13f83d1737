"""A run learns, leaves a folder that describes itself, and goes on exactly where it stopped."""

import csv
import json
from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf

from hsi_inr_tf import load
from hsi_inr_tf.data import Augmentation, Scenes
from hsi_inr_tf.data.patches import batch
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.metrics import METRICS, evaluate
from hsi_inr_tf.models import polynomial_regression
from hsi_inr_tf.models.committee import RIDGE
from hsi_inr_tf.optics import reflectances
from hsi_inr_tf.trained.weights import load_run
from hsi_inr_tf.training import TrainConfig, checkpoints, train
from hsi_inr_tf.training.run_folder import RunFolder

COMMITTEE = {"width": 24, "head_width": 16, "dilations": [1], "hidden": 4, "basis": 4}


def log(folder):
    with open(folder / "log.csv", newline="") as file:
        return list(csv.DictReader(file))


def test_loss_falls_and_validation_improves(config, scenes):
    folder = train(
        replace(config, steps=120, validate_every=60, log_every=20), scenes=scenes, validation=scenes
    )
    rows = log(folder)
    assert [int(row["step"]) for row in rows] == [20, 40, 60, 80, 100, 120]
    assert float(rows[-1]["loss"]) < 0.7 * float(rows[0]["loss"])
    assert float(rows[-1]["val_psnr"]) > float(rows[2]["val_psnr"])
    assert rows[0]["val_psnr"] == ""


def test_run_folder_describes_itself(config, scenes):
    folder = train(config, scenes=scenes, validation=scenes)
    assert TrainConfig.from_json((folder / "config.json").read_text()) == config
    model, description = load_run(folder)
    assert description.model == "inr-single" and description.overrides == config.overrides
    assert description.wavelengths == scenes.wavelengths and description.camera.name == scenes.camera.name
    assert description.provenance["scenes"] == ["red", "green", "blue"]
    assert (
        json.loads((folder / "description.json").read_text())["provenance"]["versions"]["keras"]
        == keras.__version__
    )
    assert model({"rgb": scenes[0].rgb[None]})["hsi"].shape == (1, 48, 48, 31)


def test_same_configuration_gives_the_same_bits(config, scenes, tmp_path):
    one, two = (train(replace(config, out=tmp_path / name), scenes=scenes) for name in ("one", "two"))
    for a, b in zip(load_run(one)[0].get_weights(), load_run(two)[0].get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_pieces_of_a_batch_add_up_to_it(config, scenes, tmp_path):
    whole, pieces = (
        log(train(replace(config, out=tmp_path / str(n), accumulation=n, log_every=1), scenes=scenes))
        for n in (1, 4)
    )
    np.testing.assert_allclose(
        [float(row["loss"]) for row in pieces], [float(row["loss"]) for row in whole], rtol=1e-5
    )


@pytest.mark.parametrize(
    ("change", "tolerance"),
    [({"jit": True}, 1e-4), ({"precision": "mixed_bfloat16"}, 0.02), ({"precision": "mixed_float16"}, 0.02)],
    ids=["XLA", "bfloat16", "float16"],
)
def test_faster_arithmetic_learns_the_same(change, tolerance, config, scenes, tmp_path):
    plain = log(train(replace(config, out=tmp_path / "plain"), scenes=scenes))
    folder = train(replace(config, **change), scenes=scenes)
    np.testing.assert_allclose(
        [float(row["loss"]) for row in log(folder)], [float(row["loss"]) for row in plain], rtol=tolerance
    )
    assert all(weight.dtype == np.float32 for weight in load_run(folder)[0].get_weights())


def test_averaged_weights_are_what_is_saved(config, scenes):
    folder = train(replace(config, ema=0.9), scenes=scenes)
    state = checkpoints.latest(folder / "checkpoints")[1]
    averages = [state[name] for name in sorted(state) if name.startswith("average/")][1:]
    saved = load_run(folder, "last")[0].get_weights()
    for weight, average in zip(saved, averages, strict=True):
        np.testing.assert_array_equal(weight, average)
    assert any(not np.array_equal(weight, state[f"model/{i:04d}"]) for i, weight in enumerate(saved))


def test_best_weights_are_those_of_the_best_validation(config, scenes):
    """The learning rate grows absurd, so the last validation is not the best; the weights kept score what the
    log says.
    """
    config = replace(
        config, steps=18, learning_rate=0.5, schedule="constant", warmup_steps=24, clip_norm=None
    )
    folder = train(config, scenes=scenes, validation=scenes)
    psnr = [float(row["val_psnr"]) for row in log(folder) if row["val_psnr"]]
    assert psnr[-1] < max(psnr)
    reconstruct = load(folder).reconstruct
    scores = evaluate(lambda rgb: reconstruct(rgb).data, scenes, "full").mean
    assert scores["psnr"] == pytest.approx(max(psnr), abs=1e-4)


def test_training_goes_on_from_other_weights(config, scenes, tmp_path):
    first = train(replace(config, out=tmp_path / "first", steps=60), scenes=scenes)
    second = train(replace(config, start_from=first), scenes=scenes)
    assert float(log(second)[0]["loss"]) < 0.8 * float(log(first)[0]["loss"])


def test_callback_can_end_the_run(config, scenes):
    class Enough(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = True

    folder = train(config, scenes=scenes, validation=scenes, callbacks=[Enough()])
    assert [row["step"] for row in log(folder)] == ["3", "6"]
    assert folder.joinpath("weights", "last.weights.h5").exists()


def test_loss_that_is_not_finite_names_step_scenes_and_checkpoint(config, scenes):
    """A scene with a hole in it, met at a step that the batches themselves tell."""
    cubes = [scenes[i].cube.copy() for i in range(3)]
    cubes[1][:, :, 5] = np.nan
    broken = Scenes.from_arrays([scenes[i].rgb for i in range(3)], cubes, scenes.names)
    config = replace(config, batch_size=2, seed=3, checkpoint_seconds=0)
    met = next(step for step in range(12) if np.isnan(batch(broken, 16, 2, 3, step, Augmentation())[1]).any())
    assert met > 0
    with pytest.raises(
        InputError, match=rf"the loss \(nan\) stopped being finite at step {met + 1} \(scenes green\)"
    ) as stopped:
        train(config, scenes=broken)
    path, state = checkpoints.latest(config.out / "checkpoints")
    assert str(path) in str(stopped.value)
    assert int(state["step"]) <= met and all(
        np.isfinite(value).all() for name, value in state.items() if "/" in name
    )


def test_second_process_in_a_folder_is_refused(config, scenes):
    train(config, scenes=scenes)
    with RunFolder(config.out).lock(), pytest.raises(InputError, match="being trained by another process"):
        train(config, scenes=scenes)


def test_tensorboard_files_hold_scalars_and_figures(config, scenes):
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    folder = train(
        replace(config, tensorboard=True, profile=True, steps=30, validate_every=15),
        scenes=scenes,
        validation=scenes,
    )
    events = accumulator.EventAccumulator(str(folder / "tensorboard"), size_guidance={"tensors": 0})
    events.Reload()
    shown = set(events.Tags()["tensors"])
    assert {
        "loss",
        "learning_rate",
        "validation/psnr",
        "red/false colour",
        "red/error",
        "red/spectra",
    } <= shown
    losses = {event.step: float(tf.make_ndarray(event.tensor_proto)) for event in events.Tensors("loss")}
    assert losses == pytest.approx({int(row["step"]): float(row["loss"]) for row in log(folder)})
    _, _, picture = tf.make_ndarray(events.Tensors("red/spectra")[0].tensor_proto)
    assert tf.image.decode_png(picture).shape[0] > 100
    assert list((folder / "tensorboard").glob("plugins/profile/*/*.xplane.pb"))


def test_committee_fits_its_regression_and_goes_on_with_it(config, scenes, tmp_path):
    committee = replace(config, model="inr-compact", overrides={**COMMITTEE, "members": 2}, steps=3)
    model, _ = load_run(train(committee, scenes=scenes))
    chart = reflectances.chart(reflectances.measured(scenes.wavelengths), scenes.camera)
    fitted = polynomial_regression.fit(
        scenes, model.features.degree, RIDGE, chart, committee.reflectance_share
    )
    kernel, bias = fitted.get_weights()
    np.testing.assert_array_equal(model.regression.coefficients, np.concatenate([bias[None], kernel[0, 0]]))


def test_pieces_in_which_members_would_swap_examples_are_refused(config, scenes):
    config = replace(
        config, model="inr-compact", overrides={**COMMITTEE, "members": 2}, batch_size=6, accumulation=2
    )
    with pytest.raises(
        InputError, match="does not fit the 2 members of inr-compact, expected a multiple of 4, 8 say"
    ):
        train(config, scenes=scenes)


def test_patch_that_does_not_suit_the_model_is_refused(config, scenes):
    with pytest.raises(InputError, match="--patch 20 does not suit inr-single, expected a multiple of 8"):
        train(replace(config, patch=20), scenes=scenes)


def test_folder_of_another_run_is_refused(config, scenes):
    train(config, scenes=scenes)
    with pytest.raises(InputError, match=r"holds another run \(learning_rate: 0.002, now 0.1\)"):
        train(replace(config, learning_rate=0.1), scenes=scenes)


def test_folder_with_other_things_is_refused(config, scenes):
    config.out.mkdir()
    (config.out / "thesis.tex").write_text("mine")
    with pytest.raises(InputError, match="neither empty nor a run folder"):
        train(config, scenes=scenes)


def test_a_run_goes_on_with_its_own_scenes_only(config, scenes):
    folder = train(replace(config, steps=3), scenes=scenes)
    with pytest.raises(InputError, match="holds a run on other scenes"):
        train(replace(config, steps=3), scenes=scenes.select(["red", "green"]))
    with pytest.raises(InputError, match="holds a run on other camera"):
        train(
            replace(config, steps=3), scenes=replace(scenes, camera=replace(scenes.camera, encoding="linear"))
        )
    assert train(replace(config, steps=3), scenes=scenes) == folder


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"model": "inr-compact", "overrides": COMMITTEE, "batch_size": 2},
            "--batch-size 2 cannot be shared by the 4 members",
        ),
        ({"patch": 64}, "expected at least one patch of 64 x 64"),
    ],
)
def test_what_cannot_be_trained_leaves_its_folder_free(config, scenes, change, message):
    with pytest.raises(InputError, match=message):
        train(replace(config, **change), scenes=scenes)
    train(replace(config, steps=1), scenes=scenes)


def test_a_score_that_is_not_a_number_is_beaten_by_the_next(config, scenes, monkeypatch):
    from hsi_inr_tf.training import validation

    scores = iter([float("nan"), 5.0, 4.0, 4.5])
    monkeypatch.setattr(
        validation.Validation, "__call__", lambda self, check: dict.fromkeys(METRICS, next(scores))
    )
    written = []
    monkeypatch.setattr(
        "hsi_inr_tf.trained.weights.save_weights", lambda model, path: written.append(path.name)
    )
    train(replace(config, steps=12, validate_every=3, best="sam"), scenes=scenes, validation=scenes)
    assert written.count("best.weights.h5") == 3  # at nan, 5 and 4


def test_a_folder_that_cannot_be_made_is_named(config, scenes, tmp_path):
    (tmp_path / "file").write_text("")
    for out in ("file", "file/run"):
        with pytest.raises(InputError, match="cannot be made a run folder"):
            train(replace(config, out=tmp_path / out), scenes=scenes)
