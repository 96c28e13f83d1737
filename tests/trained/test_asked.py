"""A model is a function of the wavelength: asked itself, from its answers, as a file, and in a SavedModel."""

from dataclasses import replace

import numpy as np
import pytest

from hsi_inr_tf import export, load
from hsi_inr_tf.cli.export import Options, run
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.inference import Reconstructor
from hsi_inr_tf.inference.adapting import Adaptation, AdaptedEngine
from hsi_inr_tf.inference.colour_prior import Correction
from hsi_inr_tf.inference.keras_engine import KerasEngine
from hsi_inr_tf.inference.litert_engine import LiteRTEngine
from hsi_inr_tf.optics.spectral_splines import sampling
from hsi_inr_tf.trained.asked import asked
from hsi_inr_tf.trained.weights import load_trained

WANTED = (402.5, 447.0, 450.0, 555.5, 631.0, 700.0)
WIDTH = 14.0


@pytest.fixture(scope="module")
def edge():
    return load_trained("inr-edge")


@pytest.fixture(scope="module")
def rgb():
    return np.random.default_rng(0).random((1, 32, 48, 3), np.float32)


@pytest.mark.parametrize("widths", [None, WIDTH, (0.0, 5.0, 10.0, 15.0, 20.0, 25.0)])
def test_the_model_asked_says_what_splines_through_its_answers_say(edge, rgb, widths):
    model, description = asked(*edge, WANTED, widths)
    answers = np.asarray(edge[0]({"rgb": rgb})["hsi"], np.float64)
    expected = answers @ sampling(edge[1].wavelengths, WANTED, widths)
    np.testing.assert_allclose(model({"rgb": rgb})["hsi"], expected, atol=2e-6)
    assert description.wavelengths == WANTED and description.camera.wavelengths == WANTED
    assert description.sensors is None and description.provenance["asked"]["sensors"] == edge[1].sensors


def test_at_its_own_bands_it_is_the_same_model(edge, rgb):
    model, _ = asked(*edge, edge[1].wavelengths)
    for mine, theirs in zip(edge[0].get_weights(), model.get_weights(), strict=True):
        np.testing.assert_allclose(theirs, mine, atol=1e-6)


def test_every_engine_answers_as_the_model_asked(edge, rgb):
    expected = np.clip(asked(*edge, WANTED, WIDTH)[0]({"rgb": rgb})["hsi"], 0, 1)[0]
    for engine in ("litert", "tensorflow"):
        cube = load("inr-edge", engine).reconstruct(rgb[0], wavelengths=WANTED, widths=WIDTH, clip=False)
        assert cube.wavelengths == WANTED and cube.widths == (WIDTH,) * len(WANTED)
        np.testing.assert_allclose(np.clip(cube.data, 0, 1), expected, atol=1e-5)


def test_an_exported_file_has_the_bands_asked_for(edge, rgb, tmp_path):
    path = tmp_path / "asked.tflite"
    run(Options("inr-edge", path, size=("32x48",), wavelengths="410:690:5", width=WIDTH, time=False))
    engine = LiteRTEngine(path)
    assert engine.description.wavelengths == tuple(np.arange(410.0, 691.0, 5.0))
    expected = asked(*edge, engine.description.wavelengths, WIDTH)[0]({"rgb": rgb})["hsi"]
    np.testing.assert_allclose(engine(rgb), expected, atol=1e-5)
    image = Reconstructor(engine).reconstruct(rgb[0], uncertainty=True)
    own = load("inr-edge").reconstruct(rgb[0], uncertainty=True)
    np.testing.assert_allclose(image.uncertainty[..., ::2], own.uncertainty[..., 1:-1], atol=1e-4)


def test_a_saved_model_takes_wavelengths_and_knows_nothing_outside(edge, rgb, tmp_path):
    import tensorflow as tf

    saved = tf.saved_model.load(str(export.saved_model(*edge, tmp_path / "1")))
    wavelengths = [400.0, *WANTED, 399.9, 700.5]
    answer = saved.signatures["at_wavelengths"](
        rgb=tf.constant(rgb), wavelengths=tf.constant(wavelengths, tf.float32)
    )["hsi"].numpy()
    expected = asked(*edge, (400.0, *WANTED))[0]({"rgb": rgb})["hsi"]
    np.testing.assert_allclose(answer[..., :-2], expected, atol=1e-4)
    assert np.isnan(answer[..., -2:]).all()
    again = load(tmp_path / "1").reconstruct(rgb[0], wavelengths=WANTED, clip=False)
    np.testing.assert_allclose(again.data, expected[0, ..., 1:], atol=1e-5)


def test_an_adapted_model_is_asked_with_its_correction(edge, rgb):
    random = np.random.default_rng(1)
    correction = Correction(
        random.normal(0, 0.2, (6, 3)).astype(np.float32),
        random.normal(0, 0.2, 3).astype(np.float32),
        random.normal(size=(3, 31)).astype(np.float32),
    )
    engine = AdaptedEngine(KerasEngine(*edge), correction, Adaptation("points", 1, None, None))
    adapted = export.adapted_model(Reconstructor(engine))
    model, description = asked(*adapted, WANTED)
    expected = Reconstructor(engine).reconstruct(rgb[0], wavelengths=WANTED, clip=False).data
    np.testing.assert_allclose(model({"rgb": rgb})["hsi"][0], expected, atol=1e-5)
    assert description.overrides["bands"] == description.overrides["overrides"]["bands"] == len(WANTED)


def test_few_bands_tell_a_camera_as_far_as_they_can(edge):
    _, description = asked(*edge, (450.0, 550.0, 620.0))
    white = description.camera.linear_rgb(np.ones((1, 3)))
    np.testing.assert_allclose(white, 1.0, atol=0.12)
    assert "as far as these bands tell" in description.camera.name


def test_what_training_has_not_seen_and_models_of_fixed_bands_are_refused(edge, random_model, tmp_path):
    with pytest.raises(InputError, match="390 to 500 nm are asked for, the model knows 400 to 700 nm"):
        asked(*edge, (390.0, 500.0))
    with pytest.raises(InputError, match="inr-single knows its own bands only"):
        asked(*random_model("inr-single"), (500.0,))
    fixed = Reconstructor(KerasEngine(edge[0], replace(edge[1], sensors=None)))
    with pytest.raises(InputError, match="no function of the wavelength"):
        fixed.reconstruct(np.zeros((16, 16, 3), np.float32), wavelengths=(500.0,), widths=5.0)
    with pytest.raises(InputError, match="expected both"):
        run(Options("inr-edge", tmp_path / "x.tflite", width=WIDTH))
