import numpy as np
import pytest

from hsi_inr_tf.optics.full_scale import fractions, full_scale


@pytest.mark.parametrize(
    ("kind", "expected"), [("uint8", 255), (">u2", 65535), (np.uint32, 4294967295), ("f4", 1), ("f8", 1)]
)
def test_what_stands_for_one(kind, expected):
    assert full_scale(kind) == expected
    assert fractions(np.array([0, expected], kind)).tolist() == [0.0, 1.0]
