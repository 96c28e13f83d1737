"""Half-widths go with their cube through every format, and only their own cube's."""

import numpy as np
import pytest

from hsi_inr_tf import cubes
from hsi_inr_tf.cubes import HyperspectralImage
from hsi_inr_tf.errors import InputError
from tests.cubes.strangers import NM, SHAPE, values

FORMATS = ["envi", "npz", "mat", "mat 7.3", "netcdf", "geotiff"]
pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
WIDTHS = values(seed=5) / 4


def image(**known) -> HyperspectralImage:
    return HyperspectralImage(values(), NM, uncertainty=WIDTHS, **known)


def written(folder, format, monkeypatch, dtype="float32", cube=None):
    if format == "mat 7.3":
        monkeypatch.setattr("hsi_inr_tf.cubes.mat.LARGEST_V5", 10)
        format = "mat"
    return cubes.write(cube or image(), folder / "cube", format, dtype)


@pytest.mark.parametrize("dtype", ["float32", "uint16"])
@pytest.mark.parametrize("format", FORMATS)
def test_half_widths_come_back_beside_the_cube(tmp_path, format, dtype, monkeypatch):
    back = cubes.read(written(tmp_path, format, monkeypatch, dtype))
    atol = 0 if dtype == "float32" else 0.51 / 65535
    np.testing.assert_allclose(back.data, values(), rtol=0, atol=atol)
    np.testing.assert_allclose(back.uncertainty, WIDTHS, rtol=0, atol=atol)
    assert back.wavelengths == tuple(NM) and not back.notes


@pytest.mark.parametrize("format", FORMATS)
def test_where_one_is_missing_so_says_the_file(tmp_path, format, monkeypatch):
    widths = WIDTHS.copy()
    widths[1, 2] = np.nan
    cube = HyperspectralImage(values(), NM, uncertainty=widths)
    back = cubes.read(written(tmp_path, format, monkeypatch, "uint16", cube))
    np.testing.assert_array_equal(np.isnan(back.uncertainty), np.isnan(widths))
    assert np.isfinite(back.data).all()


@pytest.mark.parametrize("format", FORMATS)
def test_a_cube_written_again_without_them_has_none(tmp_path, format, monkeypatch):
    written(tmp_path, format, monkeypatch)
    plain = HyperspectralImage(values(seed=9), NM)
    back = cubes.read(written(tmp_path, format, monkeypatch, cube=plain))
    np.testing.assert_array_equal(back.data, plain.data)
    assert back.uncertainty is None


def test_other_programs_find_them(tmp_path):
    import rasterio
    import xarray
    from scipy.io import loadmat
    from spectral.io import envi

    paths = {format: cubes.write(image(), tmp_path / "cube", format) for format in cubes.FORMATS}
    np.testing.assert_array_equal(loadmat(paths["mat"])["uncertainty"], WIDTHS)
    np.testing.assert_array_equal(np.load(paths["npz"])["uncertainty"], WIDTHS)
    with xarray.open_dataset(paths["netcdf"], engine="h5netcdf") as dataset:
        np.testing.assert_array_equal(dataset.uncertainty.values, WIDTHS)
        assert dataset.uncertainty.dims == dataset.radiance.dims
        assert dataset.radiance.attrs["ancillary_variables"] == "uncertainty"
    with rasterio.open(paths["geotiff"]) as file:
        assert file.count == 6 and file.descriptions[3] == "half-width (450 nm)"
        np.testing.assert_array_equal(file.read([4, 5, 6]).transpose(1, 2, 0), WIDTHS)
    second = envi.open(str(tmp_path / "cube_uncertainty.hdr"))
    np.testing.assert_array_equal(np.asarray(second.load()), WIDTHS)
    assert "90 %" in second.metadata["data units"]


def test_the_second_envi_cube_may_be_absent_or_anothers_and_is_then_told(tmp_path):
    path = cubes.write(image(), tmp_path / "cube.hdr")
    other = HyperspectralImage(values()[:2], NM)
    cubes.write(other, tmp_path / "cube_uncertainty.hdr")
    back = cubes.read(path)
    assert back.uncertainty is None and "another cube's" in back.notes[0]
    for suffix in (".hdr", ".img"):
        (tmp_path / "cube_uncertainty").with_suffix(suffix).unlink()
    back = cubes.read(path)
    assert back.uncertainty is None and "not there" in back.notes[0]
    np.testing.assert_array_equal(back.data, values())


def test_a_strangers_uncertainty_is_not_taken_for_half_widths(tmp_path):
    np.savez(tmp_path / "a.npz", cube=values(), wavelengths=NM, uncertainty=WIDTHS)
    assert cubes.read(tmp_path / "a.npz").uncertainty is None


def test_half_widths_of_another_shape_are_refused(tmp_path):
    path = cubes.write(image(), tmp_path / "a.npz")
    with np.load(path) as arrays:
        there = dict(arrays)
    np.savez(path, **{**there, "uncertainty": WIDTHS[:2]})
    with pytest.raises(InputError, match=r"uncertainty has shape \(2, 4, 3\)"):
        cubes.read(path)
    np.testing.assert_array_equal(cubes.read(f"{path}:uncertainty").data, WIDTHS[:2])


def test_a_run_that_fails_at_the_half_widths_leaves_both_old_cubes(tmp_path):
    """As the disk of a person fills: nothing of the new pair has a name before all of it is written."""
    path = cubes.write(image(), tmp_path / "cube.hdr")

    class Failing:
        shape, wavelengths, widths = SHAPE, tuple(NM), None
        camera, provenance, georeference = None, {}, None

        def blocks(self):
            yield 0, 0, np.zeros(SHAPE, np.float32)
            raise OSError(28, "No space left on device")

        half_widths = None

    class Cube(Failing):
        half_widths = Failing()

        def blocks(self):
            yield 0, 0, np.zeros(SHAPE, np.float32)

    with pytest.raises(InputError, match="No space left"):
        cubes.write(Cube(), path)
    back = cubes.read(path)
    np.testing.assert_array_equal(back.data, values())
    np.testing.assert_array_equal(back.uncertainty, WIDTHS)
    assert len(list(tmp_path.iterdir())) == 4


def test_in_xarray_they_are_a_coordinate_of_the_radiance():
    array = image().to_xarray()
    np.testing.assert_array_equal(array.uncertainty.sel(wavelength=550).values, WIDTHS[:, :, 1])
