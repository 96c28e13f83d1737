"""Training batches: several crops from each of a few scenes; the batch of step s is a pure function of (seed,
s).
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from hsi_inr_tf.data.augmentation import Augmentation, flip, relight
from hsi_inr_tf.data.scenes import Scenes
from hsi_inr_tf.errors import InputError

if TYPE_CHECKING:
    import tensorflow as tf

CROPS_PER_SCENE = 2


def patches(
    scenes: Scenes,
    *,
    patch: int,
    batch_size: int,
    seed: int,
    first_step: int = 0,
    steps: int | None = None,
    augmentation: Augmentation | None = None,
    reflectances: np.ndarray | None = None,
    shard: tuple[int, int] = (0, 1),
) -> "tf.data.Dataset":
    """tf.data.Dataset of (rgb [b, patch, patch, 3], cube [b, patch, patch, bands]) float32, endless unless
    `steps` is given.

    The first batch is that of step `first_step`. `shard` = (index, count) gives the index-th of `count` equal
    parts of every batch, for one of several workers. `reflectances` [n, bands] are what
    `augmentation.recolouring` takes materials from. InputError where a scene is smaller than a patch or the
    batch does not divide.
    """
    import tensorflow as tf

    examples = check_divides(batch_size, shard)
    check_patch(scenes, patch)
    augmentation = augmentation or Augmentation()
    if augmentation.recolouring and (reflectances is None or not len(reflectances)):
        raise InputError("augmentation: recolouring needs reflectances measured at the bands of the scenes")

    def read(step):
        return batch(scenes, patch, batch_size, seed, step, augmentation, examples, reflectances)

    b, bands = len(examples), len(scenes.wavelengths)
    shapes = [((b, patch, patch, channels), tf.float32) for channels in (3, bands)]
    return numbered(read, shapes, first_step, steps)


def numbered(read: Callable, shapes: Any, first_step: int, steps: int | None) -> "tf.data.Dataset":
    """tf.data.Dataset of what `read(step)` gives, arrays of these (shape, type), from `first_step` on."""
    import tensorflow as tf

    def taken(step):
        # Stateless, as it is: otherwise tf.data would give up reading ahead in parallel where operations must
        # be deterministic.
        return tf.numpy_function(
            lambda s: read(int(s)), [step], tuple(kind for _, kind in shapes), stateful=False
        )

    def shaped(*arrays):
        return tuple(tf.ensure_shape(array, shape) for array, (shape, _) in zip(arrays, shapes, strict=True))

    numbers = tf.data.Dataset.range(
        first_step, first_step + steps if steps is not None else np.iinfo(np.int64).max
    )
    return numbers.map(taken, num_parallel_calls=2, deterministic=True).map(shaped).prefetch(2)


def check_divides(batch_size: int, shard: tuple[int, int]) -> range:
    """The examples of every batch that are the part `shard` = (index, count); InputError unless all parts are
    equal.
    """
    index, count = shard
    if batch_size % count:
        raise InputError(
            f"a batch of {batch_size} cannot be shared by {count} workers, expected a multiple of {count}"
        )
    return range(index * batch_size // count, (index + 1) * batch_size // count)


def check_patch(scenes: Scenes, patch: int) -> None:
    """InputError where a scene is smaller than a patch."""
    for i, name in enumerate(scenes.names):
        if min(scenes.shape(i)) < patch:
            raise InputError(
                f"scene {name} has {scenes.shape(i)} pixels, expected at least one patch of {patch} x {patch}"
            )


def batch(
    scenes: Scenes,
    patch: int,
    batch_size: int,
    seed: int,
    step: int,
    augmentation: Augmentation,
    examples: Sequence[int] | None = None,
    reflectances: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """The crops of step `step`, or only those numbered in `examples`: (rgb [n, p, p, 3], cube [n, p, p,
    bands]).
    """
    examples = range(batch_size) if examples is None else examples
    groups = -(-batch_size // CROPS_PER_SCENE)
    rgb = np.empty((len(examples), patch, patch, 3), np.float32)
    cube = np.empty((len(examples), patch, patch, len(scenes.wavelengths)), np.float32)
    for place, example in enumerate(examples):
        scene = scene_of_group(len(scenes), seed, step * groups + example // CROPS_PER_SCENE)
        rgb[place], cube[place] = _example(
            scenes, scene, patch, np.random.default_rng([seed, step, example]), augmentation, reflectances
        )
    return rgb, cube


def scene_of_group(count: int, seed: int, group: int) -> int:
    """The scene of the `group`-th group of crops since step 0: every scene comes once before any comes
    again.
    """
    round_, position = divmod(group, count)
    return int(np.random.default_rng([seed, round_]).permutation(count)[position])


def _example(scenes, scene, patch, rng, augmentation, reflectances):
    def crop(index):
        height, width = scenes.shape(index)
        return scenes.crop(
            index, int(rng.integers(height - patch + 1)), int(rng.integers(width - patch + 1)), patch
        )

    rgb, cube = crop(scene)
    if augmentation.physical:
        rgb, cube = relight(
            rgb,
            cube,
            rng,
            scenes.camera,
            augmentation,
            lambda: crop(int(rng.integers(len(scenes)))),
            reflectances,
        )
    return flip(rgb, cube, rng) if augmentation.flips else (rgb, cube)
