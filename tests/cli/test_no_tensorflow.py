"""What users of a model do loads neither TensorFlow nor Keras, nor TFDS where no dataset is built."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hsi_inr_tf.cli.benchmarks import load

HEAVY = {"tensorflow", "keras", "tensorflow_datasets"}
CODE = f"""
import sys
from hsi_inr_tf.cli.main import main
main(sys.argv[1:])
print("loaded:", sorted({HEAVY} & set(sys.modules)))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with photo.png, and pairs/ of two pictures and their cubes."""
    folder = tmp_path_factory.mktemp("light")
    (folder / "pairs").mkdir()
    for name in ("pairs/a", "pairs/b", "photo"):
        pixels = np.random.default_rng(len(name)).integers(0, 256, (32, 40, 3), np.uint8)
        Image.fromarray(pixels).save(folder / f"{name}.png")
        run(folder, "reconstruct", f"{name}.png", "--model", "inr-edge", "--out", f"{name}.hdr")
    return folder


def run(folder, *arguments):
    command = [sys.executable, "-c", CODE, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "command",
    [
        ["reconstruct", "photo.png", "--model", "inr-compact", "--uncertainty", "--out", "again.nc"],
        ["view", "photo.hdr", "--out", "page"],
        ["points", "photo.png", "--count", "2", "--out", "points.csv"],
        ["evaluate", "inr-edge", "--dataset", "folder:pairs", "--split", "train", "--coverage"],
        ["inspect-data", "folder:pairs", "--out", "sheet.png"],
        ["benchmark", "--help"],
    ],
    ids=lambda command: command[0],
)
def test_a_command_that_does_not_train(folder, command):
    assert run(folder, *command).splitlines()[-1] == "loaded: []"


def test_the_server():
    """Of a bundled model: what its process has mapped tells what it has loaded."""
    pytest.importorskip("kserve", reason="needs the extra serving")
    with load.serving("inr-edge") as server:
        maps = Path(f"/proc/{server.process.pid}/maps").read_text()
    assert "ai_edge_litert" in maps and "/tensorflow/" not in maps
