"""Coverage counts what lies in the intervals: all of a perfect model's, none of a wrong one's, and as many as
were drawn inside.
"""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from hsi_inr_tf.data import Scenes
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.evaluation.calibration import Errors, fit
from hsi_inr_tf.evaluation.coverage import coverage
from hsi_inr_tf.inference import Reconstructor
from hsi_inr_tf.optics import camera_named
from hsi_inr_tf.trained.description import ModelDescription

CAMERA = camera_named()


def scenes_of(error):
    generator = np.random.default_rng(1)
    rgbs = [generator.random((40, 40, 3)).astype(np.float32) * 0.8 for _ in range(2)]
    cubes = [np.clip(0.5 + error(rgb, generator), 0, 1).astype(np.float32) for rgb in rgbs]
    return Scenes.from_arrays(rgbs, cubes)


@pytest.fixture(scope="module")
def reconstructor():
    """It says 0.5 everywhere, and errors of standard deviation 0.1 are what it was calibrated on."""
    generator = np.random.default_rng(0)
    errors = [
        Errors(
            str(k), k % 2, generator.random((4000, 3)) * 0.8, np.abs(generator.normal(size=(4000, 31))) * 0.1
        )
        for k in range(4)
    ]
    description = ModelDescription("half", CAMERA.wavelengths, CAMERA, 1, 0, None)
    description = replace(description, uncertainty=fit(errors).to_dict())
    engine = type(
        "Half",
        (),
        {
            "description": description,
            "fixed_shape": None,
            "batch_size": 1,
            "continuous": False,
            "__call__": lambda self, rgb: np.full((*rgb.shape[:3], 31), 0.5, np.float32),
        },
    )
    return Reconstructor(engine())


def test_errors_as_in_the_calibration_are_covered_as_promised(reconstructor):
    tested = coverage(
        reconstructor, scenes_of(lambda rgb, draw: draw.normal(size=(*rgb.shape[:2], 31)) * 0.1)
    )
    for level, share in tested.mean.items():
        assert share == pytest.approx(level, abs=0.04)
    assert tested.by_band == pytest.approx(0.9, abs=0.06)
    assert tested.width == pytest.approx(0.1645, rel=0.15)
    assert tested.constant_width == pytest.approx(tested.width, rel=0.15)
    assert "mean half-width" in tested.table() and "scene_00" in tested.table()


def test_no_errors_are_all_covered_and_large_ones_never(reconstructor):
    assert set(
        coverage(reconstructor, scenes_of(lambda rgb, draw: np.zeros((*rgb.shape[:2], 31)))).mean.values()
    ) == {1.0}
    assert (
        max(
            coverage(
                reconstructor, scenes_of(lambda rgb, draw: np.full((*rgb.shape[:2], 31), 0.5))
            ).mean.values()
        )
        < 0.01
    )


def test_what_cannot_be_tested_is_told(reconstructor):
    bare = SimpleNamespace(uncertainty=None, description=reconstructor.description)
    with pytest.raises(InputError, match="not calibrated"):
        coverage(bare, scenes_of(lambda rgb, draw: np.zeros((*rgb.shape[:2], 31))))
    other = Scenes.from_arrays(
        [np.ones((4, 4, 3), np.float32)], [np.ones((4, 4, 3), np.float32)], wavelengths=[450, 550, 650]
    )
    with pytest.raises(InputError, match="wavelengths"):
        coverage(reconstructor, other)
