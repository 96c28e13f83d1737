"""A cube in the user's hands."""

import io as streams

import numpy as np
import pytest

from hsi_inr_tf.cubes import HyperspectralImage
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.optics import camera_named


@pytest.fixture
def cube():
    camera = camera_named()
    y, x = np.meshgrid(np.arange(20), np.arange(30), indexing="ij")
    data = np.exp(-(((np.array(camera.wavelengths) - 400 - 10 * x[..., None]) / 60) ** 2)) * (
        0.2 + y[..., None] / 30
    )
    place = {"crs": "EPSG:32633", "transform": [2.0, 0.0, 100.0, 0.0, -3.0, 200.0]}
    return HyperspectralImage(data.astype(np.float32), camera.wavelengths, camera, {"a": 1}, place)


def test_spectra_and_bands_are_those_of_the_data(cube):
    np.testing.assert_array_equal(cube.spectrum(3, 4), cube.data[3, 4])
    np.testing.assert_array_equal(cube.band(552), cube.data[:, :, 15])
    for wrong in (
        lambda: cube.spectrum(20, 0),
        lambda: cube.spectrum(-1, 0),
        lambda: cube.band(390),
        lambda: cube.band(706),
    ):
        with pytest.raises(InputError):
            wrong()


def test_its_picture_is_what_the_camera_renders(cube):
    np.testing.assert_allclose(cube.rgb(), cube.camera.render(cube.data), atol=1e-6)
    with pytest.raises(InputError, match="no camera"):
        HyperspectralImage(cube.data, cube.wavelengths).rgb()


def test_false_colour_shows_its_three_bands_between_the_limits(cube):
    picture = cube.false_colour((650, 550, 450), limits=(0.0, 0.8))
    np.testing.assert_allclose(picture[..., 0], np.clip(cube.band(650) / 0.8, 0, 1) ** (1 / 2.2), atol=1e-6)
    assert picture.min() >= 0 and picture.max() <= 1 and cube.false_colour().max() == 1


def test_a_crop_keeps_its_place_on_the_map(cube):
    crop = cube.crop(5, 7, 10, 11)
    np.testing.assert_array_equal(crop.data, cube.data[5:15, 7:18])
    assert crop.georeference["transform"] == [2.0, 0.0, 114.0, 0.0, -3.0, 185.0]
    with pytest.raises(InputError, match="no crop"):
        cube.crop(15, 0, 6, 5)


@pytest.mark.parametrize("suffix", [".hdr", ".npz"])
def test_saved_and_loaded_it_is_the_same(cube, tmp_path, suffix):
    back = HyperspectralImage.load(cube.save(tmp_path / f"cube{suffix}"))
    np.testing.assert_array_equal(back.data, cube.data)
    assert (back.wavelengths, back.provenance, back.georeference) == (
        cube.wavelengths,
        cube.provenance,
        cube.georeference,
    )
    np.testing.assert_array_equal(back.camera.response, cube.camera.response)


def test_as_an_xarray_it_selects_by_wavelength(cube):
    array = cube.to_xarray()
    np.testing.assert_array_equal(array.sel(wavelength=550).values, cube.band(550))
    assert array.wavelength.attrs["units"] == "nm"


def test_in_a_notebook_it_draws_itself(cube):
    from PIL import Image

    with Image.open(streams.BytesIO(cube._repr_png_())) as image:
        assert image.format == "PNG" and image.width > 300
    assert "20 x 30 pixels, 31 bands from 400 to 700 nm" in repr(cube)


def test_wavelengths_must_fit_and_ascend(cube):
    with pytest.raises(InputError, match="wavelength a band"):
        HyperspectralImage(cube.data, cube.wavelengths[:-1])
    with pytest.raises(InputError, match="ascend"):
        HyperspectralImage(cube.data, cube.wavelengths[::-1])
