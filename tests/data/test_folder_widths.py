"""The widths (FWHM) of bands that a folder's cubes state."""

import pytest

from hsi_inr_tf.cubes import HyperspectralImage
from hsi_inr_tf.data import from_folder
from hsi_inr_tf.errors import InputError
from tests.data.test_folder import NM, cube_of, picture


def test_widths_that_all_cubes_state_are_those_of_the_scenes(tmp_path):
    folder = tmp_path / "mine"

    def opened():
        return from_folder(folder, data_dir=tmp_path / "data")

    for name in "ab":
        picture(folder / f"{name}.png")
        image = HyperspectralImage(cube_of(ord(name)), tuple(NM), widths=(8.0, 9.0, 10.0, 11.0, 12.0))
        image.save(folder / f"{name}.hdr")
    assert opened().widths == (8.0, 9.0, 10.0, 11.0, 12.0)
    assert opened().widths == (8.0, 9.0, 10.0, 11.0, 12.0)  # as they were decoded
    assert opened().between(490, 610).widths == (9.0, 10.0, 11.0)
    HyperspectralImage(cube_of(1), tuple(NM)).save(folder / "b.hdr")
    with pytest.raises(InputError, match="state other widths"):
        opened()
