"""Exported models where nothing else is installed: fresh virtual environments, the package from its built
wheel.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from hsi_inr_tf import export
from hsi_inr_tf.inference import load

ROOT = Path(__file__).resolve().parents[2]


def run(*command, cwd=None):
    done = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:] + done.stdout[-500:]
    return done.stdout


def environment(folder, *packages):
    """A fresh virtual environment that holds just these packages; gives its bin folder."""
    run(sys.executable, "-m", "venv", folder)
    pinned = ("--constraint", ROOT / "constraints.txt") if (ROOT / "constraints.txt").is_file() else ()
    done = subprocess.run(
        [folder / "bin" / "pip", "install", "--quiet", "--no-cache-dir", "--no-compile", *pinned, *packages],
        capture_output=True,
        text=True,
    )
    if done.returncode and ("connection" in done.stderr.lower() or "resolve" in done.stderr.lower()):
        pytest.skip("needs a package index to fill a fresh environment, and none can be reached")
    assert done.returncode == 0, done.stderr[-2000:]
    return folder / "bin"


@pytest.fixture(scope="module")
def exported(random_model, tmp_path_factory):
    """A folder with a small model as m/1 and m.tflite (resizable), a picture rgb.npy and what Keras makes of
    it, hsi.npy.
    """
    folder = tmp_path_factory.mktemp("exported")
    model, description = random_model()
    export.saved_model(model, description, folder / "m" / "1")
    export.tflite(model, description, folder / "m.tflite", height=None, width=None)
    rgb = np.random.default_rng(0).random((1, 48, 40, 3), np.float32)
    np.save(folder / "rgb.npy", rgb)
    np.save(folder / "hsi.npy", model({"rgb": rgb})["hsi"].numpy())
    return folder


def test_saved_model_answers_where_only_tensorflow_is_installed(exported, tmp_path):
    bin_ = environment(tmp_path / "venv", "tensorflow>=2.21,<2.22")
    run(
        bin_ / "python",
        "-c",
        """
import importlib.util
import numpy as np
import tensorflow as tf
assert importlib.util.find_spec("hsi_inr_tf") is None
model = tf.saved_model.load("m/1")
answer = model.signatures["serving_default"](rgb=tf.constant(np.load("rgb.npy")))["hsi"].numpy()
expected = np.load("hsi.npy")
assert abs(answer - expected).max() < 1e-5 * abs(expected).max(), abs(answer - expected).max()
png = tf.io.encode_png(tf.zeros([30, 20, 3], tf.uint8))
assert model.signatures["reconstruct_image"](image_bytes=png[None])["hsi"].shape == (1, 30, 20, 31)
""",
        cwd=exported,
    )
    run(
        bin_ / "saved_model_cli",
        "run",
        "--dir",
        "m/1",
        "--tag_set",
        "serve",
        "--signature_def",
        "serving_default",
        "--inputs",
        "rgb=rgb.npy",
        "--outdir",
        tmp_path,
        cwd=exported,
    )
    np.testing.assert_allclose(np.load(tmp_path / "hsi.npy"), np.load(exported / "hsi.npy"), atol=1e-5)


def test_package_reconstructs_with_litert_where_there_is_no_tensorflow(exported, tmp_path):
    source = tmp_path / "source"
    shutil.copytree(ROOT / "hsi_inr_tf", source / "hsi_inr_tf", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("setup.cfg", "pyproject.toml", "LICENSE", "README.md"):
        if (ROOT / name).is_file():
            shutil.copy(ROOT / name, source)
    run(
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir",
        tmp_path,
        source,
    )
    bin_ = environment(tmp_path / "venv", "numpy", "pillow", "ai-edge-litert")
    run(bin_ / "pip", "install", "--quiet", "--no-deps", *tmp_path.glob("*.whl"))
    run(
        bin_ / "python",
        "-c",
        f"""
import importlib.util, sys
import numpy as np
assert importlib.util.find_spec("tensorflow") is None and importlib.util.find_spec("keras") is None
import hsi_inr_tf
reconstructor = hsi_inr_tf.load("m.tflite")
cube = reconstructor.reconstruct(np.load("rgb.npy")[0])
expected = np.clip(np.load("hsi.npy")[0], 0, 1)
assert abs(cube.data - expected).max() < 1e-5, abs(cube.data - expected).max()
tiled = reconstructor.reconstruct(np.load("rgb.npy")[0], tile=16)
assert abs(tiled.data - expected).max() < 1e-5
assert cube.camera.response.shape == (31, 3)
cube.save({str(tmp_path / "cube.npz")!r})
""",
        cwd=exported,
    )
    from hsi_inr_tf.cubes import HyperspectralImage

    expected = load(exported / "m").reconstruct(np.load(exported / "rgb.npy")[0])
    written = HyperspectralImage.load(tmp_path / "cube.npz")
    np.testing.assert_allclose(written.data, expected.data, atol=1e-5)
    assert written.wavelengths == expected.wavelengths
