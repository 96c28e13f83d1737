"""A training command on the small scenes, for the tests that kill, share or starve a process.

The environment variable DEVICES splits the CPU into that many; MIXED trains on a second data set too, of
every other band.
"""

import os

from small_scenes import small_scenes

from hsi_inr_tf.cli import command
from hsi_inr_tf.data import Mixture, Scenes
from hsi_inr_tf.training import TrainConfig, train


def run(config: TrainConfig) -> None:
    """Train on the small scenes, two of them for validation."""
    import tensorflow as tf

    if "DEVICES" in os.environ:
        cpu = tf.config.list_physical_devices("CPU")[0]
        tf.config.set_logical_device_configuration(
            cpu, [tf.config.LogicalDeviceConfiguration()] * int(os.environ["DEVICES"])
        )
    scenes = small_scenes()
    validation = scenes.select(scenes.names[:2])
    if "MIXED" in os.environ:
        cubes = [cube[:, :, ::2] for cube in scenes.cubes]
        scenes = Mixture.of(["all", "half"], [scenes, Scenes.from_arrays(scenes.rgbs, cubes)])
    train(config, scenes=scenes, validation=validation)


if __name__ == "__main__":
    command(run, TrainConfig)
