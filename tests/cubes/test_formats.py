"""Every format of cubes is read back by a reader that this project did not write."""

import shlex
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from hsi_inr_tf import cubes
from hsi_inr_tf.cubes import HyperspectralImage
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.optics import camera_named

FORMATS = ["envi", "npz", "mat", "netcdf", "geotiff"]
PLACE = {"crs": "EPSG:32633", "transform": [2.0, 0.0, 500000.0, 0.0, -2.0, 4649776.0]}


@pytest.fixture
def cube():
    data = np.random.default_rng(7).random((37, 29, 31), np.float32)
    return HyperspectralImage(
        data,
        camera_named().wavelengths,
        camera_named(),
        {"model": "inr-compact", "nested": {"note": "ü, {braces}; = 1%"}},
    )


def write(cube, folder, format, dtype="float32"):
    return cubes.write(cube, folder / "cube", format, dtype)


def read_with_another_reader(path, format):
    """(values as stored, wavelengths) by the library that users of the format have."""
    if format == "envi":
        import spectral

        image = spectral.open_image(str(path))
        assert image.metadata["wavelength units"] == "Nanometers" and image.metadata["interleave"] == "bip"
        image.scale_factor = 1.0  # spectral would divide scaled integers
        return np.asarray(image.load(dtype=np.float64, scale=False)), image.bands.centers
    if format == "npz":
        arrays = np.load(path, allow_pickle=False)
        return arrays["cube"], arrays["wavelengths"]
    if format == "mat":
        from scipy.io import loadmat

        variables = loadmat(path)
        return variables["cube"], variables["wavelengths"][0]
    if format == "netcdf":
        import xarray

        dataset = xarray.open_dataset(path, engine="h5netcdf", mask_and_scale=False)
        assert dataset.wavelength.attrs["units"] == "nm"
        return dataset.radiance.values, dataset.wavelength.values
    import rasterio

    with rasterio.open(path) as file:
        return file.read().transpose(1, 2, 0), [float(file.tags(band)["wavelength"]) for band in file.indexes]


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
@pytest.mark.parametrize("format", FORMATS)
def test_another_reader_finds_what_was_written(cube, tmp_path, format):
    values, wavelengths = read_with_another_reader(write(cube, tmp_path, format), format)
    np.testing.assert_array_equal(values, cube.data)
    np.testing.assert_array_equal(wavelengths, cube.wavelengths)


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
@pytest.mark.parametrize("format", FORMATS)
def test_widths_of_bands_survive_and_are_stated_only_where_they_are_known(cube, tmp_path, format):
    widths = tuple(float(nm) / 40 for nm in cube.wavelengths)
    known = cubes.read(write(replace(cube, widths=widths), tmp_path, format))
    assert known.widths == pytest.approx(widths, abs=1e-6)
    if format == "envi":
        import spectral

        assert spectral.open_image(str(tmp_path / "cube.hdr")).bands.bandwidths == pytest.approx(widths)
    assert cubes.read(write(cube, tmp_path, format)).widths is None


@pytest.mark.parametrize(
    "unit, wavelengths, stated, expected",
    [
        ("Micrometers", [0.5, 0.6, 0.7], [0.01, 0.02, 0.03], (10, 20, 30)),
        ("Wavenumber", [20000, 16000, 12500], [400, 320, 250], (10, 12.5, 16)),
        ("nm", [700, 600, 500], [3, 2, 1], (1, 2, 3)),  # put in order with their bands
        ("nm", [500, 600, 700], [0, 0, 0], None),
    ],
)
def test_widths_of_an_envi_header_are_in_the_unit_of_its_wavelengths(
    tmp_path, unit, wavelengths, stated, expected
):
    path = written_by_hand(tmp_path, unit, wavelengths, stated)
    read = cubes.read(path).widths
    assert read == (expected and pytest.approx(expected))


@pytest.mark.parametrize("stated", [[1, 2], [1, -2, 3], [1, 2, 3000]])
def test_widths_that_are_none_are_refused(tmp_path, stated):
    path = written_by_hand(tmp_path, "nm", [500, 600, 700], stated)
    with pytest.raises(InputError, match=r"cube.hdr: \d widths \(FWHM\) of 3 bands"):
        cubes.read(path)


