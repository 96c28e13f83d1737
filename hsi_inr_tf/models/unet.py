"""Table I, "UNET": an encoder and decoder with skips, after Stiebel et al. (CVPR Workshops 2018)."""

from typing import Any

import keras
from keras.layers import Concatenate, Conv2D, Conv2DTranspose, MaxPooling2D

from hsi_inr_tf.models.base import SpectralModel


@keras.saving.register_keras_serializable(package="hsi_inr_tf")
class UNet(SpectralModel):
    """Input "rgb" [batch, height, width, 3]; output {"hsi": [batch, height, width, bands]}.

    The paper gives neither widths nor depth; our reading: four levels, two 3x3 convolutions with ReLU at
    each, `width` channels at the first and twice as many at each next (32 .. 512), max-pooling, 2x2
    transposed convolutions, a linear 1x1 to the bands.
    """

    stride, halo = 16, 112  # the halo in whole strides; 107 pixels at most are seen

    def __init__(
        self, bands: int = 31, width: int = 32, name: str | None = None, trainable: bool = True
    ) -> None:
        rgb = keras.Input((None, None, 3), name="rgb")
        x, skips = rgb, []
        for level in range(4):
            x = _double(x, width << level)
            skips.append(x)
            x = MaxPooling2D(2)(x)
        x = _double(x, width << 4)
        for level in reversed(range(4)):
            x = Conv2DTranspose(width << level, 2, 2)(x)
            x = _double(Concatenate()([skips.pop(), x]), width << level)
        super().__init__({"rgb": rgb}, {"hsi": Conv2D(bands, 1)(x)}, name=name, trainable=trainable)
        self.bands = bands
        self.width = width

    def get_config(self) -> dict[str, Any]:
        return {"bands": self.bands, "width": self.width, "name": self.name, "trainable": self.trainable}


def _double(x, channels):
    for _ in range(2):
        x = Conv2D(channels, 3, padding="same", activation="relu", kernel_initializer="he_normal")(x)
    return x
