"""How the members of a committee share a training batch, and how their answers become one."""

from typing import Any

import keras
from keras import ops

from hsi_inr_tf.annotations import Tensor
from hsi_inr_tf.errors import InputError


@keras.saving.register_keras_serializable(package="hsi_inr_tf")
class Share(keras.layers.Layer):
    """In training, member `index` of `count` sees every count-th example [batch, ...]; otherwise all of them.

    Each member so learns from its own examples, at the cost of one. The same examples meet the same member
    however many devices share the batch, if each device gets a multiple of `count`.
    """

    def __init__(self, index: int, count: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.index = index
        self.count = count

    def call(self, batch: Tensor, training: bool | None = False) -> Tensor:
        if not training:
            return batch
        if batch.shape[0] is not None and batch.shape[0] < self.count:
            raise InputError(
                f"a batch of {batch.shape[0]} cannot be shared by {self.count} members, expected at least "
                "that many"
            )
        return batch[self.index :: self.count]

    def compute_output_shape(self, batch_shape: tuple[int | None, ...]) -> Any:
        return (None, *batch_shape[1:])

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "index": self.index, "count": self.count}


@keras.saving.register_keras_serializable(package="hsi_inr_tf")
class Mean(keras.layers.Layer):
    """In training, the members' answers to their shares in the batch's order; otherwise `trust` times their
    mean.
    """

    def __init__(self, trust: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.trust = trust

    def call(self, answers: Tensor, training: bool | None = False) -> Tensor:
        if not training:
            return sum(answers) * (self.trust / len(answers))
        examples = sum(ops.shape(answer)[0] for answer in answers)
        order = ops.concatenate([ops.arange(i, examples, len(answers)) for i in range(len(answers))])
        return ops.take(ops.concatenate(answers, axis=0), ops.argsort(order), axis=0)

    def compute_output_shape(self, answers_shape: tuple[int | None, ...]) -> Any:
        return answers_shape[0]

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "trust": self.trust}
