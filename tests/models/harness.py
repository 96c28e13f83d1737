"""What every model promises, checked by one call: it trains, survives saving and reloading bit for bit, and
runs when exported.
"""

from itertools import pairwise

import keras
import numpy as np
import tensorflow as tf

from hsi_inr_tf import export, models
from hsi_inr_tf.export import flatbuffer
from hsi_inr_tf.inference.litert_engine import LiteRTEngine
from hsi_inr_tf.optics import camera_named
from hsi_inr_tf.trained.description import ModelDescription


def check_model(name: str, tmp_path, side: int = 32, **overrides):
    """Build preset `name` with `overrides` and hold it to all of it, on pictures of `side` pixels. Returns
    the trained model.
    """
    keras.utils.set_random_seed(5)
    rng = np.random.default_rng(5)
    model = models.build(name, **overrides)
    bands = model.bands
    rgb = rng.random((2, side, side, 3), np.float32)
    target = 0.5 * np.tile(rgb[..., :1], bands) + 0.2

    assert model({"rgb": rgb})["hsi"].shape == (2, side, side, bands)
    assert side % model.stride == 0
    assert model.patch in (None, side)

    losses = trained(model, rgb, target)
    assert np.all(np.isfinite(losses))
    assert losses[-1] < losses[0]

    expected = np.asarray(model({"rgb": rgb})["hsi"])
    check_reloading(model, name, overrides, rgb, expected, tmp_path)
    description = described(model, name, overrides)
    saved = tf.saved_model.load(str(export.saved_model(model, description, tmp_path / "saved_model")))
    np.testing.assert_allclose(
        saved.signatures["serving_default"](rgb=tf.constant(rgb))["hsi"], expected, atol=1e-5
    )
    check_tflite(model, description, rgb, expected, tmp_path)
    return model


def trained(model, rgb, target, steps: int = 4):
    """The training losses of a few steps of Adam on one batch, with whatever losses the model adds."""
    optimizer = keras.optimizers.Adam(1e-3)

    def step():  # not a tf.function: tracing it would take longer than these steps
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.abs(model({"rgb": rgb}, training=True)["hsi"] - target)) + sum(
                model.losses
            )
        gradient = tape.gradient(loss, model.trainable_variables)
        assert all(one is not None for one in gradient), "a weight that nothing depends on"
        optimizer.apply(gradient, model.trainable_variables)
        return loss

    return [float(step()) for _ in range(steps)]


def check_reloading(model, name, overrides, rgb, expected, tmp_path):
    """The whole model from a .keras file, and a fresh one with the weights of an .h5 file: the same bits and
    attributes.
    """
    model.save(tmp_path / "model.keras")
    whole = keras.saving.load_model(tmp_path / "model.keras")
    model.save_weights(tmp_path / "model.weights.h5")
    fresh = models.build(name, **overrides)
    fresh.load_weights(tmp_path / "model.weights.h5")
    for copy in (whole, fresh):
        assert type(copy) is type(model)
        assert (copy.stride, copy.halo, copy.patch, copy.bands) == (
            model.stride,
            model.halo,
            model.patch,
            model.bands,
        )
        np.testing.assert_array_equal(copy({"rgb": rgb})["hsi"], expected)


def check_tflite(model, description, rgb, expected, tmp_path):
    """A TFLite file of builtin operators only, whose results are Keras's."""
    _, side, _, _ = rgb.shape
    path = export.tflite(model, description, tmp_path / "model.tflite", height=side, width=side)
    assert not flatbuffer.contents(path).custom
    np.testing.assert_allclose(LiteRTEngine(path, threads=1)(rgb), expected, atol=1e-4)


def described(model, name, overrides) -> ModelDescription:
    wavelengths = tuple(np.linspace(400.0, 700.0, model.bands))
    camera = camera_named(wavelengths=wavelengths)
    return ModelDescription.of(model, name, wavelengths, camera, overrides=overrides)


def reach(model, side: int) -> int:
    """How far, in pixels, an output really sees: the largest distance at which changing one pixel changes an
    output.
    """
    rgb = np.random.default_rng(1).random((1, side, side, 3), np.float32)
    for weight in model.trainable_weights:
        if len(weight.shape) > 1 and not np.any(weight):  # kernels that start at zero let nothing through
            weight.assign(keras.random.normal(weight.shape, stddev=0.2, seed=2))
    before = np.asarray(model({"rgb": rgb})["hsi"])
    farthest = 0
    for place in (side // 2 - 1, side // 2):  # either side of every cell and pooling border
        other = rgb.copy()
        other[0, place, place] += 10.0
        changed = np.argwhere(np.any(np.asarray(model({"rgb": other})["hsi"]) != before, axis=(0, 3)))
        farthest = max(farthest, np.abs(changed - place).max())
    return int(farthest)


def loop_mlp(features, theta, widths, slope=0.1):
    """f of Eq. 5 for one pixel, in plain float64 NumPy: features [widths[0]], theta [P] -> [widths[-1]]."""
    x, start = np.asarray(features, np.float64), 0
    for layer, (inner, out) in enumerate(pairwise(widths)):
        bias = theta[start : start + out]
        weights = theta[start + out : start + out + inner * out].reshape(inner, out)
        start += out + inner * out
        x = np.array([bias[o] + sum(x[i] * weights[i, o] for i in range(inner)) for o in range(out)])
        if layer < len(widths) - 2:
            x = np.where(x > 0, x, slope * x)
    assert start == len(theta)
    return x
