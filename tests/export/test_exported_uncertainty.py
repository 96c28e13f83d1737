"""The half-widths of a calibrated model as a second output: NumPy's, by builtin operators, if wanted."""

import numpy as np
import pytest

from hsi_inr_tf import export, load
from hsi_inr_tf.cli.export import Options, run
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.export.flatbuffer import contents
from hsi_inr_tf.inference.litert_engine import LiteRTEngine
from hsi_inr_tf.trained.weights import load_trained

RGB = np.random.default_rng(1).random((1, 64, 64, 3), np.float32)


@pytest.fixture(scope="module")
def edge():
    return load_trained("inr-edge")


@pytest.fixture(scope="module")
def expected():
    return load("inr-edge").half_widths(RGB[0]).image().data[None]


def relative(values, expected):
    return np.max(np.abs(values - expected) / expected)


@pytest.fixture(scope="module")
def plain(edge, tmp_path_factory):
    return export.tflite(*edge, tmp_path_factory.mktemp("plain") / "m.tflite", height=64, width=64)


def test_tflite_gives_both(edge, plain, expected, tmp_path):
    path = export.tflite(*edge, tmp_path / "m.tflite", height=64, width=64, uncertainty=True)
    engine = LiteRTEngine(path, threads=1)
    answers = engine._run(rgb=RGB)
    assert set(answers) == {"hsi", "uncertainty"}
    assert relative(answers["uncertainty"], expected) < 1e-4
    np.testing.assert_allclose(answers["hsi"], LiteRTEngine(plain, threads=1)(RGB), atol=1e-6)
    inside = contents(path)
    assert not inside.custom and inside.rank <= 4
    assert path.stat().st_size - plain.stat().st_size < 60_000


def test_saved_models_give_both_for_arrays_and_files(edge, expected, tmp_path):
    import tensorflow as tf

    path = export.saved_model(*edge, tmp_path / "1", uncertainty=True)
    load(path)  # its operators are those that a SavedModel may have
    signatures = tf.saved_model.load(str(path)).signatures
    widths = signatures["serving_default"](rgb=tf.constant(RGB))["uncertainty"].numpy()
    assert relative(widths, expected) < 1e-4
    pixels = np.random.default_rng(2).integers(0, 256, (20, 30, 3), np.uint8)
    file = tf.io.encode_png(pixels)[None]
    widths = signatures["reconstruct_image"](image_bytes=file)["uncertainty"].numpy()
    assert relative(widths[0], load("inr-edge").half_widths(pixels).image().data) < 1e-4


def test_it_is_absent_unless_wanted(plain):
    assert set(LiteRTEngine(plain, threads=1)._run(rgb=RGB)) == {"hsi"}


def test_what_has_none_is_refused(edge, random_model, tmp_path):
    with pytest.raises(InputError, match="not calibrated"):
        export.tflite(*random_model(), tmp_path / "m.tflite", height=32, width=32, uncertainty=True)
    with pytest.raises(InputError, match="float32"):
        export.tflite(*edge, tmp_path / "m.tflite", height=64, width=64, quantize="float16", uncertainty=True)
    for more in ({"out": tmp_path / "m.onnx"}, {"out": tmp_path / "m.tflite", "quantize": ("dynamic",)}):
        with pytest.raises(InputError, match="--uncertainty is of SavedModel and TFLite"):
            run(Options("inr-edge", uncertainty=True, **more))
    assert not list(tmp_path.iterdir())
