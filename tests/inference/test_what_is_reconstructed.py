"""A picture comes as a file, a Picture or an array of any usual kind, and in either encoding; the engine is
the one asked for.
"""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from hsi_inr_tf import HyperspectralImage, load
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.inference import Reconstructor
from hsi_inr_tf.inference.keras_engine import KerasEngine
from hsi_inr_tf.inference.litert_engine import LiteRTEngine
from hsi_inr_tf.optics import srgb
from hsi_inr_tf.pictures import Picture, read_picture


@pytest.fixture(scope="module")
def edge() -> Reconstructor:
    return load("inr-edge")


@pytest.fixture(scope="module")
def rgb() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (20, 28, 3), np.uint8)


def test_a_file_a_picture_and_an_array_give_the_same_cube(edge, rgb, tmp_path):
    Image.fromarray(rgb).save(tmp_path / "a.png")
    expected = edge.reconstruct(rgb).data
    for source in (
        str(tmp_path / "a.png"),
        tmp_path / "a.png",
        read_picture(tmp_path / "a.png"),
        rgb / 255.0,
    ):
        assert edge.reconstruct(source).data == pytest.approx(expected, abs=1e-6)


def test_grey_is_repeated_and_transparency_dropped_as_for_files(edge, rgb):
    grey = rgb[..., 0]
    expected = edge.reconstruct(np.repeat(grey[..., None], 3, axis=2)).data
    assert np.array_equal(edge.reconstruct(grey).data, expected)
    assert np.array_equal(edge.reconstruct(grey[..., None]).data, expected)
    opaque = np.concatenate([rgb, np.full((20, 28, 1), 9, np.uint8)], axis=2)
    assert np.array_equal(edge.reconstruct(opaque).data, edge.reconstruct(rgb).data)


@pytest.mark.parametrize("shape", [(4,), (4, 5, 2), (4, 5, 5), (0, 5, 3), (2, 4, 5, 3)])
def test_other_shapes_are_refused(edge, shape):
    with pytest.raises(InputError, match=r"expected \[height, width, 3\]"):
        edge.reconstruct(np.zeros(shape, np.float32))


def test_a_picture_is_brought_to_the_encoding_of_the_models_camera(edge, rgb):
    """A model of a linear camera sees linear light of an sRGB file, but takes arrays as they are."""
    camera = replace(edge.description.camera, encoding="linear")
    engine = LiteRTEngine("hsi_inr_tf/pretrained/inr-edge/model.tflite")
    engine.description = replace(engine.description, camera=camera)
    linear = Reconstructor(engine)
    light = srgb.decode(rgb.astype(np.float32) / 255)
    expected = linear.reconstruct(light).data
    assert linear.reconstruct(Picture(rgb)).data == pytest.approx(expected, abs=1e-6)
    assert linear.reconstruct(Picture(light, encoding="linear")).data == pytest.approx(expected, abs=1e-6)
    points = [[3.0, 4.0], [10.5, 7.25]]
    assert linear.query(Picture(rgb), points[:1])[0] == pytest.approx(expected[3, 4], abs=1e-5)
    back = edge.reconstruct(Picture(light, encoding="linear")).data
    assert back == pytest.approx(edge.reconstruct(rgb).data, abs=1e-4)


def test_the_cube_is_an_array_and_gives_spectra_by_index(edge, rgb):
    image = edge.reconstruct(rgb)
    assert np.array_equal(np.asarray(image), image.data) and np.asarray(image, np.float64).dtype == np.float64
    assert np.array_equal(image[3, 4], image.spectrum(3, 4))
    assert image[2:4, :, 0].shape == (2, 28)
    with pytest.raises(InputError, match="20 x 28"):
        image[20, 0]
    assert isinstance(image, HyperspectralImage)


def test_both_engines_give_the_same_cubes_queries_and_scales(rgb):
    lite, weights = load("inr-edge", engine="litert"), load("inr-edge", engine="tensorflow")
    assert isinstance(lite.engine, LiteRTEngine) and isinstance(weights.engine, KerasEngine)
    assert isinstance(load("inr-edge").engine, LiteRTEngine)
    points = [[0.5, 3.25], [19.0, 27.4]]
    assert lite.reconstruct(rgb).data == pytest.approx(weights.reconstruct(rgb).data, abs=1e-5)
    assert lite.query(rgb, points) == pytest.approx(weights.query(rgb, points), abs=1e-5)
    doubled = lite.reconstruct(rgb, scale=2.0).data
    assert doubled == pytest.approx(weights.reconstruct(rgb, scale=2.0).data, abs=1e-5)


@pytest.mark.parametrize(
    "name, engine, message",
    [
        ("inr-edge", "torch", "unknown engine 'torch', expected one of auto, litert, tensorflow"),
        ("hsi_inr_tf/pretrained/inr-edge/model.tflite", "tensorflow", "runs on LiteRT only"),
        ("nothing", "auto", "no model 'nothing'"),
    ],
)
def test_engines_that_cannot_run_the_model_are_refused(name, engine, message):
    with pytest.raises(InputError, match=message):
        load(name, engine=engine)
