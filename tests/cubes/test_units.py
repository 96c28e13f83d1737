"""Wavelengths in the units and spellings that people use, in every format."""

import numpy as np
import pytest

from hsi_inr_tf import cubes
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.optics import wavelengths
from tests.cubes.strangers import FORMATS, NM, values, write

SPEED = 299792458.0  # m/s
THOUSANDTHS = [0.45, 0.55, 0.65]
TENFOLD = [4500.0, 5500.0, 6500.0]
PER_CM = [1e7 / nm for nm in NM]
# unit -> what the file says for 450, 550, 650 nm
SPELT = {
    "nm": NM,
    "Nanometers": NM,
    "nanometre": NM,
    "um": THOUSANDTHS,
    "Micrometers": THOUSANDTHS,
    "micron": THOUSANDTHS,
    "\u00b5m": THOUSANDTHS,  # the micro sign
    "\u03bcm": THOUSANDTHS,  # the Greek letter
    "Angstroms": [4500.0, 5500.0, 6500.0],
    "m": [4.5e-7, 5.5e-7, 6.5e-7],
    "millimeters": [4.5e-4, 5.5e-4, 6.5e-4],
    "cm-1": [1e7 / nm for nm in NM],
    "Wavenumber": [1e7 / nm for nm in NM],
    "GHz": [SPEED / nm for nm in NM],
    "THz": [SPEED / nm / 1000 for nm in NM],
    None: NM,
}
ODDER = {
    "NM": NM, "nanometres": NM, "[nm]": NM, "nm ": NM, "1e-9 m": NM, "nano meter": NM,
    "micrometre": THOUSANDTHS, "microns (um)": THOUSANDTHS, "\u00b5": THOUSANDTHS, "MICROMETER": THOUSANDTHS,
    "\u212b": TENFOLD, "\u00c5": TENFOLD,
    "angstr\u00f6m": TENFOLD,
    "meters": [4.5e-7, 5.5e-7, 6.5e-7], "cm": [4.5e-5, 5.5e-5, 6.5e-5],
    "1/cm": PER_CM, "cm^-1": PER_CM, "cm\u207b\u00b9": PER_CM,
    "cm**-1": PER_CM, "MHz": [SPEED / nm * 1000 for nm in NM],
    "Hz": [SPEED / nm * 1e9 for nm in NM],
    "Unknown": NM, "": NM,
}  # fmt: skip
REFUSED = [
    ("furlongs", NM, "furlongs"),
    ("Index", [1, 2, 3], "numbered"),
    (None, [1, 2, 3], "numbered"),
    ("nm", [1, 2, 3], "no light"),
    ("nm", THOUSANDTHS, "no light"),
    ("um", NM, "no light"),
    (None, [4500.0, 5500.0, 6500.0], "without a unit"),
    (None, [0.0, 0.5, 1.0], "without a unit"),
    ("nm", [450.0, float("nan"), 650.0], "not finite|does not say"),
    ("cm-1", [-1.0, 5e3, 6e3], "positive"),
]


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("unit", SPELT, ids=repr)
def test_wavelengths_are_read_in_their_unit(tmp_path, format, unit):
    image = cubes.read(write(tmp_path, format, values(), SPELT[unit], unit))
    if image.notes:  # wavenumbers and frequencies descend
        assert "ascending" in image.notes[0]
    np.testing.assert_allclose(image.wavelengths, NM, rtol=1e-7)
    np.testing.assert_array_equal(image.data, values())


@pytest.mark.parametrize("unit", ODDER, ids=repr)
def test_other_spellings_are_known_too(unit):
    np.testing.assert_allclose(wavelengths.in_nm(ODDER[unit], unit, "a file"), NM, rtol=1e-7)


@pytest.mark.parametrize(("unit", "numbers", "said"), REFUSED, ids=lambda part: repr(part)[:24])
@pytest.mark.parametrize("format", ["envi", "geotiff", "netcdf", "mat", "npz"])
def test_what_cannot_be_wavelengths_is_refused(tmp_path, format, unit, numbers, said):
    path = write(tmp_path, format, values(), numbers, unit)
    with pytest.raises(InputError, match=said) as refused:
        cubes.read(path)
    assert str(path) in str(refused.value)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize(
    ("numbers", "expected"),
    [(THOUSANDTHS, NM), ([4.5e-7, 5.5e-7, 6.5e-7], NM), (np.array([402.1, 555.5, 650.3], np.float32), None)],
)
def test_without_a_unit_only_the_unmistakable_is_converted(tmp_path, format, numbers, expected):
    image = cubes.read(write(tmp_path, format, values(), numbers, None))
    # float32 is the decimal that it stands for
    assert image.wavelengths == pytest.approx(expected or (402.1, 555.5, 650.3), rel=1e-12)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize(
    ("numbers", "order"),
    [([650.0, 550.0, 450.0], [2, 1, 0]), ([450.0, 650.0, 550.0], [0, 2, 1]), ([550.0, 450.0, 550.0], [1, 0])],
)
def test_bands_are_put_in_order_and_it_is_said(tmp_path, format, numbers, order):
    path = write(tmp_path, format, values(), numbers, "nm")
    image = cubes.read(path)
    np.testing.assert_array_equal(image.data, values()[:, :, order])
    assert image.wavelengths == tuple(numbers[band] for band in order)
    assert len(image.notes) == 1 and str(path) in image.notes[0]


@pytest.mark.parametrize("format", ["envi", "geotiff", "mat", "mat 7.3", "npz"])
@pytest.mark.parametrize(
    "text", ["450\n550\n650\n", "450, 550, 650", "# um\n0.45 0.55 0.65 um", "\ufeff450;550;650"]
)
def test_wavelengths_may_lie_beside_the_cube(tmp_path, format, text):
    path = write(tmp_path, format, values(), None)
    with pytest.raises(InputError, match=r"wavelengths\.txt"):
        cubes.read(path)
    (tmp_path / "wavelengths.txt").write_text(text, "utf-8")
    image = cubes.read(path)
    assert image.wavelengths == tuple(NM)
    np.testing.assert_array_equal(image.data, values())


def test_wavelengths_may_lie_beside_the_folder_of_the_cubes(tmp_path):
    (tmp_path / "train").mkdir()
    (tmp_path / "wavelengths.txt").write_text("450 550 650")
    assert cubes.read(write(tmp_path / "train", "mat", values(), None)).wavelengths == tuple(NM)


def test_a_geotiff_that_gdal_copied_from_envi_is_in_micrometres(tmp_path):
    import rasterio.shutil

    path = write(tmp_path, "envi", values(), THOUSANDTHS, "Micrometers")
    rasterio.shutil.copy(path.with_suffix(".img"), tmp_path / "copy.tif", driver="GTiff")
    image = cubes.read(tmp_path / "copy.tif")
    assert image.wavelengths == tuple(NM)
    np.testing.assert_array_equal(image.data, values())


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("550 nm", 550.0),
        ("0.55 Micrometers", 550.0),
        ("Band 2 (0.55 um)", 550.0),
        ("550", 550.0),
        ("B (550)", 550.0),
    ],
)
def test_descriptions_of_bands_name_wavelengths(tmp_path, label, expected):
    import rasterio

    path = write(tmp_path, "geotiff", values()[:, :, :1], None)
    with rasterio.open(path, "r+") as file:
        file.set_band_description(1, label)
    assert cubes.read(path).wavelengths == (expected,)
