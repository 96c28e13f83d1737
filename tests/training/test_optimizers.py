"""Schedules at known steps, the moving average against its recursion."""

import keras
import numpy as np
import pytest

from hsi_inr_tf.training import TrainConfig
from hsi_inr_tf.training.optimizers import MovingAverage, learning_rate_schedule, optimizer


def rates(steps, **settings):
    schedule = learning_rate_schedule(TrainConfig(steps=1000, learning_rate=0.01, **settings))
    return [float(schedule(step)) for step in steps]


def test_warm_up_rises_in_a_line():
    found = rates([0, 49, 99, 500], schedule="constant", warmup_steps=100)
    np.testing.assert_allclose(found, [0.0001, 0.005, 0.01, 0.01], rtol=1e-5)


def test_cosine_falls_to_half_and_to_nothing():
    np.testing.assert_allclose(
        rates([0, 500, 1000], schedule="cosine", warmup_steps=0), [0.01, 0.005, 0], atol=1e-8
    )


def test_paper_halves_the_rate_at_each_fifth():
    steps = [0, 200, 201, 400, 401, 601, 801, 999]
    expected = 0.01 / 2.0 ** np.array([0, 0, 1, 1, 2, 3, 4, 4])
    np.testing.assert_allclose(rates(steps, schedule="paper", warmup_steps=0), expected, rtol=1e-6)


def test_average_follows_its_recursion():
    weight = keras.Variable(np.float32([1.0, -2.0]))
    average = MovingAverage([weight], 0.9)
    expected, rng = np.array([1.0, -2.0]), np.random.default_rng(0)
    for update in range(300):
        value = rng.normal(size=2)
        weight.assign(value)
        average.update()
        momentum = min(0.9, (1 + update) / (10 + update))
        expected = momentum * expected + (1 - momentum) * value
    np.testing.assert_allclose(average.averages[0].numpy(), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["adam", "adamw", "lion", "lamb"])
def test_every_optimizer_descends_a_parabola(name):
    config = TrainConfig(optimizer=name, steps=200, learning_rate=0.02, warmup_steps=0, schedule="constant")
    weight = keras.Variable(np.float32([1.0, -1.0]))
    chosen = optimizer(config, replicas=1)
    chosen.build([weight])
    for _ in range(200):
        chosen.apply([2 * weight.value], [weight])
    assert np.abs(weight.numpy()).max() < 0.1


@pytest.mark.parametrize("name", ["adam", "adamw", "lion", "lamb"])
def test_weights_decay_only_as_they_are_told_to(name):
    def after_one_step(decay):
        weight = keras.Variable(np.float32([1.0]))
        config = TrainConfig(
            optimizer=name, learning_rate=0.01, warmup_steps=0, schedule="constant", weight_decay=decay
        )
        chosen = optimizer(config, replicas=1)
        chosen.build([weight])
        chosen.apply([np.float32([0.0])], [weight])
        return float(weight[0])

    assert after_one_step(0.0) == 1.0
    assert after_one_step(0.1) == pytest.approx(1.0 if name == "adam" else 1 - 0.01 * 0.1, abs=1e-7)
