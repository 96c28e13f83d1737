"""Regression whose coefficients a committee adapts: what it learns from, and what it answers."""

import numpy as np
import pytest

from hsi_inr_tf.data import Scenes
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.models import build, polynomial_regression
from hsi_inr_tf.models.committee import RIDGE
from tests.test_encoding import written_out

SMALL = {"width": 24, "head_width": 16, "hidden": 5, "basis": 4, "dilations": (1,), "degree": 3}


@pytest.fixture(scope="module")
def scenes():
    random = np.random.default_rng(0)
    return Scenes.from_arrays(
        *zip(
            *(
                (random.random((24, 24, 3), np.float32), random.random((24, 24, 31), np.float32))
                for _ in range(2)
            ),
            strict=True,
        )
    )


@pytest.fixture(scope="module")
def committee(scenes):
    model = build("inr-compact", members=3, trust=0.75, **SMALL)
    random = np.random.default_rng(1)
    model.set_weights([random.normal(0, 0.1, weight.shape) for weight in model.get_weights()])
    model.prepare(scenes)
    return model


@pytest.fixture(scope="module")
def rgb():
    return np.random.default_rng(2).random((5, 32, 32, 3), np.float32)


def by_hand(committee, rgb, theta, row, column):
    """The spectrum of a pixel in float64, given theta of its cell beside the regression [features, bands]."""
    pixel = rgb[row, column].astype(np.float64)
    gamma = written_out((column % 8 + 0.5) / 8, (row % 8 + 0.5) / 8, 1)
    of_colour, bias, of_place = (
        np.asarray(weight, np.float64) for weight in committee.features.get_weights()
    )
    units = np.maximum(pixel @ of_colour + bias + gamma @ of_place, 0.0)
    r, g, b = pixel
    cubes = [r**3, r * r * g, r * r * b, r * g * g, r * g * b, r * b * b, g**3, g * g * b, g * b * b, b**3]
    monomials = np.array([1.0, r, g, b, r * r, r * g, r * b, g * g, g * b, b * b, *cubes])
    return (
        monomials @ np.asarray(committee.regression.coefficients, np.float64)
        + np.concatenate([monomials, units]) @ theta
    )


def theta_of(committee, member, rgb):
    """What a member says of every cell [rows, columns, features, bands], in float64."""
    coefficients = np.asarray(member(rgb[None]), np.float64)[0]
    return coefficients.reshape(*coefficients.shape[:2], -1, committee.basis) @ np.asarray(
        committee.to_spectra.kernel, np.float64
    )


def test_its_answer_is_regression_plus_the_trusted_part_of_the_members_mean(committee, rgb):
    thetas = [theta_of(committee, member, rgb[0]) for member in committee.members]
    answer = np.asarray(committee({"rgb": rgb[:1]})["hsi"])[0]
    for row, column in np.random.default_rng(3).integers(32, size=(12, 2)):
        theta = 0.75 * np.mean([theta[row // 8, column // 8] for theta in thetas], axis=0)
        np.testing.assert_allclose(
            answer[row, column], by_hand(committee, rgb[0], theta, row, column), atol=1e-4
        )


def test_it_starts_as_regression(scenes, rgb):
    model = build("inr-compact", members=2, **SMALL)
    model.prepare(scenes)
    regression = polynomial_regression.fit(scenes, 3, RIDGE)
    np.testing.assert_allclose(model({"rgb": rgb})["hsi"], regression({"rgb": rgb})["hsi"], atol=1e-5)


def test_in_training_every_example_is_answered_by_one_member_in_turn(scenes, rgb):
    model = build("inr-compact", members=3, trust=0.75, dropout=0.0, **SMALL)
    random = np.random.default_rng(1)
    model.set_weights([random.normal(0, 0.1, weight.shape) for weight in model.get_weights()])
    answers = np.asarray(model({"rgb": rgb}, training=True)["hsi"])
    for i, answer in enumerate(answers):
        theta = theta_of(model, model.members[i % 3], rgb[i])
        for row, column in ((0, 0), (13, 30)):
            expected = by_hand(model, rgb[i], theta[row // 8, column // 8], row, column)
            np.testing.assert_allclose(answer[row, column], expected, atol=1e-4)


def test_its_regression_is_fitted_and_not_trained(committee, scenes):
    kernel, bias = polynomial_regression.fit(scenes, 3, RIDGE).get_weights()
    np.testing.assert_allclose(committee.regression.coefficients, np.concatenate([bias[None], kernel[0, 0]]))
    trained = {id(variable) for variable in committee.trainable_variables}
    assert not trained & {id(variable) for variable in committee.regression.variables}


def test_at_pixel_centres_samples_and_points_are_the_ordinary_result(committee, rgb):
    whole = np.asarray(committee({"rgb": rgb[:1]})["hsi"])
    np.testing.assert_allclose(committee.sample(rgb[:1], np.arange(32.0), np.arange(32.0)), whole, atol=1e-5)
    points = np.array([[[0, 0], [31, 31], [5, 20]]])
    np.testing.assert_allclose(
        committee.query(rgb[:1], points)[0], whole[0, points[0, :, 0], points[0, :, 1]], atol=1e-5
    )


def test_a_batch_smaller_than_the_committee_is_an_input_error(committee, rgb):
    with pytest.raises(InputError, match="a batch of 2 cannot be shared by 3 members"):
        committee({"rgb": rgb[:2]}, training=True)
