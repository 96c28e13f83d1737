"""Files from strangers that would read other files, take all memory, or crash the process."""

import random
import shutil
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
from scipy.io import savemat

from hsi_inr_tf import cubes
from hsi_inr_tf.cubes import HyperspectralImage, trial
from hsi_inr_tf.errors import InputError
from tests.cubes.strangers import NM, header_of, values, write

SECRET = np.arange(240, dtype=np.uint8)
READ = """
import sys
from hsi_inr_tf import cubes
from hsi_inr_tf.errors import InputError
try:
    cubes.read(sys.argv[1])
except InputError as error:
    print(error)
"""


def external_storage(file, other):
    file.create_dataset("cube", (3, 4, 20), "u1", external=[(other, 0, 240)])


def external_link(file, other):
    file["cube"] = h5py.ExternalLink(other, "/cube")


def soft_link_to_an_external_one(file, other):
    file["inner/cube"] = h5py.ExternalLink(other, "/cube")
    file["cube"] = h5py.SoftLink("/inner/cube")


def link_in_a_deep_group(file, other):
    file["cube"] = np.ones((3, 4, 20))
    file["a/b/c/d"] = h5py.ExternalLink(other, "/cube")


def virtual_dataset(file, other):
    layout = h5py.VirtualLayout((3, 4, 20), "f8")
    layout[...] = h5py.VirtualSource(other, "cube", (3, 4, 20))
    file.create_virtual_dataset("cube", layout)


def virtual_wavelengths(file, other):
    file["cube"] = np.ones((3, 4, 20))
    del file["wavelengths"]
    layout = h5py.VirtualLayout((3,), "f8")
    layout[...] = h5py.VirtualSource(other, "cube", (3, 4, 20))[:, 0, 0]
    file.create_virtual_dataset("wavelengths", layout)


HOSTILE = [
    external_storage,
    external_link,
    soft_link_to_an_external_one,
    link_in_a_deep_group,
    virtual_dataset,
    virtual_wavelengths,
]


def hostile(folder, suffix, make):
    secret = folder / "secret.h5"
    if make is external_storage:
        secret.write_bytes(SECRET.tobytes())
    else:
        with h5py.File(secret, "w") as file:
            file["cube"] = np.ones((3, 4, 20))
    path = folder / f"evil{suffix}"
    with h5py.File(path, "w") as file:
        file["wavelengths"] = NM
        make(file, str(secret))
    return path


@pytest.mark.parametrize("suffix", [".mat", ".nc"])
@pytest.mark.parametrize("make", HOSTILE, ids=lambda make: make.__name__)
def test_hdf5_that_refers_to_other_files_is_refused(tmp_path, suffix, make):
    path = hostile(tmp_path, suffix, make)
    with pytest.raises(InputError, match="expected data of its own") as refused:
        cubes.read(path)
    assert str(path) in str(refused.value)


@pytest.mark.parametrize("make", HOSTILE, ids=lambda make: make.__name__)
def test_no_other_file_is_opened(tmp_path, make):
    if not shutil.which("strace"):
        pytest.skip("needs strace")
    path = hostile(tmp_path, ".mat", make)
    command = ["strace", "-f", "-e", "trace=openat,open", "-o", str(tmp_path / "trace")]
    ended = subprocess.run(
        [*command, sys.executable, "-c", READ, str(path)], capture_output=True, text=True, timeout=300
    )
    assert "expected data of its own" in ended.stdout
    trace = (tmp_path / "trace").read_text()
    assert str(path) in trace and "secret.h5" not in trace


@pytest.mark.parametrize("name", ["soft", "circle", "nowhere"])
def test_links_within_a_file_are_no_reason_to_refuse_it(tmp_path, name):
    with h5py.File(tmp_path / "a.mat", "w") as file:
        file["wavelengths"] = NM
        file["inner/cube" if name == "soft" else "cube"] = values()
        if name == "soft":
            file["cube"] = h5py.SoftLink("/inner/cube")
        elif name == "circle":
            file["inner/outer"] = file["/"]
            file["self"] = h5py.SoftLink("/self")
        else:
            file["other"] = h5py.SoftLink("/nowhere")
    np.testing.assert_array_equal(cubes.read(tmp_path / "a.mat").data, values())


@pytest.mark.parametrize("name", ["evil.tif", "evil.tiff", "EVIL.TIF"])
@pytest.mark.parametrize(
    "text",
    [
        '<VRTDataset rasterXSize="4" rasterYSize="4"><VRTRasterBand dataType="Byte" band="1">'
        "<Description>550 nm</Description>"
        "<SimpleSource><SourceFilename>{secret}</SourceFilename></SimpleSource>"
        "</VRTRasterBand></VRTDataset>",
        "<GDAL_WMS><Service name='TMS'><ServerUrl>file://{secret}</ServerUrl></Service></GDAL_WMS>",
    ],
)
def test_only_tiffs_are_read_as_tiffs(tmp_path, name, text):
    write(tmp_path, "geotiff", values()).rename(tmp_path / "secret.tif")
    (tmp_path / name).write_text(text.format(secret=tmp_path / "secret.tif"))
    with pytest.raises(InputError, match="GeoTIFF"):
        cubes.read(tmp_path / name)


def large_hdf5(path):
    with h5py.File(path, "w") as file:
        file["wavelengths"] = np.arange(400.0, 710, 10)
        file.create_dataset("cube", (31, 5000, 5000), "f4", chunks=(1, 500, 500))  # nothing is written


def large_netcdf(path):
    import h5netcdf

    with h5netcdf.File(path, "w") as file:
        file.dimensions = {"wavelength": 31, "y": 5000, "x": 5000}
        file.create_variable("wavelength", ("wavelength",), "f8", data=np.arange(400.0, 710, 10))
        file.create_variable("cube", ("wavelength", "y", "x"), "f4", chunks=(1, 500, 500))


