"""Missing values, scales and offsets, as files of every format state them, against independent readers."""

import numpy as np
import pytest

from hsi_inr_tf import cubes
from hsi_inr_tf.cubes import missing
from hsi_inr_tf.errors import InputError
from tests.cubes.strangers import FORMATS, NM, header_of, values, write

UNPLACED = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")


def with_gaps(dtype, code):
    data = values(dtype)
    data[0, 0] = code
    data[2, 1, 1] = code
    gaps = np.zeros(data.shape, bool)
    gaps[0, 0] = gaps[2, 1, 1] = True
    return data, gaps


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize(
    ("dtype", "code"),
    [
        ("float32", -9999.0),
        ("float32", np.nan),
        ("float32", float(np.finfo(np.float32).min)),
        ("float32", 0.0),
        ("int16", -9999),
        ("uint16", 65535),
        ("uint8", 255),
        ("float64", 1e30),
    ],
)
def test_missing_values_are_nan_and_the_others_untouched(tmp_path, format, dtype, code):
    data, gaps = with_gaps(dtype, code)
    image = cubes.read(write(tmp_path, format, data, missing=code))
    np.testing.assert_array_equal(np.isnan(image.data), gaps)
    np.testing.assert_array_equal(image.data[~gaps], data[~gaps].astype(np.float32))
    assert missing.count(image.data) == 4


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize(
    ("dtype", "scale", "offset"),
    [("uint16", 1e-4, None), ("int16", 2e-3, -0.05), ("float32", 3.0, None), ("uint8", None, 0.5)],
)
def test_scales_multiply_and_offsets_are_added(tmp_path, format, dtype, scale, offset):
    data = values(dtype)
    image = cubes.read(write(tmp_path, format, data, scale=scale, offset=offset))
    expected = data.astype(np.float64) * (1 if scale is None else scale) + (offset or 0)
    np.testing.assert_allclose(image.data, expected, rtol=1e-6)


@pytest.mark.parametrize("format", FORMATS)
def test_packed_values_are_missing_before_they_are_scaled(tmp_path, format):
    data, gaps = with_gaps("uint16", 65535)
    image = cubes.read(write(tmp_path, format, data, scale=1e-4, missing=65535))
    np.testing.assert_array_equal(np.isnan(image.data), gaps)
    assert np.nanmax(image.data) < 0.01  # and no 6.55


@pytest.mark.parametrize("format", [name for name in FORMATS if name != "geotiff"])  # GDAL writes none
@pytest.mark.parametrize("scale", [0.0, float("nan"), float("inf")])
def test_a_scale_that_is_none_is_refused(tmp_path, format, scale):
    path = write(tmp_path, format, values("uint16"), scale=scale)
    with pytest.raises(InputError, match="scale") as refused:
        cubes.read(path)
    assert str(path) in str(refused.value)


@pytest.mark.filterwarnings("ignore::xarray.SerializationWarning")
def test_netcdf_is_read_as_xarray_masks_and_scales_it(tmp_path):
    import xarray

    data, _ = with_gaps("int16", -999)
    data[1, 1, 0] = -888
    for attrs in (
        {"missing_value": np.int16(-888)},
        {
            "_FillValue": np.int16(-999),
            "missing_value": np.int16(-888),
            "scale_factor": 0.25,
            "add_offset": 1.5,
        },
        {"_FillValue": np.int16(-999), "scale_factor": np.float32(1e-4)},
        {"_FillValue": np.int16(-1), "_Unsigned": "true", "scale_factor": 1e-4},
    ):
        path = write(tmp_path, "netcdf", data, unit="nm", attrs=attrs)
        with xarray.open_dataset(path, engine="h5netcdf", mask_and_scale=True) as told:
            np.testing.assert_allclose(cubes.read(path).data, told.radiance.values, rtol=1e-6)


@pytest.mark.parametrize(
    ("attrs", "valid"),
    [
        ({"valid_range": np.array([5, 40], np.int16)}, (5, 40)),
        ({"valid_min": np.int16(5)}, (5, 99)),
        ({"valid_max": np.int16(40)}, (0, 40)),
    ],
)
def test_netcdf_beyond_its_valid_range_is_missing(tmp_path, attrs, valid):
    data = values("int16")
    image = cubes.read(write(tmp_path, "netcdf", data, unit="nm", attrs=attrs))
    np.testing.assert_array_equal(np.isnan(image.data), (data < valid[0]) | (data > valid[1]))


@pytest.mark.parametrize("unit", ["%", "percent"])
def test_netcdf_in_percent_is_a_hundredth(tmp_path, unit):
    said = {"units": unit, "scale_factor": 0.5, "add_offset": 10.0}
    image = cubes.read(write(tmp_path, "netcdf", values("int16"), unit="nm", attrs=said))
    np.testing.assert_allclose(image.data, (values("int16") * 0.5 + 10) / 100, rtol=1e-6)


