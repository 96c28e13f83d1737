"""The number of devices and processes does not change what is learnt."""

import csv
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from hsi_inr_tf.trained.weights import load_run
from tests.training.small_scenes import TINY

PROCESS = Path(__file__).with_name("train_process.py")
SETTINGS = [
    "--model",
    "inr-single",
    "--overrides",
    json.dumps(TINY),
    "--loss",
    "l1+sam",
    "--steps",
    "20",
    "--batch-size",
    "4",
    "--patch",
    "16",
    "--log-every",
    "1",
    "--validate-every",
    "20",
    "--warmup-steps",
    "2",
    "--clip-norm",
    "0.05",
    "--ema",
    "0.9",
    "--no-tensorboard",
]


def start(told, out, *arguments, **environment):
    """A process whose words go to the file `told`: a pipe that nobody empties would stop it."""
    with open(told, "w") as file:
        return subprocess.Popen(
            [sys.executable, PROCESS, "--out", out, *SETTINGS, *arguments],
            env={**os.environ, **environment},
            stdout=subprocess.DEVNULL,
            stderr=file,
        )


def start_two_workers(out, *arguments):
    """Two processes that meet over the loopback device, as two machines would."""
    with socket.socket() as one, socket.socket() as two:
        one.bind(("127.0.0.1", 0))
        two.bind(("127.0.0.1", 0))
        cluster = {"worker": [f"127.0.0.1:{place.getsockname()[1]}" for place in (one, two)]}
    return [
        start(
            out.with_name(f"told by {index}"),
            out,
            *arguments,
            TF_CONFIG=json.dumps({"cluster": cluster, "task": {"type": "worker", "index": index}}),
        )
        for index in (0, 1)
    ]


def end(*processes, seconds=400):
    """Exit statuses, after at most so long."""
    try:
        return [process.wait(seconds) for process in processes]
    finally:
        for process in processes:
            process.kill()


def losses(folder):
    with open(folder / "log.csv", newline="") as file:
        return [float(row["loss"]) for row in csv.DictReader(file)]


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """The losses of one device."""
    folder = tmp_path_factory.mktemp("alone")
    assert end(start(folder / "told", folder / "run", "--strategy", "one")) == [0], (
        folder / "told"
    ).read_text()
    return losses(folder / "run")


def test_two_devices_give_the_losses_of_one(alone, tmp_path):
    out, told = tmp_path / "run", tmp_path / "told"
    assert end(start(told, out, "--strategy", "mirrored", DEVICES="2")) == [0], told.read_text()
    np.testing.assert_allclose(losses(out), alone, rtol=1e-6)
    assert json.loads((out / "description.json").read_text())["provenance"]["devices"] == 2


def test_two_processes_give_the_losses_of_one(alone, tmp_path):
    assert end(*start_two_workers(tmp_path / "run")) == [0, 0], (tmp_path / "told by 0").read_text()
    np.testing.assert_allclose(losses(tmp_path / "run"), alone, rtol=1e-6)


def test_two_devices_give_the_losses_of_one_on_data_sets_of_other_bands(tmp_path):
    small = {**TINY, "hidden": 4, "dropout": 0.0}
    settings = ["--model", "inr-edge", "--overrides", json.dumps(small), "--steps", "12"]
    one = start(tmp_path / "told by one", tmp_path / "one", *settings, "--strategy", "one", MIXED="")
    told = tmp_path / "told by two"
    two = start(told, tmp_path / "two", *settings, "--strategy", "mirrored", MIXED="", DEVICES="2")
    assert end(one, two) == [0, 0], told.read_text()
    np.testing.assert_allclose(losses(tmp_path / "two"), losses(tmp_path / "one"), rtol=1e-5)


def test_batch_that_cannot_be_shared_is_refused(tmp_path):
    told = tmp_path / "told"
    assert end(start(told, tmp_path / "run", "--strategy", "mirrored", "--batch-size", "3", DEVICES="2")) == [
        2
    ]
    assert "--batch-size 3 cannot be shared equally by 2 devices" in told.read_text()


def test_two_processes_of_which_one_is_killed_end_with_the_same_weights(tmp_path):
    """The other ends with a sentence; both are started again, and go on from the last checkpoint."""
    out, told = tmp_path / "run", tmp_path / "told by 0"
    long = ("--steps", "120", "--validate-every", "60", "--checkpoint-seconds", "0")
    stays, dies = start_two_workers(out, *long)
    deadline = time.monotonic() + 300
    try:
        while not list(out.glob("checkpoints/step-*.npz")):
            assert stays.poll() is None and time.monotonic() < deadline, told.read_text()
            time.sleep(0.1)
        dies.kill()
        assert end(stays) == [2], told.read_text()
    finally:
        for process in (stays, dies):
            process.kill()
            process.wait()
    assert (
        "another worker is gone; start all of them again to go on from the last checkpoint"
        in told.read_text()
    )
    assert not (out / "weights" / "last.weights.h5").exists()
    assert end(*start_two_workers(out, *long)) == [0, 0], told.read_text()
    whole = tmp_path / "whole" / "run"
    whole.parent.mkdir()
    assert end(*start_two_workers(whole, *long)) == [0, 0]
    for one, other in zip(
        load_run(out, "last")[0].get_weights(), load_run(whole, "last")[0].get_weights(), strict=True
    ):
        np.testing.assert_array_equal(one, other)
