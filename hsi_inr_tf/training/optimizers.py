"""Learning-rate schedules, Keras's optimizers by name, and the moving average of the weights."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from hsi_inr_tf.training.config import TrainConfig

OPTIMIZERS = {
    "adam": keras.optimizers.Adam,
    "adamw": keras.optimizers.AdamW,
    "lion": keras.optimizers.Lion,
    "lamb": keras.optimizers.Lamb,
}


@keras.saving.register_keras_serializable(package="hsi_inr_tf")
class WarmUp(keras.optimizers.schedules.LearningRateSchedule):
    """`schedule`, scaled by a line that rises from 0 to 1 over the first `steps` steps."""

    def __init__(self, schedule: Callable, steps: int) -> None:
        self.schedule = schedule
        self.steps = steps

    def __call__(self, step):
        step = ops.cast(step, "float32")
        return self.schedule(step) * ops.minimum(1.0, (step + 1.0) / max(self.steps, 1))

    def get_config(self) -> dict[str, Any]:
        return {"schedule": keras.saving.serialize_keras_object(self.schedule), "steps": self.steps}


def learning_rate_schedule(config: TrainConfig) -> WarmUp:
    """Learning rate by step: cosine to zero, halved at each fifth of the run (as the paper's 200 of 1000
    epochs), or constant.
    """
    schedules = keras.optimizers.schedules
    rate = config.learning_rate
    if config.schedule == "cosine":
        schedule = schedules.CosineDecay(rate, config.steps)
    elif config.schedule == "paper":
        fifths = [config.steps * k // 5 for k in range(1, 5)]
        schedule = schedules.PiecewiseConstantDecay(fifths, [rate / 2**k for k in range(5)])
    else:
        schedule = schedules.PiecewiseConstantDecay([config.steps], [rate, rate])
    return WarmUp(schedule, config.warmup_steps)


def optimizer(config: TrainConfig, replicas: int) -> keras.optimizers.Optimizer:
    """The configured optimizer; with float16 its loss is scaled so that small gradients survive.

    Keras clips each replica's gradient before it sums them. The step hands every replica the same share, 1 /
    replicas, of the global gradient, so a limit that is as much smaller clips the global norm.
    """
    # AdamW's own default is not 0.
    extra = {"weight_decay": config.weight_decay} if config.optimizer != "adam" else {}
    clip = config.clip_norm / replicas if config.clip_norm else None
    chosen = OPTIMIZERS[config.optimizer](learning_rate_schedule(config), global_clipnorm=clip, **extra)
    return keras.optimizers.LossScaleOptimizer(chosen) if config.precision == "mixed_float16" else chosen


class MovingAverage:
    """Exponential moving average of a model's trainable weights.

    The momentum starts low and rises to `momentum`, so that the random first weights are soon forgotten.
    """

    def __init__(self, trainable: Sequence[keras.Variable], momentum: float) -> None:
        self.trainable = trainable
        self.momentum = momentum
        # Every replica holds the same weights, so one of them speaks for all.
        self.updates = keras.Variable(0.0, trainable=False, aggregation="only_first_replica", name="updates")
        self.averages = [
            keras.Variable(variable, trainable=False, aggregation="only_first_replica", name="average")
            for variable in trainable
        ]

    @property
    def variables(self) -> list[keras.Variable]:
        return [self.updates, *self.averages]

    def update(self) -> None:
        """Take in the present weights."""
        momentum = ops.minimum(self.momentum, (1.0 + self.updates) / (10.0 + self.updates))
        for average, variable in zip(self.averages, self.trainable, strict=True):
            average.assign(average + (1.0 - momentum) * (variable - average))
        self.updates.assign(self.updates + 1.0)
