"""A run that was interrupted, in whatever way, ends with the bits of one that was not."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from hsi_inr_tf.trained.weights import load_run
from hsi_inr_tf.training import Interrupted, checkpoints, train
from tests.training.small_scenes import TINY

PROCESS = Path(__file__).with_name("train_process.py")
COMMAND = [
    sys.executable,
    PROCESS,
    "--model",
    "inr-single",
    "--overrides",
    json.dumps(TINY),
    "--steps",
    "150",
    "--batch-size",
    "4",
    "--patch",
    "16",
    "--log-every",
    "20",
    "--validate-every",
    "50",
    "--warmup-steps",
    "10",
    "--ema",
    "0.9",
    "--checkpoint-seconds",
    "0",
    "--no-tensorboard",
]


def rows_without_speed(folder):
    with open(folder / "log.csv", newline="") as file:
        return [
            {name: value for name, value in row.items() if name != "patches_per_second"}
            for row in csv.DictReader(file)
        ]


def assert_same_run(one, two):
    for which in ("best", "last"):
        for a, b in zip(
            load_run(one, which)[0].get_weights(), load_run(two, which)[0].get_weights(), strict=True
        ):
            np.testing.assert_array_equal(a, b)
    assert rows_without_speed(one) == rows_without_speed(two)


class CtrlC(keras.callbacks.Callback):
    """Ctrl-C while a validation goes on."""

    def on_test_begin(self, logs=None):
        os.kill(os.getpid(), signal.SIGINT)


class Preempted(keras.callbacks.Callback):
    """A cluster takes its machine back after `step`."""

    def __init__(self, step):
        super().__init__()
        self.step = step

    def on_train_batch_end(self, batch, logs=None):
        if batch + 1 >= self.step:
            os.kill(os.getpid(), signal.SIGTERM)


@pytest.mark.parametrize(
    ("change", "stops"),
    [
        (
            {"ema": 0.9, "optimizer": "adamw", "weight_decay": 0.01, "accumulation": 2, "loss": "l1+sam"},
            (Preempted(2), CtrlC()),
        ),
        ({"model": "multiscale-cnn", "overrides": {"width": 2}, "steps": 6}, (Preempted(3),)),
    ],
    ids=["everything on", "dropout and batch norm"],
)
def test_interrupted_run_ends_with_the_same_bits(change, stops, config, scenes, tmp_path):
    config = replace(config, **change)
    whole = train(replace(config, out=tmp_path / "whole"), scenes=scenes, validation=scenes)
    config = replace(config, out=tmp_path / "parts")
    for stop in stops:
        with pytest.raises(Interrupted, match="the same command goes on"):
            train(config, scenes=scenes, validation=scenes, callbacks=[stop])
    assert_same_run(whole, train(config, scenes=scenes, validation=scenes))


def test_finished_run_stays_as_it_is(config, scenes):
    folder = train(config, scenes=scenes)
    before = (folder / "checkpoints" / "step-00000012.npz").read_bytes()
    train(config, scenes=scenes)
    assert (folder / "checkpoints" / "step-00000012.npz").read_bytes() == before
    assert len(rows_without_speed(folder)) == 4


def test_damaged_checkpoint_gives_way_to_the_one_before(config, scenes, tmp_path):
    whole = train(replace(config, out=tmp_path / "whole"), scenes=scenes)
    folder = train(config, scenes=scenes)
    newest, older = sorted((folder / "checkpoints").glob("step-*.npz"), reverse=True)
    newest.write_bytes(newest.read_bytes()[:-1000])
    assert checkpoints.latest(folder / "checkpoints")[0] == older
    (folder / "weights" / "last.weights.h5").unlink()
    train(config, scenes=scenes)
    for a, b in zip(
        load_run(whole, "last")[0].get_weights(), load_run(folder, "last")[0].get_weights(), strict=True
    ):
        np.testing.assert_array_equal(a, b)


def start(out, told):
    """A process whose words go to the file `told`: a pipe that nobody empties would stop it."""
    with open(told, "w") as file:
        return subprocess.Popen([*COMMAND, "--out", out], stdout=subprocess.DEVNULL, stderr=file)


def kill_when(process, condition, seconds=300):
    """SIGKILL as soon as `condition()` holds; False if the process ended before."""
    deadline = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < deadline:
        if condition():
            process.kill()
            process.wait()
            return True
    process.kill()
    process.wait()
    return False


def test_run_killed_at_several_moments_ends_with_the_same_bits(tmp_path):
    told = tmp_path / "told"
    whole, killed = start(tmp_path / "whole", tmp_path / "told by whole"), tmp_path / "killed"
    steps = killed / "checkpoints"

    def at_step(number):
        return lambda: any(int(path.stem.split("-")[1]) >= number for path in steps.glob("step-*.npz"))

    moments = {
        "before the first step": (killed / "config.json").exists,
        "while a checkpoint is written": lambda: any(steps.glob(".partial-*")) and at_step(30)(),
        "after a validation": lambda: at_step(60)() and (killed / "weights" / "best.weights.h5").exists(),
    }
    try:
        for moment, condition in moments.items():
            assert kill_when(start(killed, told), condition), (
                f"the run ended before it was killed {moment}: {told.read_text()}"
            )
        rest = start(killed, told)
        assert rest.wait(300) == 0, told.read_text()
        assert whole.wait(300) == 0, (tmp_path / "told by whole").read_text()
    finally:
        whole.kill()
    assert_same_run(tmp_path / "whole", killed)
