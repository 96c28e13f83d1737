"""Beyond the paper's table: MST++, the multi-stage spectral-wise transformer of Cai et al. (CVPR Workshops
2022).
"""

from typing import Any

import keras
from keras import ops
from keras.layers import (
    Concatenate,
    Conv2D,
    Conv2DTranspose,
    DepthwiseConv2D,
    LayerNormalization,
    ZeroPadding2D,
)

from hsi_inr_tf.layers import SpectralAttention
from hsi_inr_tf.models.base import SpectralModel


@keras.saving.register_keras_serializable(package="hsi_inr_tf")
class MSTPlusPlus(SpectralModel):
    """Input "rgb" [batch, height, width, 3]; output {"hsi": [batch, height, width, bands]}. 1,619,625
    parameters as published.

    `stages` small U-shaped transformers in a row, each with a skip around it, between two 3x3 convolutions
    and with a skip around all. Channels attend to channels over the whole picture, so an output depends on
    all of it.
    """

    stride, halo = 8, None

    def __init__(
        self, bands: int = 31, stages: int = 3, name: str | None = None, trainable: bool = True
    ) -> None:
        rgb = keras.Input((None, None, 3), name="rgb")
        first = x = _convolution(rgb, bands)
        for _ in range(stages):
            x = _transformer(x, bands)
        super().__init__(
            {"rgb": rgb}, {"hsi": first + _convolution(x, bands)}, name=name, trainable=trainable
        )
        self.bands = bands
        self.stages = stages

    def get_config(self) -> dict[str, Any]:
        return {"bands": self.bands, "stages": self.stages, "name": self.name, "trainable": self.trainable}


def _transformer(x, size, levels: int = 2):
    """Down and up again over `levels` levels; each has twice the channels, and heads, of the one above."""
    features, skips = _convolution(x, size), []
    for level in range(levels):
        features = _attention_block(features, size)
        skips.append(features)
        features = Conv2D(size << (level + 1), 4, 2, use_bias=False)(ZeroPadding2D(1)(features))
    features = _attention_block(features, size)
    for level in reversed(range(levels)):
        features = Conv2DTranspose(size << level, 2, 2)(features)
        features = Conv2D(size << level, 1, use_bias=False)(Concatenate()([features, skips.pop()]))
        features = _attention_block(features, size)
    return x + _convolution(features, size)


def _attention_block(x, size):
    x = x + SpectralAttention(x.shape[-1] // size, size)(x)
    width = x.shape[-1]
    forward = Conv2D(4 * width, 1, use_bias=False)(LayerNormalization(epsilon=1e-5)(x))
    forward = DepthwiseConv2D(3, padding="same", use_bias=False)(ops.gelu(forward, approximate=False))
    return x + Conv2D(width, 1, use_bias=False)(ops.gelu(forward, approximate=False))


def _convolution(x, channels):
    return Conv2D(channels, 3, padding="same", use_bias=False)(x)
