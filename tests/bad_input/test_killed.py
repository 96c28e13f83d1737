"""SIGKILL at chosen moments of writing: nothing that existed is lost, and the next run starts cleanly."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hsi_inr_tf.files import PARTIAL
from tests.bad_input.spoiling import hashes

# Runs a command and kills its own process when a function is called for the n-th time, before or after it.
KILLER = """
import importlib, os, signal, sys
place, count, after, *argv = sys.argv[1:]
module, name = place.rsplit(".", 1)
module = importlib.import_module(module)
real, left = getattr(module, name), [int(count)]
def killing(*args, **kwargs):
    left[0] -= 1
    if left[0]:
        return real(*args, **kwargs)
    if after == "after":
        real(*args, **kwargs)
    os.kill(os.getpid(), signal.SIGKILL)
setattr(module, name, killing)
from hsi_inr_tf.cli.main import main
main(argv)
"""
# command -> (the output, arguments, moments as (function, which call, before or after it))
COMMANDS = {
    "reconstruct": (
        "out.npz",
        ["reconstruct", "photo.png", "--model", "model", "--out", "out.npz"],
        [("os.replace", 1, "before"), ("os.replace", 1, "after"), ("os.access", 1, "after")],
    ),
    "view": (
        "drawn",
        ["view", "cube.npz", "--out", "drawn"],
        [("os.access", 1, "after"), ("os.access", 4, "after"), ("os.replace", 1, "before")],
    ),
    "export to tflite": (
        "m.tflite",
        ["export", "inr-edge", "--size", "32", "--out", "m.tflite", "--no-time"],
        [
            ("hsi_inr_tf.trained.exported_files.append", 1, "before"),
            ("hsi_inr_tf.trained.exported_files.append", 1, "after"),
            ("os.replace", 1, "before"),
        ],
    ),
    "export to a SavedModel": (
        "saved",
        ["export", "inr-edge", "--format", "saved_model", "--out", "saved", "--no-time"],
        [
            ("hsi_inr_tf.export.graphs.signatures", 1, "after"),
            ("tensorflow.saved_model.save", 1, "after"),
            ("hsi_inr_tf.files.replacing.exchange", 1, "before"),
            ("hsi_inr_tf.files.replacing.exchange", 1, "after"),
        ],
    ),
    "adapt": (
        "mine",
        ["adapt", "inr-edge", "--picture", "photo.png", "--points", "points.csv", "--out", "mine"],
        [
            ("hsi_inr_tf.export.model_folder.save_weights", 1, "after"),
            ("hsi_inr_tf.export.model_folder.tflite", 1, "after"),
            ("hsi_inr_tf.files.replacing.exchange", 1, "before"),
            ("hsi_inr_tf.files.replacing.exchange", 1, "after"),
        ],
    ),
}
CASES = [(name, *moment) for name, (_, _, moments) in COMMANDS.items() for moment in moments]


def whole(folder: Path) -> dict[str, str]:
    """What is there, but for what is being written."""
    return {name: value for name, value in hashes(folder).items() if PARTIAL not in name}


def run(*argv):
    return subprocess.run([sys.executable, *argv], capture_output=True, text=True)


@pytest.fixture(scope="session")
def done(good, tmp_path_factory):
    """`done(command)`: a folder of good input in which the command has run once."""
    made = {}

    def once(command):
        if command not in made:
            made[command] = tmp_path_factory.mktemp("done")
            subprocess.run(["cp", "-r", f"{good}/.", made[command]], check=True)
            bands = ",".join(str(nm) for nm in range(400, 701, 10))
            rows = [f"{3 * n},{2 * n}," + ",".join(["0.4"] * 31) for n in range(6)]
            (made[command] / "points.csv").write_text("\n".join([f"row,column,{bands}", *rows]))
            finished = subprocess.run(
                [sys.executable, "-m", "hsi_inr_tf", *COMMANDS[command][1]],
                cwd=made[command],
                capture_output=True,
                text=True,
            )
            assert finished.returncode == 0, finished.stderr
        return made[command]

    return once


@pytest.mark.parametrize(("command", "function", "call", "when"), CASES)
def test_killed_while_it_replaces(done, tmp_path, monkeypatch, command, function, call, when):
    output, argv, _ = COMMANDS[command]
    place = tmp_path / "place"
    subprocess.run(["cp", "-r", done(command), place], check=True)
    monkeypatch.chdir(place)
    before = whole(place)
    assert any(name == output or name.startswith(f"{output}/") for name in before)
    killed = run("-c", KILLER, function, str(call), when, *argv)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert set(whole(place)) == set(before)  # the old or the new, all of it
    if when == "before" or ("exchange" not in function and "replace" not in function):
        assert whole(place) == before
    again = run("-m", "hsi_inr_tf", *argv)
    assert again.returncode == 0, again.stderr
    assert set(hashes(place)) == set(before)  # and nothing that the killed one left
    assert not [name for name in os.listdir(place) if name.startswith(PARTIAL)]
