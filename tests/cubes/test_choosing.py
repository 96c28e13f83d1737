"""Which file, which variable, which axis: chosen by rule, or asked for by name; headers as they come."""

import h5py
import numpy as np
import pytest
from scipy.io import loadmat, savemat

from hsi_inr_tf import cubes
from hsi_inr_tf.cubes import HyperspectralImage
from hsi_inr_tf.errors import InputError
from tests.cubes.strangers import NM, SHAPE, envi, header_of, values, write

FIRST, SECOND = values(seed=3), values(seed=4)


def netcdf_of(path, attrs=None, **named):
    import xarray

    variables = {
        name: (("y", "x", "wavelength"), data, (attrs or {}).get(name, {})) for name, data in named.items()
    }
    dataset = xarray.Dataset(variables, {"wavelength": ("wavelength", NM, {"units": "nm"})})
    dataset.to_netcdf(path, engine="h5netcdf")


def mat_of(path, **named):
    savemat(path, {**named, "wavelengths": NM})


def mat73_of(path, **named):
    """As MATLAB writes it."""
    with h5py.File(path, "w") as file:
        for name, data in {**named, "wavelengths": np.array([NM])}.items():
            file[name] = data.T
            file[name].attrs["MATLAB_class"] = np.bytes_("double")


def npz_of(path, **named):
    np.savez(path, wavelengths=NM, **named)


WRITERS = {"a.nc": netcdf_of, "a.mat": mat_of, "b.mat": mat73_of, "a.npz": npz_of}


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize(
    ("beside", "cube"),
    [
        ("radiance_uncertainty", "radiance"),
        ("reflectance_std", "reflectance"),
        ("Quality", "reflectance"),
        ("mask", "leaf"),
        ("Leaf_err", "leaf"),
        ("a_rgb", "rad"),
        ("SNR", "field 1"),
    ],
)
def test_what_goes_with_a_cube_is_not_taken_for_it(tmp_path, name, beside, cube):
    WRITERS[name](tmp_path / name, **{beside: SECOND, cube.replace(" ", "_"): FIRST})
    np.testing.assert_array_equal(cubes.read(tmp_path / name).data, FIRST)


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("pair", [("radiance", "reflectance"), ("leaf", "stem"), ("cube", "data")])
def test_one_of_several_cubes_is_asked_for_by_name(tmp_path, name, pair):
    path = tmp_path / name
    WRITERS[name](path, **{pair[0]: FIRST, pair[1]: SECOND})
    with pytest.raises(InputError, match="several cubes") as refused:
        cubes.read(path)
    assert all(word in str(refused.value) for word in (*pair, str(path)))
    np.testing.assert_array_equal(cubes.read(f"{path}:{pair[0]}").data, FIRST)
    np.testing.assert_array_equal(cubes.read(f"{path}:{pair[1]}").data, SECOND)
    with pytest.raises(InputError, match=f"expected a variable 'root'|{pair[0]}"):
        cubes.read(f"{path}:root")


def test_netcdf_says_which_variables_are_ancillary(tmp_path):
    netcdf_of(tmp_path / "a.nc", {"leaf": {"ancillary_variables": "extra"}}, extra=SECOND, leaf=FIRST)
    np.testing.assert_array_equal(cubes.read(tmp_path / "a.nc").data, FIRST)


@pytest.mark.parametrize("dims", [("wavelength", "y", "x"), ("y", "wavelength", "x"), ("lat", "lon", "band")])
def test_netcdf_axes_are_those_of_its_dimensions(tmp_path, dims):
    """Also where the coordinate has another name than the dimension, as rioxarray writes it."""
    import xarray

    data = np.random.default_rng(0).random((3, 3, 3), np.float32)  # lengths tell nothing
    axis = next(i for i, name in enumerate(dims) if name in ("wavelength", "band"))
    coordinates = {"wavelength": (dims[axis], NM, {"units": "nm"})}
    if dims[axis] == "band":
        coordinates["band"] = ("band", [1, 2, 3])
    xarray.Dataset({"cube": (dims, np.moveaxis(data, 2, axis))}, coordinates).to_netcdf(
        tmp_path / "a.nc", engine="h5netcdf"
    )
    np.testing.assert_array_equal(cubes.read(tmp_path / "a.nc").data, data)


