"""Table I, "CNN": the shallow residual network of Can and Timofte (arXiv 1804.04647)."""

from typing import Any

import keras
from keras.layers import Conv2D, PReLU

from hsi_inr_tf.models.base import SpectralModel


@keras.saving.register_keras_serializable(package="hsi_inr_tf")
class CNN(SpectralModel):
    """Input "rgb" [batch, height, width, 3]; output {"hsi": [batch, height, width, bands]}. 159,338
    parameters as published.

    5x5 features, shrunk to a quarter of the channels, two residual blocks with long skips, expanded again,
    5x5 to the bands, beside a linear 7x7 path from the RGB. Our reading: each PReLU follows its convolution
    directly, before a skip is added.
    """

    halo = 8

    def __init__(
        self, bands: int = 31, width: int = 128, name: str | None = None, trainable: bool = True
    ) -> None:
        rgb = keras.Input((None, None, 3), name="rgb")
        features = _convolution(rgb, width, 5)
        shrunk = _convolution(features, width // 4, 1)
        first = _convolution(_convolution(shrunk, width // 4, 3), width // 4, 3) + shrunk
        second = _convolution(_convolution(first, width // 4, 3), width // 4, 3) + shrunk + first
        expanded = _convolution(second, width, 1) + features
        hsi = Conv2D(bands, 5, padding="same")(expanded) + Conv2D(bands, 7, padding="same", name="linear")(
            rgb
        )
        super().__init__(
            {"rgb": rgb}, {"hsi": PReLU(shared_axes=(1, 2))(hsi)}, name=name, trainable=trainable
        )
        self.bands = bands
        self.width = width

    def get_config(self) -> dict[str, Any]:
        return {"bands": self.bands, "width": self.width, "name": self.name, "trainable": self.trainable}


def _convolution(x, channels, side):
    return PReLU(shared_axes=(1, 2))(
        Conv2D(channels, side, padding="same", kernel_initializer="he_normal")(x)
    )
