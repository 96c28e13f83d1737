"""Checkpoints come back as they were written, or the one before does."""

import json
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.files import PARTIAL, replacing
from hsi_inr_tf.training import checkpoints
from hsi_inr_tf.training.run_folder import RunFolder
from tests.training.small_scenes import TINY

PROCESS = Path(__file__).with_name("train_process.py")


def test_state_comes_back_bit_for_bit(tmp_path):
    state = {
        "model/0000": np.random.default_rng(0).normal(size=(3, 4)).astype(np.float32),
        "step": np.int64(7),
    }
    path = checkpoints.save(tmp_path, 7, state)
    found, back = checkpoints.latest(tmp_path)
    assert found == path
    for name, value in state.items():
        np.testing.assert_array_equal(back[name], value)
        assert back[name].dtype == value.dtype


def test_the_last_two_are_kept(tmp_path):
    for step in (10, 20, 30):
        checkpoints.save(tmp_path, step, {"step": np.int64(step)})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["step-00000020.npz", "step-00000030.npz"]


def test_what_a_killed_write_left_is_not_read_and_goes_when_the_run_goes_on(tmp_path):
    folder = RunFolder(tmp_path).checkpoints
    checkpoints.save(folder, 10, {"step": np.int64(10)})
    left = folder / f"{PARTIAL}123-step-00000020.npz"
    left.write_bytes(b"PK half a file")
    assert checkpoints.latest(folder)[0].name == "step-00000010.npz"
    with RunFolder(tmp_path).lock():
        assert not left.exists()


def test_failed_write_leaves_what_was_there(tmp_path):
    path = checkpoints.save(tmp_path, 10, {"step": np.int64(10)})
    before = path.read_bytes()
    with pytest.raises(InputError, match="cannot be written"), replacing(path) as partial:
        partial.write_text("half")
        raise OSError(28, "No space left on device")
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]


def test_only_damaged_checkpoints_are_an_error(tmp_path):
    (tmp_path / "step-00000010.npz").write_bytes(b"not a checkpoint")
    with pytest.raises(InputError, match=r"no checkpoint can be read: .*step-00000010.npz"):
        checkpoints.latest(tmp_path)


def test_full_disk_ends_training_with_a_sentence_and_a_whole_checkpoint(tmp_path):
    """On a file system of 600 KB, in a mount namespace of the process's own."""
    disk, seen = tmp_path / "disk", tmp_path / "seen"
    disk.mkdir()
    mount = f"mount -t tmpfs -o size=600k none {disk}"
    if subprocess.run(["unshare", "-rm", "sh", "-c", mount], capture_output=True).returncode:
        pytest.skip("needs the right to mount a small file system (unshare -rm)")
    train = shlex.join(
        map(
            str,
            [
                sys.executable,
                PROCESS,
                "--out",
                disk / "run",
                "--model",
                "inr-single",
                "--overrides",
                json.dumps(TINY),
                "--steps",
                100,
                "--batch-size",
                2,
                "--patch",
                16,
                "--log-every",
                5,
                "--validate-every",
                100,
                "--checkpoint-seconds",
                0,
                "--no-tensorboard",
            ],
        )
    )
    ended = subprocess.run(
        [
            "unshare",
            "-rm",
            "sh",
            "-c",
            f"{mount} && {train}; status=$?; cp -r {disk}/run {seen}; exit $status",
        ],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ended.returncode == 2, ended.stderr
    message = ended.stderr.splitlines()[-1]
    assert message.startswith("error: ") and "cannot be written" in message and "No space left" in message
    path, state = checkpoints.latest(seen / "checkpoints")
    assert path.name == f"step-{int(state['step']):08d}.npz" and int(state["step"]) > 0
