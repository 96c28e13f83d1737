"""The MLP whose weights are an input, against a loop over pixels."""

import numpy as np
import tensorflow as tf

from hsi_inr_tf.layers import CellMLP, FromCells, SharedMLP, ToCells
from tests.models.harness import loop_mlp


def test_every_pixel_goes_through_the_mlp_of_its_cell():
    rng = np.random.default_rng(0)
    layer = CellMLP((7, 6, 5, 4))
    pixels = rng.normal(size=(2, 3, 9, 7)).astype(np.float32)
    theta = rng.normal(size=(2, 3, layer.parameters)).astype(np.float32)
    expected = [
        [[loop_mlp(pixel, theta[b, c], layer.widths) for pixel in pixels[b, c]] for c in range(3)]
        for b in range(2)
    ]
    np.testing.assert_allclose(layer(pixels, theta), expected, atol=1e-5)


def test_length_of_theta_is_that_of_the_paper():
    for frequencies in (0, 2, 5, 7):
        assert CellMLP((3 + 4 * frequencies, 64, 64, 64, 64, 31)).parameters == 14751 + 256 * frequencies


def test_contractions_are_einsum_operations_in_the_graph():
    layer = CellMLP((5, 8, 4))
    function = tf.function(layer).get_concrete_function(
        tf.TensorSpec([1, 4, 16, 5]), tf.TensorSpec([1, 4, layer.parameters])
    )
    kinds = [operation.type for operation in function.graph.get_operations()]
    assert kinds.count("Einsum") == 2


def test_one_mlp_in_the_bias_serves_all_cells():
    widths = (5, 8, 4)
    theta = np.asarray(SharedMLP(widths, seed=3)((CellMLP(widths).parameters,), "float32"))
    np.testing.assert_array_equal(theta[:8], 0)  # biases first
    assert 0.3 < theta[8:48].std() / np.sqrt(2 / (1 + 0.1**2) / 5) < 1.7


def test_cells_hold_the_pixels_of_their_block_row_by_row():
    image = np.random.default_rng(1).random((2, 8, 12, 3), np.float32)
    cells = np.asarray(ToCells(4)(image))
    assert cells.shape == (2, 6, 16, 3)
    np.testing.assert_array_equal(
        cells[1, 4].reshape(4, 4, 3), image[1, 4:8, 4:8]
    )  # second row of cells, second column


def test_from_cells_undoes_to_cells():
    image = np.random.default_rng(2).random((2, 8, 12, 3), np.float32)
    np.testing.assert_array_equal(FromCells(4)(ToCells(4)(image), image), image)
