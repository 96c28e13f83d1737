"""The loss that PriNET adds to itself."""

import numpy as np
import pytest

from hsi_inr_tf import models
from hsi_inr_tf.layers import ProjectionLoss


def test_the_error_of_the_projection_is_added_while_training_only():
    rng = np.random.default_rng(0)
    hsi, rgb = rng.random((2, 4, 4, 5), np.float32), rng.random((2, 4, 4, 3), np.float32)
    layer = ProjectionLoss(weight=0.5)
    np.testing.assert_array_equal(layer(hsi, rgb), hsi)
    assert not layer.losses
    layer(hsi, rgb, training=True)
    kernel, bias = layer.projection[0].get_weights()
    assert float(layer.losses[0]) == pytest.approx(0.5 * np.abs(hsi @ kernel + bias - rgb).mean(), rel=1e-5)


@pytest.mark.parametrize("name", ["prinet", "prinet-plus"])
def test_prinet_brings_one_such_loss_to_training(name):
    model = models.build(name, blocks=1, width=4)
    rgb = np.random.default_rng(1).random((1, 8, 8, 3), np.float32)
    for _ in range(2):  # losses of an earlier call do not pile up
        model({"rgb": rgb}, training=True)
        assert len(model.losses) == 1
