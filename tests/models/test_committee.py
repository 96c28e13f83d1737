"""Regression and a committee that corrects it: what it learns from, and what it answers."""

import numpy as np
import pytest

from hsi_inr_tf.data import Scenes
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.models import build, polynomial_regression
from hsi_inr_tf.models.committee import RIDGE

SMALL = {"width": 24, "head_width": 16, "hidden": (16,), "basis": 0, "dilations": (1,)}


@pytest.fixture(scope="module")
def scenes():
    random = np.random.default_rng(0)
    return Scenes.from_arrays(*zip(*((random.random((24, 24, 3), np.float32), random.random((24, 24, 31), np.float32))
                                     for _ in range(2)), strict=True))


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


def test_its_answer_is_regression_plus_the_trusted_part_of_the_members_mean(committee, rgb):
    members = np.mean([np.asarray(member({"rgb": rgb})["hsi"]) for member in committee.members], axis=0)
    expected = np.asarray(committee.regression({"rgb": rgb})["hsi"]) + 0.75 * members
    np.testing.assert_allclose(committee({"rgb": rgb})["hsi"], expected, atol=1e-5)


def test_it_starts_as_regression(scenes, rgb):
    model = build("inr-compact", members=2, **{**SMALL, "basis": 4})
    model.prepare(scenes)
    np.testing.assert_allclose(model({"rgb": rgb})["hsi"], model.regression({"rgb": rgb})["hsi"], atol=1e-6)


def test_in_training_every_example_is_answered_by_one_member_in_turn(committee, rgb):
    answers = np.asarray(committee({"rgb": rgb}, training=True)["hsi"])
    regressed = np.asarray(committee.regression({"rgb": rgb})["hsi"])
    for i, answer in enumerate(answers):
        alone = np.asarray(committee.members[i % 3]({"rgb": rgb[i : i + 1]})["hsi"])[0]
        np.testing.assert_allclose(answer, regressed[i] + alone, atol=1e-5)


def test_its_regression_is_fitted_and_not_trained(committee, scenes):
    fitted = polynomial_regression.fit(scenes, committee.regression.degree, RIDGE).get_weights()
    for own, expected in zip(committee.regression.get_weights(), fitted, strict=True):
        np.testing.assert_allclose(own, expected)
    trained = {id(variable) for variable in committee.trainable_variables}
    assert not trained & {id(variable) for variable in committee.regression.variables}


def test_at_pixel_centres_samples_and_points_are_the_ordinary_result(committee, rgb):
    whole = np.asarray(committee({"rgb": rgb[:1]})["hsi"])
    np.testing.assert_allclose(committee.sample(rgb[:1], np.arange(32.0), np.arange(32.0)), whole, atol=1e-5)
    points = np.array([[[0, 0], [31, 31], [5, 20]]])
    np.testing.assert_allclose(committee.query(rgb[:1], points)[0], whole[0, points[0, :, 0], points[0, :, 1]], atol=1e-5)


def test_a_batch_smaller_than_the_committee_is_an_input_error(committee, rgb):
    with pytest.raises(InputError, match="a batch of 2 cannot be shared by 3 members"):
        committee({"rgb": rgb[:2]}, training=True)
