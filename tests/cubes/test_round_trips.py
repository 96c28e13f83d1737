"""Through every format a cube keeps its values, what is missing, its wavelengths, its place and where it came
from; and its place is where other programs see it.
"""

import numpy as np
import pytest
import rasterio
from rasterio.control import GroundControlPoint
from rasterio.crs import CRS

from hsi_inr_tf import cubes
from hsi_inr_tf.cubes import HyperspectralImage
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.files import georeference
from hsi_inr_tf.optics import camera_named
from tests.cubes.strangers import NM, SHAPE, envi, geotiff, values

FORMATS = ["envi", "npz", "mat", "mat 7.3", "netcdf", "geotiff"]
UTM = {"crs": "EPSG:32633", "transform": [2.5, 0.0, 500000.0, 0.0, -2.5, 4649776.0]}
TURNED = {"crs": "EPSG:32719", "transform": [1.5, 0.5, 500000.0, 0.5, -1.5, 7649776.0]}
DEGREES = {"crs": "EPSG:4326", "transform": [0.001, 0.0, 11.0, 0.0, -0.001, 49.0]}
POINTS = {
    "crs": "EPSG:4326",
    "gcps": [
        [0.0, 0.0, 11.0, 49.0, 0.0],
        [0.0, 4.0, 11.1, 49.0, 0.0],
        [5.0, 4.0, 11.1, 48.5, 0.0],
        [5.0, 0.0, 11, 48.5, 0],
    ],
}
pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")


def written(folder, format, monkeypatch, dtype="float32", **known):
    if format == "mat 7.3":
        monkeypatch.setattr("hsi_inr_tf.cubes.mat.LARGEST_V5", 10)
        format = "mat"
    data = known.pop("data", values())
    nm = known.pop("wavelengths", NM)
    return cubes.write(HyperspectralImage(data, nm, **known), folder / "cube", format, dtype)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("dtype", ["float32", "uint16"])
@pytest.mark.parametrize("gaps", [0, 1, 7, 60])
def test_values_and_gaps_are_kept(tmp_path, format, dtype, gaps, monkeypatch):
    data = values()
    data.ravel()[np.random.default_rng(gaps).permutation(60)[:gaps]] = np.nan
    back = cubes.read(written(tmp_path, format, monkeypatch, dtype, data=data)).data
    np.testing.assert_array_equal(np.isnan(back), np.isnan(data))
    np.testing.assert_allclose(back, data, rtol=0, atol=0 if dtype == "float32" else 0.51 / 65534)
    again = cubes.read(written(tmp_path, format, monkeypatch, dtype, data=back)).data
    np.testing.assert_array_equal(again, back)


@pytest.mark.parametrize("dtype", ["float32", "uint16"])
def test_gaps_are_written_in_the_words_of_each_format(tmp_path, dtype, monkeypatch):
    import spectral.io.envi
    import xarray

    data = values()
    data[1, 2] = np.nan
    tif = written(tmp_path, "geotiff", monkeypatch, dtype, data=data)
    with rasterio.open(tif) as file:
        told = file.read(masked=True)
        np.testing.assert_array_equal(told.mask.transpose(1, 2, 0), np.isnan(data))
    nc = written(tmp_path, "netcdf", monkeypatch, dtype, data=data)
    with xarray.open_dataset(nc, engine="h5netcdf", mask_and_scale=True) as dataset:
        np.testing.assert_allclose(dataset.radiance.values, data, atol=1e-5)
    header = written(tmp_path, "envi", monkeypatch, dtype, data=data)
    ignored = float(spectral.io.envi.read_envi_header(str(header))["data ignore value"])
    assert np.isnan(ignored) if dtype == "float32" else ignored == 65535
    whole = written(tmp_path, "envi", monkeypatch, dtype)
    assert "data ignore value" not in spectral.io.envi.read_envi_header(str(whole))


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize(
    "nm", [[400.1, 402.123456789, 2500.0], [1e4 / 7, 5000.0, 12000.25], [199.5, 200.0, 201.0]]
)
def test_wavelengths_are_kept(tmp_path, format, nm, monkeypatch):
    back = cubes.read(written(tmp_path, format, monkeypatch, wavelengths=nm))
    np.testing.assert_allclose(back.wavelengths, nm, rtol=1e-9)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("place", [UTM, TURNED, DEGREES, POINTS], ids=["UTM", "turned", "degrees", "points"])
