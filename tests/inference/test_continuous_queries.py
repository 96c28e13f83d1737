"""Any scale, any point, any wavelength within the trained range."""

import colour
import numpy as np
import pytest

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.optics import VISIBLE
from hsi_inr_tf.optics.resampling import parse, resampling


def test_points_at_pixel_centres_are_the_ordinary_result(reconstructor, photograph):
    cube = reconstructor.reconstruct(photograph).data
    points = np.array([[0, 0], [132, 200], [64, 101], [7, 8]])
    np.testing.assert_allclose(
        reconstructor.reconstruct(photograph, points=points), cube[points[:, 0], points[:, 1]], atol=1e-5
    )


def test_points_in_a_large_tiled_picture_are_those_of_the_whole(reconstructor, photograph):
    large = np.tile(photograph, (9, 6, 1))
    points = np.array([[255.4, 255.6], [700.25, 3.5], [1196.4, 1205.4]])
    cube = reconstructor.reconstruct(large, scale=1.0).data
    whole = np.round(points).astype(int).clip(0, np.array(large.shape[:2]) - 1)
    np.testing.assert_allclose(
        reconstructor.reconstruct(large, points=whole), cube[whole[:, 0], whole[:, 1]], atol=1e-5
    )
    assert reconstructor.reconstruct(large, points=points).shape == (3, 31)


def test_scale_three_passes_through_the_ordinary_result(reconstructor, photograph):
    picture = photograph[:50, :41]
    tripled = reconstructor.reconstruct(picture, scale=3.0)
    assert tripled.shape == (150, 123, 31)
    np.testing.assert_allclose(tripled.data[1::3, 1::3], reconstructor.reconstruct(picture).data, atol=2e-5)


@pytest.mark.parametrize("scale", [0.5, 1.7, 2.0])
def test_tiled_scaling_equals_whole(reconstructor, photograph, scale):
    whole, tiled = (reconstructor.reconstruct(photograph, scale=scale, tile=tile) for tile in (None, 40))
    assert whole.shape[:2] == (round(133 * scale), round(201 * scale))
    assert np.abs(whole.data - tiled.data).max() < 2e-5


def test_a_scaled_cube_holds_the_spectra_of_its_points(reconstructor, photograph):
    doubled = reconstructor.reconstruct(photograph, scale=2.0)
    at = (
        np.array([[10, 21], [265, 401], [0, 0]]) + 0.5
    ) / 2 - 0.5  # odd sides times two: still exactly half pixels
    expected = doubled.data[[10, 265, 0], [21, 401, 0]]
    np.testing.assert_allclose(reconstructor.reconstruct(photograph, points=at), expected, atol=2e-5)


@pytest.mark.parametrize("point", [(-0.6, 0), (0, 200.6), (133, 0), (np.nan, 1)])
def test_points_outside_the_picture_are_refused(reconstructor, photograph, point):
    with pytest.raises(InputError, match="outside the picture"):
        reconstructor.reconstruct(photograph, points=[point])


def test_wavelengths_are_resampled_as_colour_science_does(reconstructor, photograph):
    picture = photograph[:40, :40]
    spectrum = reconstructor.reconstruct(picture).data[11, 13]
    finer = reconstructor.reconstruct(picture, wavelengths=parse("400:700:5"))
    assert finer.wavelengths == tuple(range(400, 701, 5))
    distribution = colour.SpectralDistribution(
        spectrum.astype(float), VISIBLE, interpolator=colour.SpragueInterpolator
    )
    expected = distribution.interpolate(colour.SpectralShape(400, 700, 5)).values
    np.testing.assert_allclose(finer.data[11, 13], np.clip(expected, 0, 1), atol=1e-5)


def test_a_resampled_cube_still_renders_to_nearly_the_same_picture(reconstructor, photograph):
    picture = photograph[:40, :40]
    smooth = reconstructor.reconstruct(picture, consistent=True)
    finer = reconstructor.reconstruct(picture, consistent=True, wavelengths=parse("400:700:5"))
    assert np.abs(finer.rgb() - smooth.rgb()).mean() < 0.02
    assert reconstructor.reconstruct(picture, wavelengths=(500, 550, 600)).camera is None


def test_resampling_is_exact_on_its_own_wavelengths_and_for_lines():
    np.testing.assert_allclose(resampling(VISIBLE, VISIBLE), np.eye(31), atol=1e-12)
    line = 0.2 + 0.001 * np.array(VISIBLE)
    wanted = np.arange(400, 700.5, 0.5)
    np.testing.assert_allclose(line @ resampling(VISIBLE, wanted), 0.2 + 0.001 * wanted, atol=1e-9)


def test_wavelengths_outside_the_trained_range_are_refused(reconstructor, photograph):
    with pytest.raises(InputError, match="400 to 700"):
        reconstructor.reconstruct(photograph, wavelengths=parse("390:700:10"))


def test_wavelengths_are_read_from_text_and_files(tmp_path):
    assert parse("400:700:100") == (400, 500, 600, 700)
    assert parse("450, 550,650.5") == (450, 550, 650.5)
    (tmp_path / "bands.txt").write_text("410\n420.5\n430\n")
    assert parse(str(tmp_path / "bands.txt")) == (410, 420.5, 430)
    for bad in ("", "600,500", "400:700", "400:700:0", "red", "700:400:10"):
        with pytest.raises(InputError, match="wavelengths"):
            parse(bad)