def written_by_hand(folder, unit, wavelengths, widths):
    np.zeros((2, 2, 3), np.float32).tofile(folder / "cube.img")
    path = folder / "cube.hdr"
    path.write_text(
        "ENVI\nsamples = 2\nlines = 2\nbands = 3\ndata type = 4\ninterleave = bip\nbyte order = 0\n"
        f"wavelength units = {unit}\nwavelength = {{{', '.join(map(str, wavelengths))}}}\n"
        f"fwhm = {{{', '.join(map(str, widths))}}}\n"
    )
    return path


class InTiles(HyperspectralImage):
    """Comes in tiles, as a cube does that is being computed."""

    def blocks(self):
        for top in range(0, self.shape[0], 16):
            for left in range(0, self.shape[1], 10):
                yield top, left, self.data[top : top + 16, left : left + 10]


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
@pytest.mark.parametrize("dtype", ["float32", "uint16"])
@pytest.mark.parametrize("format", [*FORMATS, "mat 7.3"])
def test_what_comes_in_tiles_is_written_as_if_whole(cube, tmp_path, format, dtype, monkeypatch):
    if format == "mat 7.3":
        monkeypatch.setattr("hsi_inr_tf.cubes.mat.LARGEST_V5", 1000)
        format = "mat"
    whole = cubes.read(write(cube, tmp_path, format, dtype)).data.copy()
    tiled = cubes.read(write(InTiles(cube.data, cube.wavelengths, cube.camera), tmp_path, format, dtype)).data
    np.testing.assert_array_equal(tiled, whole)
    assert np.abs(tiled - cube.data).max() <= 0.51 / 65535


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
@pytest.mark.parametrize("format", FORMATS)
def test_uint16_holds_the_unit_interval_to_half_a_step(cube, tmp_path, format):
    path = write(cube, tmp_path, format, "uint16")
    values, _ = read_with_another_reader(path, format)
    np.testing.assert_array_equal(values, np.round(cube.data * 65535.0))
    assert np.abs(cubes.read(path).data - cube.data).max() <= 0.51 / 65535


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_renders_back_to_the_same_picture(cube, tmp_path, format):
    back = cubes.read(write(cube, tmp_path, format))
    np.testing.assert_array_equal(back.rgb(), cube.rgb())
    assert back.wavelengths == cube.wavelengths
    assert back.provenance == cube.provenance


@pytest.mark.parametrize("format", FORMATS)
def test_the_place_on_the_map_survives(cube, tmp_path, format):
    placed = HyperspectralImage(cube.data, cube.wavelengths, cube.camera, {}, PLACE)
    back = cubes.read(write(placed, tmp_path, format)).georeference
    assert back["transform"] == PLACE["transform"]
    import rasterio

    assert rasterio.crs.CRS.from_user_input(back["crs"]) == rasterio.crs.CRS.from_epsg(32633)


@pytest.mark.parametrize("crs", ["EPSG:32633", "EPSG:4326", "EPSG:3035"])
def test_other_programs_find_an_envi_cube_on_the_map(cube, tmp_path, crs):
    import rasterio

    path = write(
        HyperspectralImage(cube.data, cube.wavelengths, cube.camera, {}, {**PLACE, "crs": crs}),
        tmp_path,
        "envi",
    )
    with rasterio.open(path.with_suffix(".img")) as file:
        assert list(file.transform)[:6] == PLACE["transform"]
        assert file.crs == rasterio.crs.CRS.from_string(crs)
        np.testing.assert_array_equal(file.read().transpose(1, 2, 0), cube.data)


def test_matlab_7_3_is_hdf5_in_matlabs_order(cube, tmp_path, monkeypatch):
    import h5py

    monkeypatch.setattr("hsi_inr_tf.cubes.mat.LARGEST_V5", 1000)
    path = write(cube, tmp_path, "mat")
    with h5py.File(path) as file:
        np.testing.assert_array_equal(file["cube"][()].T, cube.data)
        assert file["cube"].attrs["MATLAB_class"] == b"single"
    assert path.read_bytes()[124:128] == b"\x00\x02IM"
    back = cubes.read(path)
    np.testing.assert_array_equal(back.data, cube.data)
    assert back.provenance == cube.provenance