def test_places_are_kept(tmp_path, format, place, monkeypatch):
    back = cubes.read(written(tmp_path, format, monkeypatch, georeference=place)).georeference
    kind = "gcps" if "gcps" in place else "transform"
    np.testing.assert_allclose(back[kind], place[kind], rtol=1e-9)
    if back["crs"] is not None or format != "envi" or kind != "gcps":  # ENVI's geo points have no system
        assert CRS.from_user_input(back["crs"]) == CRS.from_string(place["crs"])


@pytest.mark.parametrize("format", FORMATS)
def test_provenance_and_camera_are_kept(tmp_path, format, monkeypatch):
    camera = camera_named(wavelengths=NM)
    provenance = {"model": "inr", "nested": {"ü": [1, None, "{%}"]}, "source": "a\nb = c"}
    back = cubes.read(written(tmp_path, format, monkeypatch, camera=camera, provenance=provenance))
    assert back.provenance == provenance
    assert back.camera.to_dict() == camera.to_dict()


@pytest.mark.parametrize(
    "info",
    [
        "UTM, 1, 1, 500000, 4649776, 2.5, 2.5, 33, North, WGS-84, units=Meters",
        "UTM, 1.5, 1.5, 500001.25, 4649774.75, 2.5, 2.5, 33, South, WGS-84",
        "Geographic Lat/Lon, 1, 1, 11.0, 49.0, 0.001, 0.001, WGS-84, units=Degrees",
        "UTM, 1, 1, 500000, 4649776, 2, 3, 33, North, WGS-84, units=Meters, rotation=30",
        "Arbitrary, 1, 1, 0, 10, 2, 2, 0, North",
    ],
)
def test_envi_map_info_is_read_as_gdal_reads_it(tmp_path, info):
    path = tmp_path / "a.hdr"
    envi(path, values(), NM, "nm", **{"map info": info.split(", ")})
    place = cubes.read(path).georeference
    with rasterio.open(path.with_suffix(".img"), driver="ENVI") as file:
        np.testing.assert_allclose(place["transform"], list(file.transform)[:6])
        assert (CRS.from_wkt(place["crs"]) if place["crs"] else None) == file.crs


def test_what_a_header_says_now_goes_before_what_we_once_wrote(tmp_path, monkeypatch):
    path = written(tmp_path, "envi", monkeypatch, georeference=UTM)
    path.write_text(path.read_text().replace("500000", "600000", 1))
    assert cubes.read(path).georeference["transform"][2] == 600000


def test_envi_geo_points_are_read_as_gdal_reads_them(tmp_path):
    path = tmp_path / "a.hdr"
    points = [1.0, 1.0, 49.0, 11.0, 5.0, 1.0, 49.0, 11.1, 5.0, 6.0, 48.5, 11.1]
    envi(path, values(), NM, "nm", **{"geo points": points})
    with rasterio.open(path.with_suffix(".img"), driver="ENVI") as file:
        told = [[p.row, p.col, p.x, p.y, p.z] for p in file.gcps[0]]
    assert cubes.read(path).georeference["gcps"] == told


def test_ground_control_points_are_seen_by_other_programs(tmp_path, monkeypatch):
    for format, suffix in (("envi", ".img"), ("geotiff", ".tif")):
        path = written(tmp_path, format, monkeypatch, georeference=POINTS).with_suffix(suffix)
        with rasterio.open(path) as file:
            told = [[p.row, p.col, p.x, p.y, p.z] for p in file.gcps[0]]
        np.testing.assert_allclose(told, POINTS["gcps"])


def test_ground_control_points_of_a_strangers_geotiff_are_read(tmp_path):
    points = [GroundControlPoint(row, column, x, y, z) for row, column, x, y, z in POINTS["gcps"]]
    geotiff(tmp_path / "a.tif", values(), NM, "nm", gcps=points, crs="EPSG:4326")
    place = cubes.read(tmp_path / "a.tif").georeference
    assert place["gcps"] == POINTS["gcps"] and CRS.from_wkt(place["crs"]) == CRS.from_epsg(4326)


