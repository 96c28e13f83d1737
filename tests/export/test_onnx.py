"""ONNX files: the numbers of Keras, only ONNX's own operators, a description that is read back."""

from dataclasses import replace

import numpy as np
import pytest

from hsi_inr_tf import export, load, models
from hsi_inr_tf.cli.export import Options, run
from hsi_inr_tf.errors import InputError

pytest.importorskip("tf2onnx", reason="needs the extra onnx")
pytest.importorskip("onnxruntime", reason="needs the extra onnx")

NARROW = {
    "inr-compact": {"width": 24, "head_width": 16, "members": 2},
    "inr-paper": {"width": 8, "top_width": 16},
    "hscnn-r": {"width": 8},
}


def random_weights(name, described, **overrides):
    """A model of random weights with its description; `described` gives the wavelengths and the camera."""
    model = models.build(name, **overrides)
    generator = np.random.default_rng(0)
    for variable in model.weights:
        variable.assign(variable.numpy() + generator.normal(0, 0.03, variable.shape))
    return model, replace(
        described, model=name, stride=model.stride, halo=model.halo, patch=model.patch, overrides=overrides
    )


@pytest.mark.parametrize("name", NARROW)
def test_onnx_gives_what_keras_gives(random_model, tmp_path, name):
    import onnx

    model, description = random_weights(name, random_model()[1], **NARROW[name])
    path = export.onnx(model, description, tmp_path / "m.onnx", height=64, width=64)
    assert {node.domain for node in onnx.load(path).graph.node} <= {"", "ai.onnx"}
    engine = load(path).engine
    assert engine.fixed_shape == (64, 64)
    rgb = np.random.default_rng(1).random((2, 64, 64, 3), np.float32)
    expected = model({"rgb": rgb})["hsi"].numpy()
    np.testing.assert_allclose(engine(rgb), expected, atol=2e-5 * np.abs(expected).max())
    assert engine.description.wavelengths == description.wavelengths
    assert engine.description.provenance["export"]["format"] == "onnx"


def test_any_sides_make_a_file_that_reconstructs_as_keras_does(random_model, tmp_path):
    model, description = random_model()
    path = export.onnx(model, description, tmp_path / "m.onnx", height=None, width=None)
    rgb = np.random.default_rng(1).random((1, 48, 80, 3), np.float32)
    expected = model({"rgb": rgb})["hsi"].numpy()
    cube = load(path).reconstruct(rgb[0], clip=False)
    np.testing.assert_allclose(cube.data, expected[0], atol=2e-5 * np.abs(expected).max())


def test_the_command_puts_onnx_into_the_table_of_parity(tmp_path, capsys):
    run(Options("inr-edge", tmp_path / "edge.onnx", size=("64",), time=False))
    row = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("edge.onnx"))
    assert float(row.split()[4]) < 1e-5  # the largest difference over the largest value


def test_what_cannot_be_is_refused_in_a_sentence(tmp_path):
    with pytest.raises(InputError, match="float32 only"):
        run(Options("inr-edge", tmp_path / "m.onnx", quantize=("int8",)))
    (tmp_path / "words.onnx").write_text("not a model")
    with pytest.raises(InputError, match="cannot load"):
        load(tmp_path / "words.onnx")


def test_a_model_that_cannot_be_translated_leaves_no_file(random_model, tmp_path):
    model, description = random_weights("mst-plus-plus", random_model()[1], stages=1)
    with pytest.raises(InputError, match="mst-plus-plus cannot be written as ONNX"):
        export.onnx(model, description, tmp_path / "m.onnx", height=64, width=64)
    assert not list(tmp_path.iterdir())
