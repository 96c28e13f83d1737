"""Reconstruction on a Beam runner: the plain command's cubes, and broken pictures that stop nothing."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hsi_inr_tf import export

pytest.importorskip("apache_beam", reason="needs the extra beam")
SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "reconstruct.py"


@pytest.fixture
def folder(random_model, tmp_path):
    """A model at model.tflite and pictures of two sizes in pictures/, one of them broken."""
    generator = np.random.default_rng(0)
    model, description = random_model()
    export.tflite(model, description, tmp_path / "model.tflite", height=None, width=None)
    (tmp_path / "pictures").mkdir()
    for name, side in (("a", 24), ("b", 40), ("c", 24)):
        Image.fromarray(generator.integers(0, 256, (side, 32, 3), np.uint8)).save(
            tmp_path / "pictures" / f"{name}.png"
        )
    (tmp_path / "pictures" / "broken.png").write_bytes((tmp_path / "pictures" / "a.png").read_bytes()[:200])
    return tmp_path


def test_cubes_equal_the_plain_commands_and_broken_pictures_stop_nothing(folder):
    command = [sys.executable, SCRIPT, "--model", "model.tflite"]
    on_runner = subprocess.run(
        [*command, "pictures", "--out", "beam", "--runner", "DirectRunner"],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert on_runner.returncode == 2
    assert "1 of 4 pictures" in on_runner.stderr and "broken.png" in on_runner.stderr
    assert "Traceback" not in on_runner.stderr
    whole = [f"pictures/{name}.png" for name in "abc"]
    plain = subprocess.run([*command, *whole, "--out", "plain"], cwd=folder, capture_output=True, text=True)
    assert plain.returncode == 0, plain.stderr
    for name in "abc":
        assert (folder / "beam" / f"{name}.img").read_bytes() == (
            folder / "plain" / f"{name}.img"
        ).read_bytes()
        assert (folder / "beam" / f"{name}.hdr").read_bytes() == (
            folder / "plain" / f"{name}.hdr"
        ).read_bytes()
    assert not list((folder / "beam").glob("broken.*"))
    lines = [
        json.loads(line) for line in (folder / "beam" / "reconstruct-report.jsonl").read_text().splitlines()
    ]
    assert sorted((line["picture"], line["error"] is None) for line in lines) == [
        ("pictures/a.png", True),
        ("pictures/b.png", True),
        ("pictures/broken.png", False),
        ("pictures/c.png", True),
    ]


def test_an_unknown_runner_is_named(folder):
    ended = subprocess.run(
        [sys.executable, SCRIPT, "pictures", "--model", "model.tflite", "--out", "x", "--runner", "NoRunner"],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 2
    assert "no runner NoRunner" in ended.stderr


def test_pictures_that_a_runner_loses_are_named_and_those_it_computes_twice_count_once():
    from hsi_inr_tf.inference.beam import Outcome, accounted_for

    jobs = [("b.png", "b.hdr"), ("a.png", "a.hdr"), ("c.png", "c.hdr")]
    told = [
        Outcome("a.png", summary="fine"),
        Outcome("c.png", error="damaged"),
        Outcome("a.png", summary="fine"),
    ]
    a, b, c = accounted_for(jobs, told)
    assert (a.picture, b.picture, c.picture) == ("a.png", "b.png", "c.png")
    assert a.summary == "fine" and c.error == "damaged"
    assert "b.png was lost by the runner" in b.error
