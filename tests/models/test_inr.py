"""Y(p) = f([X_p, gamma(p)]; theta_cell(p)), theta = H(X), against loops over pixels in float64 NumPy."""

import keras
import numpy as np
import pytest

from hsi_inr_tf import models
from tests.models.harness import loop_mlp
from tests.test_encoding import written_out

SIDE = 64


def test_hypernetwork_and_mlp_of_the_paper_equal_loops():
    keras.utils.set_random_seed(2)
    model = models.build("inr-paper", downsamplings=4, frequencies=2, width=3, top_width=4)
    rng = np.random.default_rng(4)
    for weight in model.trainable_weights:  # norms and biases too, so that none can be left out unseen
        weight.assign(np.asarray(weight) + rng.normal(0, 0.1, weight.shape))
    rgb = rng.random((SIDE, SIDE, 3), np.float32)

    theta = loop_hypernetwork(2.0 * rgb - 1.0, model.hypernetwork)
    assert theta.shape == (4, 4, 14751 + 256 * 2)
    spectra = np.asarray(model({"rgb": rgb[None]})["hsi"])[0]
    for row, column in rng.integers(SIDE, size=(12, 2)):
        features = [*(2.0 * rgb[row, column] - 1.0), *written_out(column / SIDE, row / SIDE, 2)]
        expected = loop_mlp(features, theta[row // 16, column // 16], model.mlp.widths)
        np.testing.assert_allclose(spectra[row, column], (expected + 1.0) / 2.0, atol=1e-4)


@pytest.mark.parametrize("basis", [0, 4])
def test_compact_equals_loops_given_its_theta(basis):
    keras.utils.set_random_seed(2)
    cell = 4
    small = {"width": 24, "head_width": 8, "dilations": (1,), "hidden": (6,)}
    model = models.build("inr-single", bands=9, cell=cell, frequencies=2, basis=basis, **small)
    kernel = model.hypernetwork.head.kernel
    kernel.assign(keras.random.normal(kernel.shape, stddev=0.05, seed=2))  # cells that differ
    rgb = np.random.default_rng(0).random((16, 24, 3), np.float32)
    theta = np.asarray(model.hypernetwork(rgb[None]), np.float64)[0]
    spectra = np.asarray(model({"rgb": rgb[None]})["hsi"])[0]
    for row, column in np.random.default_rng(1).integers((16, 24), size=(20, 2)):
        gamma = written_out((column % cell + 0.5) / cell, (row % cell + 0.5) / cell, 2)
        pixel = rgb[row, column]
        expected = loop_mlp(
            [*pixel, *(pixel * pixel), *gamma], theta[row // cell, column // cell], model.mlp.widths
        )
        if basis:
            expected = expected @ np.asarray(model.to_spectrum.kernel) + np.asarray(model.to_spectrum.bias)
        np.testing.assert_allclose(spectra[row, column], expected, atol=1e-5)


def loop_hypernetwork(x, hypernetwork):
    """conv 3x3 with zero padding 1 -> instance norm -> ReLU, block after block, then 1x1: [h, w, 3] -> [S, S,
    P], in float64.
    """
    x = np.asarray(x, np.float64)
    for _, convolution, norm, _ in hypernetwork.blocks:
        kernel, stride = np.asarray(convolution.kernel, np.float64), convolution.strides[0]
        padded = np.pad(x, ((1, 1), (1, 1), (0, 0)))
        rows, columns = x.shape[0] // stride, x.shape[1] // stride
        x = np.array(
            [
                [
                    np.tensordot(padded[r * stride : r * stride + 3, c * stride : c * stride + 3], kernel, 3)
                    for c in range(columns)
                ]
                for r in range(rows)
            ]
        )
        mean, variance = x.mean(axis=(0, 1)), x.var(axis=(0, 1))
        x = (x - mean) / np.sqrt(variance + 1e-5) * np.asarray(norm.gamma) + np.asarray(norm.beta)
        x = np.maximum(x, 0)
    return x @ np.asarray(hypernetwork.head.kernel, np.float64)[0, 0] + np.asarray(hypernetwork.head.bias)
