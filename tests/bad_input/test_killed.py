"""SIGKILL and SIGTERM at chosen moments of writing: nothing that existed is lost, and the next run starts
cleanly.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hsi_inr_tf.files import PARTIAL
from hsi_inr_tf.trained.bundles import PRETRAINED
from tests.bad_input.spoiling import hashes

BUNDLE = PRETRAINED / "inr-edge"
FORKING = Path(__file__).with_name("forking.py")
# command -> (the output, arguments, moments as (function, which call, before or after it, signal))
KILL, TERM = signal.SIGKILL, signal.SIGTERM
COMMANDS = {
    "reconstruct": (
        "out.npz",
        ["reconstruct", "photo.png", "--model", "model", "--out", "out.npz"],
        [
            ("os.replace", 1, "before", KILL),
            ("os.replace", 1, "after", TERM),
            ("os.access", 1, "after", TERM),
        ],
    ),
    "view": (
        "drawn",
        ["view", "cube.npz", "--out", "drawn"],
        [("os.access", 1, "after", KILL), ("os.access", 4, "after", TERM), ("os.replace", 1, "before", KILL)],
    ),
    "export to tflite": (
        "m.tflite",
        ["export", "inr-edge", "--size", "32", "--out", "m.tflite", "--no-time"],
        [
            ("hsi_inr_tf.trained.exported_files.append", 1, "before", KILL),
            ("os.replace", 1, "before", TERM),
        ],
    ),
    "export to a SavedModel": (
        "saved",
        ["export", "inr-edge", "--format", "saved_model", "--out", "saved", "--no-time"],
        [
            ("tensorflow.saved_model.save", 1, "after", TERM),
            ("hsi_inr_tf.files.replacing.exchange", 1, "after", KILL),
        ],
    ),
    "adapt": (
        "mine",
        ["adapt", "inr-edge", "--picture", "photo.png", "--points", "points.csv", "--out", "mine"],
        [
            ("hsi_inr_tf.export.model_folder.save_weights", 1, "after", TERM),
            ("hsi_inr_tf.files.replacing.exchange", 1, "before", KILL),
        ],
    ),
    "bundle": (
        "bundled",
        ["bundle", "run", "--out", "bundled"],
        [
            ("hsi_inr_tf.export.model_folder.tflite", 1, "after", KILL),
        ],
    ),
}
CASES = [(name, *moment) for name, (_, _, moments) in COMMANDS.items() for moment in moments]


def whole(folder: Path) -> dict[str, str]:
    """What is there, but for what is being written."""
    return {name: value for name, value in hashes(folder).items() if PARTIAL not in name}


@pytest.fixture(scope="session")
def run(tmp_path_factory):
    """`run(folder, argv, *moment)`: (exit status, words) of a command, killed at the moment if there is
    one.
    """
    words = tmp_path_factory.mktemp("words")
    parent = subprocess.Popen(
        [sys.executable, FORKING], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )

    def ask(folder, argv, *moment):
        job = {"folder": str(folder), "argv": argv, "said": str(words / f"{len(os.listdir(words))}")}
        job |= dict(zip(("place", "call", "when", "signal"), moment, strict=False))
        parent.stdin.write(json.dumps(job) + "\n")
        parent.stdin.flush()
        return int(parent.stdout.readline()), Path(job["said"]).read_text()

    yield ask
    parent.stdin.close()
    parent.wait(30)


def as_run(bundle: Path, run: Path) -> None:
    """The run folder that a bundled model might come from."""
    (run / "weights").mkdir(parents=True)
    shutil.copy(bundle / "model.weights.h5", run / "weights" / "last.weights.h5")
    shutil.copy(bundle / "description.json", run)
    shutil.copy(bundle / "training.json", run / "config.json")


@pytest.fixture(scope="session")
def done(good, run, tmp_path_factory):
    """`done(command)`: a folder of good input in which the command has run once."""
    made = {}

    def once(command):
        if command not in made:
            made[command] = folder = tmp_path_factory.mktemp("done")
            shutil.copytree(good, folder, dirs_exist_ok=True)
            if command == "bundle":
                as_run(BUNDLE, folder / "run")
            bands = ",".join(str(nm) for nm in range(400, 701, 10))
            rows = [f"{3 * n},{2 * n}," + ",".join(["0.4"] * 31) for n in range(6)]
            (folder / "points.csv").write_text("\n".join([f"row,column,{bands}", *rows]))
            status, said = run(folder, COMMANDS[command][1])
            assert status == 0, said
        return made[command]

    return once


@pytest.mark.parametrize(("command", "function", "call", "when", "number"), CASES)
def test_killed_while_it_replaces(done, run, tmp_path, command, function, call, when, number):
    output, argv, _ = COMMANDS[command]
    place = tmp_path / "place"
    shutil.copytree(done(command), place)
    before = whole(place)
    assert any(name == output or name.startswith(f"{output}/") for name in before)
    status, said = run(place, argv, function, call, when, number)
    assert status == -number, said
    assert set(whole(place)) == set(before)  # the old or the new, all of it
    if when == "before" or ("exchange" not in function and "replace" not in function):
        assert whole(place) == before
    status, said = run(place, argv)
    assert status == 0, said
    assert set(hashes(place)) == set(before)  # and nothing that the killed one left
    assert not [name for name in os.listdir(place) if name.startswith(PARTIAL)]


def test_what_a_killed_build_left_goes_with_the_next(run, tmp_path):
    argv, left = ["build", "reflectance_collage", "--data-dir", "data"], set()
    for number in (KILL, TERM, KILL):
        status, said = run(tmp_path, argv, "hsi_inr_tf.data.builder._generate", 1, "after", number)
        assert status == -number, said
        now = {path.name for path in tmp_path.rglob("incomplete.*")}
        assert len(now) == 1 and not now & left  # this one's own
        left |= now
