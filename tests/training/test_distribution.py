"""The number of devices and processes does not change what is learnt."""

import csv
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from small_scenes import TINY

PROCESS = Path(__file__).with_name("train_process.py")
SETTINGS = ["--model", "inr-single", "--overrides", json.dumps(TINY), "--loss", "l1+sam",
            "--steps", "20", "--batch-size", "4", "--patch", "16", "--log-every", "1", "--validate-every", "20",
            "--warmup-steps", "2",            "--clip-norm", "0.05", "--ema", "0.9", "--no-tensorboard"]


def start(out, *arguments, **environment):
    return subprocess.Popen([sys.executable, PROCESS, "--out", out, *SETTINGS, *arguments], env={**os.environ, **environment},
                            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def start_two_workers(out, *arguments):
    """Two processes that meet over the loopback device, as two machines would."""
    with socket.socket() as one, socket.socket() as two:
        one.bind(("127.0.0.1", 0))
        two.bind(("127.0.0.1", 0))
        cluster = {"worker": [f"127.0.0.1:{place.getsockname()[1]}" for place in (one, two)]}
    tasks = [{"cluster": cluster, "task": {"type": "worker", "index": index}} for index in (0, 1)]
    return [start(out, *arguments, TF_CONFIG=json.dumps(task)) for task in tasks]


def end(*processes, seconds=240):
    """Exit statuses and what was said, after at most so long."""
    try:
        told = [process.communicate(timeout=seconds)[1] for process in processes]
        return [process.returncode for process in processes], told
    finally:
        for process in processes:
            process.kill()


def losses(folder):
    with open(folder / "log.csv", newline="") as file:
        return [float(row["loss"]) for row in csv.DictReader(file)]


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """The losses of one device."""
    out = tmp_path_factory.mktemp("alone") / "run"
    (status,), (told,) = end(start(out, "--strategy", "one"))
    assert status == 0, told
    return losses(out)


def test_two_devices_give_the_losses_of_one(alone, tmp_path):
    (status,), (told,) = end(start(tmp_path / "run", "--strategy", "mirrored", DEVICES="2"))
    assert status == 0, told
    np.testing.assert_allclose(losses(tmp_path / "run"), alone, rtol=1e-6)
    assert json.loads((tmp_path / "run" / "description.json").read_text())["provenance"]["devices"] == 2


def test_two_processes_give_the_losses_of_one(alone, tmp_path):
    status, told = end(*start_two_workers(tmp_path / "run"))
    assert status == [0, 0], "\n".join(told)
    np.testing.assert_allclose(losses(tmp_path / "run"), alone, rtol=1e-6)


def test_batch_that_cannot_be_shared_is_refused(tmp_path):
    (status,), (told,) = end(start(tmp_path / "run", "--strategy", "mirrored", "--batch-size", "3", DEVICES="2"))
    assert status == 2
    assert "--batch-size 3 cannot be shared equally by 2 devices" in told


def test_lost_worker_ends_the_other_with_a_sentence(tmp_path):
    stays, dies = start_two_workers(tmp_path / "run", "--steps", "100000", "--checkpoint-seconds", "0")
    try:
        while not list((tmp_path / "run").glob("checkpoints/step-*.npz")):
            assert stays.poll() is None, stays.stderr.read()
        dies.kill()
        (status,), (told,) = end(stays)
    finally:
        for process in (stays, dies):
            process.kill()
            process.wait()
    assert status == 2
    assert "another worker is gone; start all of them again to go on from the last checkpoint" in told
