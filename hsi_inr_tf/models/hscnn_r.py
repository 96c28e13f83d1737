"""Table I, "HSCNN-R": the residual network of Shi et al. (CVPR Workshops 2018), single and as their weighted
ensemble.
"""

from collections.abc import Sequence
from typing import Any

import keras
from keras.layers import Conv2D, ReLU

from hsi_inr_tf.models.base import SpectralModel


@keras.saving.register_keras_serializable(package="hsi_inr_tf")
class HSCNNR(SpectralModel):
    """Input "rgb" [batch, height, width, 3]; output {"hsi": [batch, height, width, bands]}.

    3x3 convolutions with bias, no norm: one to `width` channels, `blocks` residual blocks with a ReLU inside
    and after each sum, one whose output is added to the first one's, ReLU, one to the bands. 1,238,303
    parameters at 16 blocks of 64 channels.
    """

    def __init__(
        self,
        bands: int = 31,
        blocks: int = 16,
        width: int = 64,
        name: str | None = None,
        trainable: bool = True,
    ) -> None:
        rgb = keras.Input((None, None, 3), name="rgb")
        first = x = _convolution(rgb, width)
        for _ in range(blocks):
            x = ReLU()(x + _convolution(ReLU()(_convolution(x, width)), width))
        x = ReLU()(first + _convolution(x, width))
        super().__init__({"rgb": rgb}, {"hsi": _convolution(x, bands)}, name=name, trainable=trainable)
        self.bands = bands
        self.blocks = blocks
        self.width = width
        self.halo = 2 * blocks + 3

    def get_config(self) -> dict[str, Any]:
        return {
            "bands": self.bands,
            "blocks": self.blocks,
            "width": self.width,
            "name": self.name,
            "trainable": self.trainable,
        }


@keras.saving.register_keras_serializable(package="hsi_inr_tf")
class HSCNNREnsemble(SpectralModel):
    """The weighted mean of the spectra of several HSCNN-R, given as (blocks, width) each; the defaults are
    the challenge's.
    """

    def __init__(
        self,
        bands: int = 31,
        members: Sequence[tuple[int, int]] = ((9, 256), (14, 256), (16, 64)),
        weights: Sequence[float] = (0.4, 0.3, 0.3),
        name: str | None = None,
        trainable: bool = True,
    ) -> None:
        rgb = keras.Input((None, None, 3), name="rgb")
        networks = [
            HSCNNR(bands, blocks, width, name=f"member_{index}")
            for index, (blocks, width) in enumerate(members)
        ]
        hsi = sum(
            weight * network({"rgb": rgb})["hsi"] for weight, network in zip(weights, networks, strict=True)
        )
        super().__init__({"rgb": rgb}, {"hsi": hsi}, name=name, trainable=trainable)
        self.bands = bands
        self.members = tuple(tuple(member) for member in members)
        self.member_weights = tuple(weights)
        self.halo = 2 * max(blocks for blocks, _ in members) + 3

    def get_config(self) -> dict[str, Any]:
        return {
            "bands": self.bands,
            "members": self.members,
            "weights": self.member_weights,
            "name": self.name,
            "trainable": self.trainable,
        }


def _convolution(x, channels):
    return Conv2D(channels, 3, padding="same")(x)
