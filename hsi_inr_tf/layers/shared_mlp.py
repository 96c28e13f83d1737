"""Initialisation of the head that predicts theta."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="hsi_inr_tf")
class SharedMLP(keras.initializers.Initializer):
    """Bias of the head that predicts theta: one He-initialised MLP for all cells, in CellMLP's layout.

    With a small kernel the hypernetwork then starts as an ordinary shared MLP and learns to depart from it.
    """

    def __init__(
        self, widths: Sequence[int], slope: float = 0.1, gain_last: float = 0.5, seed: int | None = None
    ) -> None:
        self.widths = tuple(widths)
        self.slope = slope
        self.gain_last = gain_last
        self.seed = seed

    def __call__(self, shape, dtype=None):
        seed = keras.random.SeedGenerator(self.seed)
        gain = (2.0 / (1.0 + self.slope**2)) ** 0.5
        parts = []
        for layer, (inner, out) in enumerate(pairwise(self.widths)):
            last = layer == len(self.widths) - 2
            deviation = (self.gain_last if last else gain) / inner**0.5
            parts.append(ops.zeros((out,), dtype))
            parts.append(keras.random.normal((inner * out,), stddev=deviation, dtype=dtype, seed=seed))
        return ops.concatenate(parts)

    def get_config(self) -> dict[str, Any]:
        return {"widths": self.widths, "slope": self.slope, "gain_last": self.gain_last, "seed": self.seed}