def test_netcdf_wavelengths_may_lie_in_a_group(tmp_path):
    """As in the files of EMIT, whose dimensions are called downtrack, crosstrack and bands."""
    import h5netcdf

    with h5netcdf.File(tmp_path / "a.nc", "w") as file:
        file.dimensions = {"downtrack": 5, "crosstrack": 4, "bands": 3}
        file.create_variable("reflectance", ("downtrack", "crosstrack", "bands"), "f4", data=FIRST)
        group = file.create_group("sensor_band_parameters")
        group.create_variable("wavelengths", ("bands",), "f4", data=np.array(NM, np.float32))
    image = cubes.read(tmp_path / "a.nc")
    np.testing.assert_array_equal(image.data, FIRST)
    assert image.wavelengths == tuple(NM)


@pytest.mark.parametrize("side", [4, 5, 7])
@pytest.mark.parametrize("order", ["bands first", "bands last", "MATLAB"])
def test_hdf5_axes_are_those_of_who_wrote_it(tmp_path, side, order):
    """Square scenes too: h5py's [bands, height, width] keeps rows and columns, MATLAB's order is its own."""
    data = np.random.default_rng(side).random((side, side, 3), np.float32)
    stored = {"bands first": data.transpose(2, 0, 1), "bands last": data, "MATLAB": data.transpose(2, 1, 0)}
    with h5py.File(tmp_path / "a.mat", "w") as file:
        file["cube"], file["wavelengths"] = stored[order], NM
        if order == "MATLAB":
            file["cube"].attrs["MATLAB_class"] = np.bytes_("single")
    np.testing.assert_array_equal(cubes.read(tmp_path / "a.mat").data, data)


def test_hdf5_axes_that_cannot_be_told_are_refused(tmp_path):
    with h5py.File(tmp_path / "a.mat", "w") as file:
        file["cube"], file["wavelengths"] = np.ones((3, 4, 3)), NM
    with pytest.raises(InputError, match=r"a\.mat.*several axes"):
        cubes.read(tmp_path / "a.mat")


@pytest.mark.parametrize("save", [mat_of, npz_of])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_arrays_may_have_their_bands_on_any_axis(tmp_path, save, axis):
    path = tmp_path / ("a.npz" if save is npz_of else "a.mat")
    save(path, cube=np.moveaxis(FIRST, 2, axis))
    np.testing.assert_array_equal(cubes.read(path).data, FIRST)


@pytest.mark.parametrize("name", ["a.mat", "b.mat", "a.npz"])
@pytest.mark.parametrize("own", [np.arange(4.0), np.array([[1.0, 2.0]])])
def test_a_users_own_metadata_is_theirs(tmp_path, name, own):
    WRITERS[name](tmp_path / name, cube=FIRST, metadata=own)
    np.testing.assert_array_equal(cubes.read(tmp_path / name).data, FIRST)


@pytest.mark.parametrize("own", ["day 2, cloudy", '{"site": "north"}', "[1, 2", "[" * 3000])
@pytest.mark.parametrize("name", ["a.mat", "a.npz"])
def test_a_users_own_text_called_metadata_is_theirs(tmp_path, name, own):
    WRITERS[name](tmp_path / name, cube=FIRST, metadata=own)
    np.testing.assert_array_equal(cubes.read(tmp_path / name).data, FIRST)


def test_a_struct_is_named_where_no_cube_is(tmp_path):
    with h5py.File(tmp_path / "a.mat", "w") as file:
        file["scene/cube"], file["scene/wavelengths"] = FIRST, NM
    with pytest.raises(InputError, match=r"a\.mat holds scene \(struct of cube, wavelengths\)"):
        cubes.read(tmp_path / "a.mat")
    savemat(tmp_path / "b.mat", {"scene": {"cube": FIRST}})
    with pytest.raises(InputError, match=r"b\.mat holds scene \(struct 1x1\)"):
        cubes.read(tmp_path / "b.mat")


@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint16", "int32", "float32", "float64", "int64"])
@pytest.mark.parametrize("compressed", [False, True])
def test_mat_v5_is_read_as_scipy_reads_it(tmp_path, dtype, compressed):
    path = tmp_path / "a.mat"
    named = {
        "cube": values("uint8").astype(dtype),
        "wavelengths": np.array(NM),
        "other": {"a": 1},
        "words": ["x", "yy"],
    }
    savemat(path, named, do_compression=compressed)
    np.testing.assert_array_equal(cubes.read(path).data, loadmat(path)["cube"].astype(np.float32))