def test_never_written_netcdf_is_missing(tmp_path):
    data, gaps = with_gaps("float32", 9.969209968386869e36)
    np.testing.assert_array_equal(np.isnan(cubes.read(write(tmp_path, "netcdf", data)).data), gaps)


@UNPLACED
def test_a_mask_inside_a_geotiff_is_missing(tmp_path):
    import rasterio

    data = values()
    path = write(tmp_path, "geotiff", data)
    mask = np.full(data.shape[:2], 255, np.uint8)
    mask[1, 2] = 0
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(path, "r+") as file:
        file.write_mask(mask)
    image = cubes.read(path)
    assert np.isnan(image.data[1, 2]).all() and missing.count(image.data) == 3


@pytest.mark.parametrize("interleave", ["bsq", "bil", "bip"])
@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint16", "int32", ">i2", ">f4", "float64", ">u2"])
def test_envi_is_read_as_spectral_reads_it(tmp_path, interleave, dtype):
    import spectral.io.envi

    data = values("uint8").astype(dtype)
    path = tmp_path / "leaf.hdr"
    fields = {"wavelength": NM, "wavelength units": "nm", "reflectance scale factor": 50, "header offset": 7}
    path.write_text(header_of(data, interleave, **fields))
    axes = {"bsq": (2, 0, 1), "bil": (0, 2, 1), "bip": (0, 1, 2)}[interleave]
    path.with_suffix(".img").write_bytes(b"x" * 7 + data.transpose(axes).tobytes())
    image = cubes.read(path)
    told = spectral.io.envi.open(str(path), str(path.with_suffix(".img"))).load()
    np.testing.assert_allclose(image.data, np.asarray(told), rtol=1e-6)
    np.testing.assert_allclose(image.data, data.astype(float) / 50, rtol=1e-6)


def test_envi_gains_and_offsets_are_those_of_each_band(tmp_path):
    data = values("uint16")
    fields = {"data gain values": [1.0, 2.0, 0.5], "data offset values": [0.0, 1.0, -1.0]}
    image = cubes.read(write(tmp_path, "envi", data, **fields))
    np.testing.assert_allclose(image.data, data * [1.0, 2.0, 0.5] + [0.0, 1.0, -1.0])


def test_envi_that_states_two_scales_is_refused(tmp_path):
    path = write(tmp_path, "envi", values("uint16"), scale=0.5, **{"reflectance scale factor": 10000})
    with pytest.raises(InputError, match="different things"):
        cubes.read(path)
    path = write(tmp_path, "envi", values("uint16"), scale=1e-4, **{"reflectance scale factor": 10000})
    np.testing.assert_allclose(cubes.read(path).data, values("uint16") / 1e4, rtol=1e-6)


@pytest.mark.parametrize("save", ["mat", "npz"])
@pytest.mark.parametrize(
    ("dtype", "scale", "expected"),
    [
        ("uint16", 1e-4, 1e-4),
        ("uint16", 10000, 1e-4),
        ("float64", 0.01, 0.01),
        ("uint8", 255.0, 1 / 255),
        ("uint8", 1, 1),
    ],
)
def test_a_strangers_scale_makes_stored_values_smaller(tmp_path, save, dtype, scale, expected):
    from scipy.io import savemat

    data = values("uint8").astype(dtype) if dtype == "float64" else values(dtype)
    (savemat if save == "mat" else lambda path, named: np.savez(path, **named))(
        tmp_path / f"a.{save}", {"cube": data, "wavelengths": NM, "scale": scale}
    )
    np.testing.assert_allclose(cubes.read(tmp_path / f"a.{save}").data, data * expected, rtol=1e-6)


@pytest.mark.parametrize("scale", [0, 0.0, 3.0, float("nan")])
def test_a_strangers_scale_that_says_nothing_clear_is_refused(tmp_path, scale):
    np.savez(tmp_path / "a.npz", cube=values(), wavelengths=NM, scale=scale)
    with pytest.raises(InputError, match=r"a\.npz.*scale"):
        cubes.read(tmp_path / "a.npz")


@pytest.mark.parametrize("format", FORMATS)
def test_slightly_negative_reflectance_is_kept(tmp_path, format):
    data = values() - np.float32(0.1)
    np.testing.assert_array_equal(cubes.read(write(tmp_path, format, data)).data, data)


def test_complex_values_are_refused(tmp_path):
    np.savez(tmp_path / "a.npz", cube=values() * 1j, wavelengths=NM)
    with pytest.raises(InputError, match=r"a\.npz.*real"):
        cubes.read(tmp_path / "a.npz")


def test_missing_values_are_refused_with_their_count():
    data, _ = with_gaps("float32", np.nan)
    with pytest.raises(
        InputError, match="leaf: 4 of 60 values are missing, in 2 pixels, expected none in training"
    ):
        missing.refuse(data, "leaf", "in training data")
    missing.refuse(values(), "leaf", "in training data")