def large_npz(path):
    import zipfile

    np.savez(path, wavelengths=np.arange(400.0, 710, 10))
    with zipfile.ZipFile(path, "a") as archive, archive.open("cube.npy", "w") as member:
        header = {"descr": "<f4", "fortran_order": False, "shape": (5000, 5000, 31)}
        np.lib.format.write_array_header_2_0(member, header)


def large_geotiff(path):
    import rasterio

    size = {"height": 5000, "width": 5000, "count": 31, "dtype": "float32", "SPARSE_OK": True}
    with rasterio.open(path, "w", driver="GTiff", **size) as file:
        for band in file.indexes:
            file.set_band_description(band, f"{390 + 10 * band} nm")


def large_mat(path):
    savemat(path, {"cube": np.ones((2, 2, 31), np.float32), "wavelengths": np.arange(400.0, 710, 10)})
    data = path.read_bytes()
    small, large = np.array([2, 2, 31], "<i4").tobytes(), np.array([5000, 5000, 31], "<i4").tobytes()
    assert data.count(small) == 1
    path.write_bytes(data.replace(small, large))


def large_envi(path):
    text = header_of(values(), wavelength=NM, wavelength_units="nm")
    path.write_text(text.replace("lines = 5", "lines = 500000000"))
    path.with_suffix(".img").write_bytes(values().tobytes())


LARGE = [
    ("a.mat", large_hdf5),
    ("a.nc", large_netcdf),
    ("a.npz", large_npz),
    ("a.tif", large_geotiff),
    ("b.mat", large_mat),
    ("a.hdr", large_envi),
]
LIMITED = "import resource; resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))" + READ


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
@pytest.mark.parametrize(("name", "make"), LARGE, ids=[make.__name__ for _, make in LARGE])
def test_declared_sizes_are_held_against_the_file(tmp_path, name, make):
    """Within 2 GiB of memory, where 2.9 are declared."""
    make(tmp_path / name)
    ended = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path / name)],
        capture_output=True,
        text=True,
        timeout=300,
        env={"PYTHONPATH": str(Path(cubes.__file__).parents[2]), "OPENBLAS_NUM_THREADS": "1"},
    )
    assert ended.returncode == 0 and not ended.stderr
    assert len(ended.stdout.splitlines()) == 1 and str(tmp_path / Path(name).stem) in ended.stdout
    assert "bytes" in ended.stdout


MUTATED = ["envi", "geotiff", "netcdf", "mat", "mat 7.3", "npz"]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("format", MUTATED)
def test_mutated_files_are_read_or_refused(tmp_path, format):
    """Hundreds of damages of each format end in a cube or in InputError, that names the file."""
    path = write(tmp_path, format, values(), unit="nm")
    whole, draw = path.read_bytes(), random.Random(7)
    for _ in range(150):
        data = bytearray(whole)
        for _ in range(draw.choice((1, 1, 3, 20))):
            place = draw.randrange(len(data))
            data[place : place + draw.choice((1, 4))] = draw.choice(
                (b"\0", b"\xff" * 4, b"\x7f\xff\xff\xff", b"9")
            )
        if draw.random() < 0.2:
            del data[draw.randrange(len(data)) :]
        path.write_bytes(bytes(data))
        try:
            image = cubes.read(path)
        except InputError as error:
            assert path.stem in str(error) and "\n" not in str(error)
        else:
            assert isinstance(image, HyperspectralImage)


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"provenance": "x", "camera": null, "scale": 1}', "{}", "\ud800"]
)
def test_metadata_that_only_looks_like_ours_is_refused_or_passed_over(tmp_path, text):
    np.savez(tmp_path / "a.npz", cube=values(), wavelengths=NM, metadata=np.array(text))
    try:
        image = cubes.read(tmp_path / "a.npz")
    except InputError as error:
        assert "a.npz" in str(error)
    else:
        np.testing.assert_array_equal(image.data, values())


@pytest.mark.parametrize(
    "place",
    [
        "x",
        {"crs": 3, "transform": [1, 0, 0, 0, 1, 0]},
        {"crs": None, "transform": [1, 0]},
        {"crs": None},
        {"gcps": []},
    ],
)
def test_places_that_are_none_are_refused(tmp_path, place):
    import json

    text = json.dumps({"camera": None, "provenance": {}, "scale": 1.0, "georeference": place})
    np.savez(tmp_path / "a.npz", cube=values(), wavelengths=NM, metadata=text)
    with pytest.raises(InputError, match=r"a\.npz"):
        cubes.read(tmp_path / "a.npz")


@pytest.mark.parametrize(
    "name", ["folder.nc", "gone.mat", "x" * 300 + ".nc", "empty.mat", "empty.nc", "empty.tif", "empty.npz"]
)
def test_what_is_no_file_is_refused_in_one_sentence(tmp_path, name):
    (tmp_path / "folder.nc").mkdir()
    if name.startswith("empty"):
        (tmp_path / name).touch()
    with pytest.raises(InputError) as refused:
        cubes.read(tmp_path / name)
    assert name in str(refused.value)


def test_a_file_that_hdf5_hangs_on_is_given_up(tmp_path):
    path = write(tmp_path, "netcdf", values(), unit="nm")
    trial.check_survives(path)
    data = bytearray(path.read_bytes())
    data[data.index(b"GCOL") + 16] = 0  # of the heap with what variable-length attributes refer to
    path.write_bytes(bytes(data))
    with pytest.raises(InputError, match="does not finish") as refused:
        trial.check_survives(path, seconds=10)
    assert str(path) in str(refused.value)
