"""Data sets that one model is trained on together: each keeps its bands, its camera and its share of the
batches.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from hsi_inr_tf.data.augmentation import Augmentation
from hsi_inr_tf.data.patches import batch, check_divides, numbered
from hsi_inr_tf.data.scenes import Scenes
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.optics.camera import Camera
from hsi_inr_tf.optics.cameras import spread
from hsi_inr_tf.optics.spectral_splines import BEYOND, common_knots, sampling

if TYPE_CHECKING:
    import tensorflow as tf

DRAW = 20  # beside seed and step: what draws the data set of a step


@dataclass(frozen=True)
class Mixture:
    """`parts` are the scenes of the `datasets`, `shares` how large a part of the batches each gives; every
    batch comes from one of them. RGB is given in the first one's encoding.
    """

    datasets: tuple[str, ...]
    parts: tuple[Scenes, ...]
    shares: tuple[float, ...]

    @classmethod
    def of(cls, datasets: Sequence[str], parts: Sequence[Scenes], shares: Sequence[float] = ()) -> "Mixture":
        """With equal shares by default; others are scaled to a sum of 1."""
        shares = shares or [1.0] * len(parts)
        if len(shares) != len(parts) or not all(0 < share < np.inf for share in shares):
            raise InputError(
                f"--shares {' '.join(f'{share:g}' for share in shares)} for {', '.join(datasets)}, expected "
                f"{len(parts)} positive numbers"
            )
        return cls(tuple(datasets), tuple(parts), tuple(share / sum(shares) for share in shares))

    @property
    def alone(self) -> bool:
        """Whether there is nothing to mix, and bands are taken for what they are at their centres."""
        return len(self.parts) == 1 and self.parts[0].widths is None

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for part in self.parts for name in part.names)

    @cached_property
    def wavelengths(self) -> tuple[float, ...]:
        """The knots of a model of all of them, each a band of one data set; of one data set its bands."""
        return common_knots([part.wavelengths for part in self.parts])

    @cached_property
    def camera(self) -> Camera:
        """The first data set's, at the knots."""
        return spread(self.parts[0].camera, self.wavelengths)

    @cached_property
    def samplings(self) -> tuple[np.ndarray, ...]:
        """By data set the matrix [knots, its bands] from answers at the knots to those at its bands."""
        return tuple(sampling(self.wavelengths, part.wavelengths, part.widths, BEYOND) for part in self.parts)

    @property
    def same_bands(self) -> bool:
        """Whether all have the same bands."""
        return len({(part.wavelengths, part.widths) for part in self.parts}) == 1

    @property
    def at_knots(self) -> bool:
        """Whether all have the knots themselves for bands."""
        return all(part.wavelengths == self.wavelengths and part.widths is None for part in self.parts)

    def part_of(self, seed: int, step: int) -> int:
        """Which data set the batch of step `step` comes from."""
        return int(np.random.default_rng([seed, step, DRAW]).choice(len(self.parts), p=self.shares))

    def encoded(self, part: int, rgb: np.ndarray) -> np.ndarray:
        """RGB of a data set in the encoding of the first."""
        own, first = self.parts[part].camera, self.parts[0].camera
        return rgb if own.encoding == first.encoding else first.encode(own.decode(rgb)).astype(np.float32)


def mixed_patches(
    mixture: Mixture,
    *,
    patch: int,
    batch_size: int,
    seed: int,
    first_step: int = 0,
    steps: int | None = None,
    augmentation: Augmentation | None = None,
    reflectances: Sequence[np.ndarray],
    shard: tuple[int, int] = (0, 1),
) -> "tf.data.Dataset":
    """As data.patches, of several data sets: (rgb, cube [b, patch, patch, most bands], part [b] int32).

    All of a batch is of one `part`, and its cubes have zeros beyond the bands of that one. `reflectances` are
    those at the bands of each; where there are none, nothing is recoloured.
    """
    import tensorflow as tf

    examples = check_divides(batch_size, shard)
    augmentation = augmentation or Augmentation()
    ways = [
        augmentation if len(measured) else replace(augmentation, recolouring=0.0) for measured in reflectances
    ]
    most = max(len(part.wavelengths) for part in mixture.parts)

    def read(step):
        which = mixture.part_of(seed, step)
        rgb, cube = batch(
            mixture.parts[which], patch, batch_size, seed, step, ways[which], examples, reflectances[which]
        )
        padding = most - cube.shape[-1]
        cube = np.pad(cube, ((0, 0), (0, 0), (0, 0), (0, padding)))
        return mixture.encoded(which, rgb), cube, np.full(len(rgb), which, np.int32)

    count = len(examples)
    shapes = [((count, patch, patch, channels), tf.float32) for channels in (3, most)]
    return numbered(read, [*shapes, ((count,), tf.int32)], first_step, steps)