def test_cubes_of_datasets_are_read_by_their_known_names(tmp_path):
    from scipy.io import savemat

    data = np.random.default_rng(1).random((5, 6, 4))
    savemat(
        tmp_path / "scene.mat",
        {"rad": data, "bands": [400.0, 500.0, 600.0, 700.0], "rgb": np.zeros((5, 6, 3))},
    )
    image = cubes.read(tmp_path / "scene.mat")
    np.testing.assert_array_equal(image.data, data.astype(np.float32))
    assert image.wavelengths == (400, 500, 600, 700) and image.camera is None


@pytest.mark.parametrize("format", FORMATS)
def test_a_damaged_file_is_refused_in_one_sentence(cube, tmp_path, format):
    path = write(cube, tmp_path, format)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])
    with pytest.raises(InputError, match=str(path)):
        cubes.read(path)


def test_an_envi_file_shorter_than_its_header_says_is_refused(cube, tmp_path):
    path = write(cube, tmp_path, "envi")
    values = path.with_suffix(".img")
    values.write_bytes(values.read_bytes()[:-1])
    with pytest.raises(InputError, match="its header asks for"):
        cubes.read(path)


@pytest.mark.parametrize("format", ["npz", "mat", "netcdf"])
def test_a_cube_beyond_the_limit_is_refused_before_it_is_read(cube, tmp_path, format, monkeypatch):
    path = write(cube, tmp_path, format)
    monkeypatch.setattr("hsi_inr_tf.cubes.values.LARGEST_CUBE", 1000)
    with pytest.raises(InputError, match="exceeds"):
        cubes.read(path)


def test_a_pickle_inside_an_archive_is_never_opened(tmp_path):
    np.savez(tmp_path / "evil.npz", cube=np.array([[[object()]]]), wavelengths=[400.0])
    with pytest.raises(InputError):
        cubes.read(tmp_path / "evil.npz")


@pytest.mark.parametrize("format", FORMATS)
def test_a_failed_write_leaves_the_old_file(cube, tmp_path, format):
    path = write(cube, tmp_path, format)
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}

    class Breaks(HyperspectralImage):
        def blocks(self):
            yield 0, 0, self.data[:10]
            raise InputError("the power went out")

    with pytest.raises(InputError, match="power"):
        cubes.write(Breaks(cube.data, cube.wavelengths), path)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before


def test_an_unknown_suffix_names_the_known_ones(cube, tmp_path):
    with pytest.raises(InputError, match=r"\.hdr \.npz \.mat \.nc \.tif"):
        cubes.write(cube, tmp_path / "cube.xyz")
    with pytest.raises(InputError, match="no such cube"):
        cubes.read(tmp_path / "missing.npz")


def test_without_its_package_envi_names_it_and_writes_nothing(cube, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "spectral.io.envi", None)
    monkeypatch.setitem(sys.modules, "spectral.io", None)
    with pytest.raises(InputError, match="pip install spectral"):
        write(cube, tmp_path, "envi")
    assert not list(tmp_path.iterdir())


FULL_DISK = """
import sys
import numpy as np
from hsi_inr_tf import cubes
from hsi_inr_tf.cubes import HyperspectralImage
from hsi_inr_tf.cubes import mat
mat.LARGEST_V5 = 1
data = np.random.default_rng(0).random((64, 64, 31), np.float32)
cubes.write(HyperspectralImage(data, range(400, 710, 10)), sys.argv[1])
"""


