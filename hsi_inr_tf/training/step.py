"""The training step: loss, gradient and update of one global batch, and several of them in one call."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from hsi_inr_tf.training.config import TrainConfig
from hsi_inr_tf.training.losses import LOSSES


def training_step(
    model: keras.Model,
    optimizer: keras.optimizers.Optimizer,
    average: Any,
    config: TrainConfig,
    strategy: tf.distribute.Strategy,
    samplings: Any = None,
) -> Callable:
    """step(rgb, cube) -> loss, the mean over the global batch, however many devices share it; to be called in
    a tf.function.

    It takes each replica's part of the batch, and updates the model and `average`, a MovingAverage or None.
    With the `samplings` of a Mixture it is step(rgb, cube, part): the model is asked at the part's bands.
    """
    replicas = strategy.num_replicas_in_sync
    trainable = model.trainable_variables
    loss_of_examples = LOSSES[config.loss]
    pieces = config.accumulation
    share_of_piece = 1.0 / (replicas * pieces)
    # The sum over replicas is the optimizer's work, unless clipping or float16's test for overflow must see
    # the sum before that.
    sum_first = replicas > 1 and (
        config.clip_norm is not None or isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
    )

    at_bands = _at_bands(samplings) if samplings else lambda predicted, *part: (predicted,)

    def loss_and_gradient(rgb, cube, *part):
        with tf.GradientTape() as tape:
            predicted = tf.cast(model({"rgb": rgb}, training=True)["hsi"], tf.float32)
            loss = tf.reduce_sum(loss_of_examples(cube, *at_bands(predicted, *part))) / config.batch_size
            if model.losses:  # what layers add are means over the examples they saw
                loss += tf.add_n([tf.cast(added, tf.float32) for added in model.losses]) * share_of_piece
            scaled = optimizer.scale_loss(loss)
        return loss, tape.gradient(scaled, trainable, unconnected_gradients=tf.UnconnectedGradients.ZERO)

    def loss_and_gradient_in_pieces(*batch):
        batch = [tf.reshape(x, (pieces, x.shape[0] // pieces, *x.shape[1:])) for x in batch]

        def add(piece, loss, gradient):
            more_loss, more_gradient = loss_and_gradient(*(x[piece] for x in batch))
            return piece + 1, loss + more_loss, [a + b for a, b in zip(gradient, more_gradient, strict=True)]

        start = (0, tf.constant(0.0), [tf.zeros_like(variable) for variable in trainable])
        # One piece at a time, or there would be no memory to save.
        _, loss, gradient = tf.while_loop(lambda piece, *_: piece < pieces, add, start, parallel_iterations=1)
        return loss, gradient

    compute = loss_and_gradient if pieces == 1 else loss_and_gradient_in_pieces
    if config.jit and replicas > 1:  # XLA cannot hold the exchange between devices
        compute = tf.function(compute, jit_compile=True)

    def update(*batch):
        loss, gradient = compute(*batch)
        if sum_first:
            total = tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.SUM, gradient)
            gradient = [part / replicas for part in total]
        optimizer.apply(gradient, trainable)
        if average is not None:
            average.update()
        return loss

    if config.jit and replicas == 1:
        update = tf.function(update, jit_compile=True)

    def step(*batch):
        return strategy.reduce(tf.distribute.ReduceOp.SUM, strategy.run(update, batch), None)

    return step


def _at_bands(samplings):
    """(predicted [batch, height, width, knots], part [batch]) -> (the same at the bands of the part, zero
    beyond them, their number [batch]).
    """
    most = max(matrix.shape[1] for matrix in samplings)
    padded = [np.pad(matrix, ((0, 0), (0, most - matrix.shape[1]))) for matrix in samplings]
    matrices = tf.constant(np.stack(padded), tf.float32)
    counts = tf.constant([matrix.shape[1] for matrix in samplings])

    def at_bands(predicted, part):
        # A batch is of one part.
        return tf.einsum("bhwk,kn->bhwn", predicted, matrices[part[0]]), tf.gather(counts, part)

    return at_bands


def several_steps(step: Callable) -> Callable:
    """run(iterator, count) -> losses [count]: so many steps without the host between them, on batches from
    `iterator`.
    """

    @tf.function(reduce_retracing=True)
    def run(iterator, count):
        losses = tf.TensorArray(tf.float32, count)
        for number in tf.range(count):
            losses = losses.write(number, step(*next(iterator)))
        return losses.stack()

    return run
