"""Scenes with a part of their bands."""

import numpy as np
import pytest

from hsi_inr_tf.data import Scenes
from hsi_inr_tf.errors import InputError

NM = tuple(range(420, 801, 20))


@pytest.fixture
def scenes():
    random = np.random.default_rng(0)
    return Scenes.from_arrays(
        [random.random((4, 5, 3), np.float32)], [random.random((4, 5, 20), np.float32)], wavelengths=NM
    )


def test_what_lies_outside_is_left_out(scenes):
    part = scenes.between(400, 700)
    assert part.wavelengths == tuple(map(float, NM[:15])) and part.camera.fits(NM[:15])
    np.testing.assert_array_equal(part[0].cube, scenes[0].cube[:, :, :15])
    assert scenes.between(420, 800) is scenes


def test_no_band_in_common_is_refused(scenes):
    with pytest.raises(InputError, match="bands from 420 to 800 nm, expected some from 900 to 1000 nm"):
        scenes.between(900, 1000)
