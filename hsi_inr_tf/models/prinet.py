"""Table I, "PriNET": bands reconstructed in groups, with a projection back to RGB, after Hang et al. (ICME
2020).
"""

from itertools import pairwise
from typing import Any

import keras
from keras.layers import Concatenate, Conv2D

from hsi_inr_tf.annotations import Tensor
from hsi_inr_tf.layers import ProjectionLoss
from hsi_inr_tf.models.base import SpectralModel


@keras.saving.register_keras_serializable(package="hsi_inr_tf")
class PriNET(SpectralModel):
    """Input "rgb" [batch, height, width, 3]; output {"hsi": [batch, height, width, bands]}.

    Our reading (the paper's text was not at hand): neighbouring bands are highly correlated, so a shared stem
    feeds one branch of residual blocks for each of `groups` runs of adjacent bands, whose outputs are
    concatenated. A learned linear projection of the result to RGB adds its error to the loss while training.
    """

    def __init__(
        self,
        bands: int = 31,
        groups: int = 4,
        blocks: int = 4,
        width: int = 64,
        projection_weight: float = 0.1,
        name: str | None = None,
        trainable: bool = True,
    ) -> None:
        rgb = keras.Input((None, None, 3), name="rgb")
        stem = convolution(rgb, width, "relu")
        branches = [convolution(residual_blocks(stem, blocks), size) for size in group_sizes(bands, groups)]
        hsi = Concatenate()(branches)
        hsi = ProjectionLoss(projection_weight, name="projection")(hsi, rgb)
        super().__init__({"rgb": rgb}, {"hsi": hsi}, name=name, trainable=trainable)
        self.bands = bands
        self.groups = groups
        self.blocks = blocks
        self.width = width
        self.projection_weight = projection_weight
        self.halo = 2 * blocks + 2

    def get_config(self) -> dict[str, Any]:
        return {
            "bands": self.bands,
            "groups": self.groups,
            "blocks": self.blocks,
            "width": self.width,
            "projection_weight": self.projection_weight,
            "name": self.name,
            "trainable": self.trainable,
        }


def group_sizes(bands: int, groups: int) -> list[int]:
    """How many adjacent bands each group takes; they differ by one at most."""
    return [
        end - start for start, end in pairwise(round(bands * group / groups) for group in range(groups + 1))
    ]


def residual_blocks(x: Tensor, count: int) -> Tensor:
    """`count` blocks x + conv(relu(conv(x))) at the width of x."""
    for _ in range(count):
        x = x + convolution(convolution(x, x.shape[-1], "relu"), x.shape[-1])
    return x


def convolution(x: Tensor, channels: int, activation: str | None = None) -> Tensor:
    """A 3x3 convolution."""
    return Conv2D(channels, 3, padding="same", activation=activation)(x)