@pytest.mark.parametrize(
    ("files", "asked", "expected"),
    [
        (("a.dat", "a.dat.hdr"), "a.dat", "a.dat"),
        (("a.dat", "a.dat.hdr"), "a.dat.hdr", "a.dat"),
        (("a.dat", "a.dat.hdr", "a.img", "a.hdr"), "a.dat", "a.dat"),
        (("a.dat", "a.dat.hdr", "a.img", "a.hdr"), "a.img", "a.img"),
        (("a.dat", "a.dat.hdr", "a.img", "a.hdr"), "a.dat.hdr", "a.dat"),
        (("a.dat", "a.img", "a.hdr"), "a.dat", "a.dat"),
        (("leaf.bil", "leaf.bil.hdr"), "leaf.bil", "leaf.bil"),
        (("leaf.bil", "leaf.bil.hdr"), "leaf.bil.hdr", "leaf.bil"),
        (("leaf.bsq", "leaf.hdr"), "leaf.hdr", "leaf.bsq"),
        (("LEAF.RAW", "LEAF.HDR"), "LEAF.HDR", "LEAF.RAW"),
        (("leaf", "leaf.hdr"), "leaf.hdr", "leaf"),
        (("a.b.img", "a.b.hdr"), "a.b.hdr", "a.b.img"),
        (("a.img", "a.dat", "a.hdr"), "a.hdr", None),
    ],
)
def test_an_envi_cube_is_the_one_that_was_asked_for(tmp_path, files, asked, expected):
    held = {}
    for seed, name in enumerate(files):
        if name.lower().endswith(".hdr"):
            text = header_of(FIRST, wavelength=NM, wavelength_units="nm")
            (tmp_path / name).write_text(text)
        else:
            held[name] = values(seed=seed)
            (tmp_path / name).write_bytes(held[name].transpose(2, 0, 1).tobytes())
    if expected is None:
        with pytest.raises(InputError, match=r"a\.img, a\.dat"):
            cubes.read(tmp_path / asked)
        return
    np.testing.assert_array_equal(cubes.read(tmp_path / asked).data, held[expected])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("ENVI\n", "\ufeffENVI\n"),
        ("650.0}", "650.0,}"),
        ("650.0}", "650.0\n,\n}"),
        ("wavelength = {", "Wavelength = {\n "),
        ("interleave = bsq", "interleave = BSQ"),
        ("samples = 4", "; a comment = 3\nsamples=4"),
        ("ENVI\n", "ENVI\r\n"),
        ("ENVI\n", "ENVI\n\ndescription = {\nan = b, in\n lines}\n"),
        ("byte order = 0", "byte order = 0\nsensor type = Unknown"),
        ("ENVI\n", "ENVI\ndescription = {caf\udce9}\n"),
    ],
)
def test_envi_headers_as_they_come_are_read(tmp_path, old, new):
    path = tmp_path / "a.hdr"
    envi(path, FIRST, NM, "nm")
    text = path.read_text()
    assert old in text
    path.write_bytes(text.replace(old, new).encode("utf-8", "surrogateescape"))
    image = cubes.read(path)
    np.testing.assert_array_equal(image.data, FIRST)
    assert image.wavelengths == tuple(NM)


def test_a_name_of_a_variable_is_for_formats_that_have_some(tmp_path):
    path = write(tmp_path, "geotiff", FIRST)
    with pytest.raises(InputError, match="holds one cube"):
        cubes.read(f"{path}:red")
    with pytest.raises(InputError, match="no such cube"):
        cubes.read(tmp_path / "none.nc:red")


def test_messages_of_a_cube_name_its_file(tmp_path):
    image = cubes.read(write(tmp_path, "npz", FIRST))
    for wrong in (
        lambda: image.spectrum(99, 0),
        lambda: image.band(1200),
        image.rgb,
        lambda: image.crop(0, 0, 99, 1),
    ):
        with pytest.raises(InputError, match=r"strange\.npz"):
            wrong()
    with pytest.raises(InputError, match="the cube"):
        HyperspectralImage(np.zeros(SHAPE), NM[::-1])
