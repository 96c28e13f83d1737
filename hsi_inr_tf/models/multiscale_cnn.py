"""Table I, "Multi-scale CNN": the U-shaped network of Yan et al. (PRCV 2018, arXiv 1806.03575)."""

from typing import Any

import keras
from keras import ops
from keras.layers import BatchNormalization, Concatenate, Conv2D, Dropout, LeakyReLU, MaxPooling2D

from hsi_inr_tf.models.base import SpectralModel


@keras.saving.register_keras_serializable(package="hsi_inr_tf")
class MultiscaleCNN(SpectralModel):
    """Input "rgb" [batch, height, width, 3]; output {"hsi": [batch, height, width, bands]}. 26,686,592
    trainable parameters.

    Four levels of `width` channels and twice as many at each next (64 .. 1024); down by max-pooling, up by
    pixel shuffling, with skips. Convolutions have no bias, batch norm and leaky ReLU follow them; dropout
    between the two of a pair.
    """

    stride, halo = 16, 112  # the halo in whole strides; 107 pixels at most are seen

    def __init__(
        self,
        bands: int = 31,
        width: int = 64,
        dropout: float = 0.2,
        name: str | None = None,
        trainable: bool = True,
    ) -> None:
        rgb = keras.Input((None, None, 3), name="rgb")
        x, skips = rgb, []
        for level in range(4):
            x = _double(x, width << level, dropout)
            skips.append(x)
            x = MaxPooling2D(2)(x)
        x = _double(x, width << 4, dropout)
        for level in reversed(range(4)):
            x = Concatenate()([skips.pop(), ops.depth_to_space(x, 2)])
            x = _double(x, width << level, dropout)
        super().__init__(
            {"rgb": rgb}, {"hsi": Conv2D(bands, 1, use_bias=False)(x)}, name=name, trainable=trainable
        )
        self.bands = bands
        self.width = width
        self.dropout = dropout

    def get_config(self) -> dict[str, Any]:
        return {
            "bands": self.bands,
            "width": self.width,
            "dropout": self.dropout,
            "name": self.name,
            "trainable": self.trainable,
        }


def _double(x, channels, dropout):
    x = Dropout(dropout)(_convolution(x, channels))
    return _convolution(x, channels)


def _convolution(x, channels):
    x = Conv2D(channels, 3, padding="same", use_bias=False, kernel_initializer="he_normal")(x)
    return LeakyReLU(0.2)(BatchNormalization(momentum=0.9, epsilon=1e-5)(x))
