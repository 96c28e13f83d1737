"""The package as a person gets it: its wheel in an environment of its own, outside of the repository."""

import shutil
import site
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hsi_inr_tf import HyperspectralImage
from hsi_inr_tf.cli.main import COMMANDS

ROOT = Path(__file__).resolve().parents[2]


def run(*command, cwd):
    return subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True)


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """(the bin folder, a folder to work in): a plain `pip install` of the wheel, with what it asks for."""
    folder = tmp_path_factory.mktemp("installed")
    source = folder / "source"
    left_out = shutil.ignore_patterns("__pycache__", "runs", "*.egg-info")
    for name in ("hsi_inr_tf", "tfds_builders"):
        shutil.copytree(ROOT / name, source / name, ignore=left_out)
    for name in ("setup.cfg", "pyproject.toml", "LICENSE", "README.md"):
        shutil.copy(ROOT / name, source)
    wheel = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    done = run(*wheel, "--wheel-dir", folder, source, cwd=folder)
    assert done.returncode == 0, done.stderr[-2000:]
    run(sys.executable, "-m", "venv", folder / "venv", cwd=folder)
    bin_ = folder / "venv" / "bin"
    pip = [bin_ / "pip", "install", "--quiet", "--no-cache-dir", "--no-compile"]
    done = run(*pip, "--constraint", ROOT / "constraints.txt", *folder.glob("*.whl"), cwd=folder)
    if done.returncode and ("connection" in done.stderr.lower() or "resolve" in done.stderr.lower()):
        pytest.skip("needs a package index to fill a fresh environment, and none can be reached")
    assert done.returncode == 0, done.stderr[-2000:]
    work = folder / "work"
    work.mkdir()
    pixels = np.random.default_rng(0).integers(0, 256, (40, 56, 3), np.uint8)
    Image.fromarray(pixels).save(work / "photo.png")
    return bin_, work


def test_every_command_explains_itself(installed):
    bin_, work = installed
    for name in COMMANDS:
        done = run(bin_ / "hsi-inr", name, "--help", cwd=work)
        assert done.returncode == 0, (name, done.stderr)
        assert name == "benchmark" or "Examples:" in done.stdout, name


def test_a_photograph_becomes_a_cube_and_a_page_without_tensorflow(installed):
    bin_, work = installed
    assert run(bin_ / "python", "-c", "import tensorflow", cwd=work).returncode != 0
    reconstruct = [bin_ / "hsi-inr", "reconstruct", "photo.png", "--model", "inr-edge", "--out", "photo.hdr"]
    done = run(*reconstruct, "--uncertainty", cwd=work)
    assert done.returncode == 0, done.stderr
    assert "typical uncertainty" in done.stdout
    cube, widths = (HyperspectralImage.load(work / name) for name in ("photo.hdr", "photo_uncertainty.hdr"))
    assert cube.shape == widths.shape == (40, 56, 31) and widths.data.min() > 0
    for command in (["view", "photo.hdr", "--out", "page"], ["points", "photo.png", "--count", "4"]):
        done = run(bin_ / "hsi-inr", *command, cwd=work)
        assert done.returncode == 0, done.stderr
    assert (work / "page" / "index.html").is_file()


@pytest.mark.parametrize(
    "command",
    [
        ["train", "--dataset", "folder:."],
        ["export", "inr-edge", "--out", "model"],
        ["build", "reflectance_collage"],
    ],
)
def test_what_needs_tensorflow_says_so_in_one_sentence(installed, command):
    bin_, work = installed
    done = run(bin_ / "hsi-inr", *command, cwd=work)
    assert done.returncode == 2
    [line] = done.stderr.strip().splitlines()
    assert "hsi_inr_tf[train]" in line, line


def test_with_tensorflow_a_dataset_is_built_from_the_wheel(installed):
    """TensorFlow and TFDS come from the environment of the tests, the package from the wheel."""
    bin_, work = installed
    [own] = (bin_.parent / "lib").glob("python*/site-packages")
    (own / "zz-tests.pth").write_text("\n".join(site.getsitepackages()))
    try:
        done = run(bin_ / "hsi-inr", "build", "reflectance_collage", "--data-dir", work / "data", cwd=work)
        assert done.returncode == 0, done.stderr[-2000:]
        where = run(bin_ / "python", "-c", "import hsi_inr_tf; print(hsi_inr_tf.__file__)", cwd=work)
        assert str(own) in where.stdout
        assert list((work / "data" / "reflectance_collage").glob("*/dataset_info.json"))
    finally:
        (own / "zz-tests.pth").unlink()