@pytest.mark.parametrize("told", ["GeoTransform", "coordinates"])
def test_netcdf_places_as_rioxarray_writes_them_are_read(tmp_path, told):
    import xarray

    mapping = {"crs_wkt": CRS.from_epsg(32633).to_wkt(), "grid_mapping_name": "transverse_mercator"}
    if told == "GeoTransform":
        mapping["GeoTransform"] = "500000.0 2.5 0.0 4649776.0 0.0 -2.5"
    xarray.Dataset(
        {"cube": (("wavelength", "y", "x"), values().transpose(2, 0, 1), {"grid_mapping": "spatial_ref"})},
        {
            "wavelength": ("wavelength", NM, {"units": "nm"}),
            "y": 4649776 - 2.5 * (np.arange(5) + 0.5),
            "x": 500000 + 2.5 * (np.arange(4) + 0.5),
            "spatial_ref": ((), 0, mapping),
        },
    ).to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    place = cubes.read(tmp_path / "a.nc").georeference
    assert place["transform"] == UTM["transform"] and CRS.from_wkt(place["crs"]) == CRS.from_epsg(32633)


def test_parts_and_enlargements_stay_in_their_place():
    cube = HyperspectralImage(values(), NM, georeference=TURNED)
    row, column = 3.25, 2.5
    there = rasterio.Affine(*TURNED["transform"]) @ (column, row)
    crop = cube.crop(2, 1, 2, 2).georeference
    assert rasterio.Affine(*crop["transform"]) @ (column - 1, row - 2) == pytest.approx(there)
    large = georeference.scaled(TURNED, SHAPE, (10, 12))
    assert rasterio.Affine(*large["transform"]) @ (column * 3, row * 2) == pytest.approx(there)
    moved = HyperspectralImage(values(), NM, georeference=POINTS).crop(2, 1, 2, 2).georeference
    assert moved["gcps"][2] == [3.0, 3.0, 11.1, 48.5, 0.0] and moved["crs"] == "EPSG:4326"
    assert georeference.scaled(POINTS, SHAPE, (10, 12))["gcps"][2][:2] == [10.0, 12.0]


@pytest.mark.parametrize("format", FORMATS)
def test_uint16_refuses_what_it_cannot_hold(tmp_path, format, monkeypatch):
    with pytest.raises(InputError, match="uint16"):
        written(tmp_path, format, monkeypatch, "uint16", data=values() * 4000)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("first", FORMATS)
def test_a_cube_goes_through_all_formats_and_comes_back(tmp_path, first, monkeypatch):
    data = values()
    data[0, 1] = np.nan
    known = {"camera": camera_named(wavelengths=NM), "provenance": {"a": 1}, "georeference": UTM}
    image = cubes.read(written(tmp_path, first, monkeypatch, data=data, **known))
    monkeypatch.undo()
    for format in ("envi", "npz", "mat", "netcdf", "geotiff"):
        image = cubes.read(cubes.write(image, tmp_path / f"from_{first.replace(' ', '')}", format))
    np.testing.assert_array_equal(image.data, data)
    assert image.provenance == {"a": 1} and image.wavelengths == tuple(NM)
    assert image.georeference["transform"] == UTM["transform"]


@pytest.mark.parametrize("format", ["envi", "npz", "mat", "netcdf", "geotiff"])
@pytest.mark.parametrize(
    "name", ["a#b?c%20", "zip!x", "https:__x", "a:b", "ünï", " lead", "-dash", "x'y\"z", "a{b}"]
)
def test_names_of_files_are_names(tmp_path, monkeypatch, format, name):
    monkeypatch.chdir(tmp_path)
    path = cubes.write(HyperspectralImage(values(), NM, georeference=UTM), name + cubes.FORMATS[format])
    back = cubes.read(path)
    np.testing.assert_array_equal(back.data, values())
    assert back.georeference["transform"] == UTM["transform"]


@pytest.mark.parametrize("format", ["envi", "npz", "mat", "netcdf", "geotiff"])
def test_names_that_are_not_utf_8_are_kept_or_refused(tmp_path, format):
    path = tmp_path / ("caf\udce9" + cubes.FORMATS[format])
    try:
        written = cubes.write(HyperspectralImage(values(), NM), path)
    except InputError as error:
        assert format == "geotiff" and "caf" in str(error) and "UTF-8" in str(error)
    else:
        np.testing.assert_array_equal(cubes.read(written).data, values())


def test_an_unknown_map_is_refused_and_nothing_reaches_the_terminal(tmp_path, capfd):
    place = {"crs": "EPSG:326", "transform": UTM["transform"]}
    with pytest.raises(InputError, match="EPSG:326"):
        cubes.write(HyperspectralImage(values(), NM, georeference=place), tmp_path / "a.tif")
    written = cubes.write(HyperspectralImage(values(), NM, georeference=place), tmp_path / "a.nc")
    assert cubes.read(written).georeference["crs"] == "EPSG:326"
    assert capfd.readouterr() == ("", "")
