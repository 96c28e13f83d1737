"""Table I, "PriNET+": PriNET with groups that inform each other, after Hang, Liu and Li (IEEE TIP 30,
2021).
"""

from typing import Any

import keras
from keras.layers import Concatenate, Conv2D

from hsi_inr_tf.layers import ProjectionLoss
from hsi_inr_tf.models.base import SpectralModel
from hsi_inr_tf.models.prinet import convolution, group_sizes, residual_blocks


@keras.saving.register_keras_serializable(package="hsi_inr_tf")
class PriNETPlus(SpectralModel):
    """Input "rgb" [batch, height, width, 3]; output {"hsi": [batch, height, width, bands]}.

    Our reading (the paper's text was not at hand): as PriNET, but each group also receives the features of
    the group before it, a fusion stage of `fusion_blocks` residual blocks over all groups' features corrects
    the concatenated bands, and the projection back to RGB has a hidden layer.
    """

    def __init__(
        self,
        bands: int = 31,
        groups: int = 4,
        blocks: int = 4,
        fusion_blocks: int = 2,
        width: int = 64,
        projection_weight: float = 0.1,
        name: str | None = None,
        trainable: bool = True,
    ) -> None:
        rgb = keras.Input((None, None, 3), name="rgb")
        stem = convolution(rgb, width, "relu")
        features: list[keras.KerasTensor] = []
        branches = []
        for size in group_sizes(bands, groups):
            source = (
                Conv2D(width, 1, activation="relu")(Concatenate()([stem, features[-1]])) if features else stem
            )
            features.append(residual_blocks(source, blocks))
            branches.append(convolution(features[-1], size))
        fused = Conv2D(width, 1, activation="relu")(Concatenate()(features))
        hsi = Concatenate()(branches) + convolution(residual_blocks(fused, fusion_blocks), bands)
        hsi = ProjectionLoss(projection_weight, hidden=(32,), name="projection")(hsi, rgb)
        super().__init__({"rgb": rgb}, {"hsi": hsi}, name=name, trainable=trainable)
        self.bands = bands
        self.groups = groups
        self.blocks = blocks
        self.fusion_blocks = fusion_blocks
        self.width = width
        self.projection_weight = projection_weight
        self.halo = 2 * (groups * blocks + fusion_blocks) + 2

    def get_config(self) -> dict[str, Any]:
        return {
            "bands": self.bands,
            "groups": self.groups,
            "blocks": self.blocks,
            "fusion_blocks": self.fusion_blocks,
            "width": self.width,
            "projection_weight": self.projection_weight,
            "name": self.name,
            "trainable": self.trainable,
        }
