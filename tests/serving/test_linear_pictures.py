"""A linear camera's model answers the same to a picture's file from Python, the command and the server."""

from dataclasses import replace

import numpy as np
import pytest

from hsi_inr_tf import HyperspectralImage, export
from hsi_inr_tf.cli.main import main
from hsi_inr_tf.inference import load
from hsi_inr_tf.optics import srgb
from hsi_inr_tf.serving.limits import Limits
from tests.pictures.writing import png, random, save_tiff

pytest.importorskip("kserve", reason="needs the extra serving")
PIXELS = random(65535, 16, 24, 3, seed=5)


@pytest.fixture(scope="module")
def model(random_model, tmp_path_factory):
    keras_model, described = random_model()
    described = replace(described, camera=replace(described.camera, encoding="linear"))
    path = tmp_path_factory.mktemp("linear") / "linear.tflite"
    return export.tflite(keras_model, described, path, height=None, width=None)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_command_python_and_server_decode_a_linear_cameras_picture_alike(model, tmp_path, suffix):
    from hsi_inr_tf.serving.model import ServedModel

    picture, out = tmp_path / f"picture{suffix}", tmp_path / "cube.npz"
    if suffix == ".png":
        picture.write_bytes(png(PIXELS))
    else:
        save_tiff(picture, PIXELS, photometric="RGB")
    python = load(model)
    linear = srgb.decode((PIXELS / 65535).astype(np.float32))
    expected = python.reconstruct(linear).data
    main(["reconstruct", str(picture), "--model", str(model), "--out", str(out)])
    served = ServedModel("linear", python, Limits())
    np.testing.assert_allclose(python.reconstruct(picture).data, expected, atol=1e-6)
    np.testing.assert_allclose(HyperspectralImage.load(out).data, expected, atol=1e-6)
    answer = python.reconstruct(served.decoded(picture.read_bytes()))
    np.testing.assert_allclose(answer.data, expected, atol=1e-6)
