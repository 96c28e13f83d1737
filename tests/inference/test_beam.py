"""Reconstruction on a Beam runner: the plain command's cubes, and broken pictures that stop nothing."""

import json
import shutil
import subprocess
import sys
import time
from dataclasses import asdict
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


def test_a_model_that_cannot_be_loaded_is_refused_before_a_worker_starts(folder):
    (folder / "model.tflite").write_bytes(b"no model")
    ended = subprocess.run(
        [
            sys.executable,
            SCRIPT,
            "pictures",
            "--model",
            "model.tflite",
            "--out",
            "x",
            "--runner",
            "DirectRunner",
        ],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 2 and "model.tflite" in ended.stderr and "Traceback" not in ended.stderr
    assert not (folder / "x" / "reconstruct-report.jsonl").exists()


def test_pictures_that_a_runner_loses_are_named(tmp_path):
    from hsi_inr_tf.inference.beam import Outcome, accounted_for

    jobs = [(0, "b.png", "b.hdr"), (1, "a.png", "a.hdr"), (2, "c.png", "c.hdr")]
    for number, told in ((1, Outcome("a.png", summary="fine")), (2, Outcome("c.png", error="damaged"))):
        (tmp_path / f"{number}.json").write_text(json.dumps(asdict(told)))
    a, b, c = accounted_for(jobs, tmp_path)
    assert (a.picture, b.picture, c.picture) == ("a.png", "b.png", "c.png")
    assert a.summary == "fine" and c.error == "damaged"
    assert "b.png was lost by the runner" in b.error
    assert "KilledWorker" in accounted_for(jobs, tmp_path, "KilledWorker: gave up")[1].error


def test_a_job_that_is_computed_once_more_after_the_run_leaves_nothing(folder):
    from hsi_inr_tf.inference.beam import Reconstruct

    work = folder / "cubes" / ".outcomes"
    job = 0, str(folder / "pictures" / "a.png"), str(folder / "cubes" / "a.hdr")
    reconstruct = Reconstruct((str(folder / "model.tflite"), "litert", False), lambda *_: "made", str(work))
    work.mkdir(parents=True)
    reconstruct.process(job)
    assert json.loads((work / "0.json").read_text())["summary"] == "made"
    shutil.rmtree(work)
    reconstruct.process(job)
    assert not list((folder / "cubes").iterdir())


def test_on_dask_nothing_is_lost_when_a_worker_is_killed(tmp_path):
    pytest.importorskip("distributed", reason="needs the extra dask")
    import psutil

    generator = np.random.default_rng(0)
    (tmp_path / "pictures").mkdir()
    for number in range(12):
        picture = generator.integers(0, 256, (int(generator.integers(160, 240)), 256, 3), np.uint8)
        Image.fromarray(picture).save(tmp_path / "pictures" / f"{number:02}.png")
    broken = {"03.png", "08.png"}
    for name in broken:
        path = tmp_path / "pictures" / name
        path.write_bytes(path.read_bytes()[:200])
    command = [sys.executable, SCRIPT, "pictures", "--model", "inr-edge"]
    on_dask = subprocess.Popen(
        [*command, "--out", "dask", "--runner", "DaskRunner"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not list((tmp_path / "dask").glob("*.hdr")):
        assert on_dask.poll() is None, on_dask.communicate()
        time.sleep(0.02)
    workers = [
        child
        for child in psutil.Process(on_dask.pid).children(recursive=True)
        if any("spawn_main" in word for word in child.cmdline())
    ]
    assert len(workers) >= 2
    workers[0].kill()
    complained = on_dask.communicate(timeout=300)[1]
    assert on_dask.returncode == 2 and "2 of 12 pictures" in complained, complained
    plain = subprocess.run([*command, "--out", "plain"], cwd=tmp_path, capture_output=True, text=True)
    assert plain.returncode == 2, plain.stderr
    written = {path.name: path.read_bytes() for path in (tmp_path / "plain").iterdir()}
    assert len(written) == 20
    (tmp_path / "dask" / "reconstruct-report.jsonl").unlink()
    left = {path.name: path.read_bytes() for path in (tmp_path / "dask").iterdir()}
    assert {name: left[name] for name in written} == written
    assert set(left) == set(written)