@pytest.mark.parametrize("name", ["cube.mat", "cube.nc", "cube.tif", "cube.hdr", "cube.npz"])
def test_a_full_disk_is_one_sentence(tmp_path, name):
    """On a file system of 100 KB, in a mount namespace of the process's own."""
    mount = f"mount -t tmpfs -o size=100k none {tmp_path}"
    if subprocess.run(["unshare", "-rm", "sh", "-c", mount], capture_output=True).returncode:
        pytest.skip("needs the right to mount a small file system (unshare -rm)")
    write = shlex.join([sys.executable, "-c", FULL_DISK, f"{tmp_path}/{name}"])
    ended = subprocess.run(
        ["unshare", "-rm", "sh", "-c", f"{mount} && {write}; status=$?; ls -A {tmp_path}; exit $status"],
        capture_output=True,
        text=True,
        timeout=300,
    )
    message = ended.stderr.splitlines()[-1]
    assert (
        message.startswith("hsi_inr_tf.errors.InputError: ")
        and "cannot be written" in message
        and "no space left" in message.lower()
    )
    assert (ended.returncode, ended.stdout) == (1, "")  # neither killed, nor is anything left of the cube


def test_an_envi_header_reads_the_values_beside_it(cube, tmp_path):
    path = write(cube, tmp_path, "envi")
    # ENVI's other custom: values in a file without a suffix.
    path.with_suffix("").write_bytes(bytes(cube.data.nbytes))
    np.testing.assert_array_equal(cubes.read(path).data, cube.data)


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_geotiff_offsets_are_added(tmp_path):
    import rasterio

    with rasterio.open(
        tmp_path / "a.tif", "w", driver="GTiff", height=2, width=2, count=1, dtype="uint8"
    ) as file:
        file.write(np.full((1, 2, 2), 100, np.uint8))
        file.set_band_description(1, "550 nm")
        file.scales, file.offsets = [0.01], [0.5]
    assert cubes.read(tmp_path / "a.tif").data == pytest.approx(1.5)


@pytest.mark.parametrize(
    ("name", "format", "written"),
    [
        ("x.dat", None, "x.hdr"),
        ("U.HDR", None, "U.hdr"),
        ("x.img", "envi", "x.hdr"),
        ("photo.2024", "npz", "photo.2024.npz"),
        ("x.npz", "envi", "x.npz.hdr"),
        ("x.tiff", "geotiff", "x.tiff"),
    ],
)
@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_the_path_that_is_returned_is_the_one_to_read(cube, tmp_path, name, format, written):
    path = cubes.write(cube, tmp_path / name, format)
    assert path == tmp_path / written
    np.testing.assert_array_equal(cubes.read(path).data, cube.data)


def savemat_named(path, **variables):
    from scipy.io import savemat

    savemat(path, variables)


ODD = [{"wavelengths": "text"}, {"wavelengths": 5.0}, {"wavelengths": ["a"] * 31}, {"scale": [1.0, 2.0]}]


@pytest.mark.parametrize(
    ("save", "arrays"),
    [(save, arrays) for save in (np.savez, savemat_named) for arrays in ODD],
)
def test_odd_variables_are_refused_in_one_sentence(cube, tmp_path, save, arrays):
    path = tmp_path / ("a.npz" if save is np.savez else "a.mat")
    save(path, **{"cube": cube.data, "wavelengths": cube.wavelengths} | arrays)
    with pytest.raises(InputError):
        cubes.read(path)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("samples = 29", "samples = -8"),
        ("samples = 29", "samples = 0"),
        ("header offset = 0", "header offset = -4"),
        ("lines = 37", "lines = x"),
    ],
)
def test_an_impossible_envi_header_is_refused(cube, tmp_path, old, new):
    path = write(cube, tmp_path, "envi")
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(InputError):
        cubes.read(path)


def test_what_a_message_quotes_of_a_file_breaks_no_line(cube, tmp_path):
    path = write(cube, tmp_path, "envi")
    path.write_text(path.read_text().replace("interleave = bip", "interleave = {b\nyte\x1b[31m order}"))
    with pytest.raises(InputError, match=r"its 'interleave' is b yte \[31m order, expected bip"):
        cubes.read(path)


def test_a_code_for_missing_values_that_no_integer_has_is_nobodys(cube, tmp_path):
    path = write(cube, tmp_path, "envi", "uint16")
    path.write_text(path.read_text() + "data ignore value = 1e999\n")
    np.testing.assert_allclose(cubes.read(path).data, cube.data, atol=1 / 65535)
