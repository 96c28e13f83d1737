"""scripts/reconstruct.py, as a user runs it."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hsi_inr_tf import cubes, inference, pictures
from hsi_inr_tf.cli.reconstruct import Options, reconstruct_file, run
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.inference import Reconstructor
from hsi_inr_tf.inference.keras_engine import KerasEngine
from hsi_inr_tf.optics import srgb

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "reconstruct.py"


@pytest.fixture(scope="module")
def bundle(tmp_path_factory, model, reconstructor):
    """The tiny model as a folder such as the package bundles."""
    from dataclasses import replace

    folder = tmp_path_factory.mktemp("bundle")
    overrides = {"width": 24, "head_width": 16, "hidden": (16,), "basis": 0, "dilations": (1,)}
    (folder / "description.json").write_text(
        replace(reconstructor.description, overrides=overrides).to_json()
    )
    model.save_weights(folder / "model.weights.h5")
    return folder


@pytest.fixture
def photo(tmp_path, photograph):
    path = tmp_path / "photo.png"
    Image.fromarray(np.round(photograph[:50, :70] * 255).astype(np.uint8)).save(path)
    return path


def test_a_photograph_becomes_a_cube_that_says_where_it_comes_from(bundle, photo, tmp_path, reconstructor):
    finished = subprocess.run(
        [sys.executable, SCRIPT, photo, "--model", bundle, "--out", tmp_path / "cube.hdr"],
        capture_output=True,
        text=True,
    )
    assert finished.returncode == 0, finished.stderr
    assert "50 x 70 pixels, 31 bands from 400 to 700 nm" in finished.stdout and "(RMSE)" in finished.stdout
    cube = cubes.read(tmp_path / "cube.hdr")
    np.testing.assert_allclose(
        cube.data, reconstructor.reconstruct(pictures.read_image(photo)).data, atol=1e-5
    )
    assert (
        cube.provenance["source"] == "photo.png"
        and cube.provenance["model"] == reconstructor.description.model
    )
    rmse = np.sqrt(np.mean((cube.rgb() - pictures.read_image(photo)) ** 2))
    assert cube.provenance["reprojection"]["rmse"] == pytest.approx(rmse, rel=1e-3)


def test_bad_input_is_one_line_and_status_2(bundle, tmp_path):
    (tmp_path / "photo.jpg").write_text("no picture")
    finished = subprocess.run(
        [sys.executable, SCRIPT, tmp_path / "photo.jpg", "--model", bundle, "--out", tmp_path / "cube.hdr"],
        capture_output=True,
        text=True,
    )
    assert finished.returncode == 2
    assert (
        "photo.jpg is no picture" in finished.stderr.splitlines()[-1] and "Traceback" not in finished.stderr
    )
    assert not list(tmp_path.glob("*cube*"))


def test_all_options_together(bundle, photo, tmp_path):
    run(
        Options(
            (photo,),
            str(bundle),
            tmp_path / "cube.nc",
            dtype="uint16",
            scale=1.5,
            wavelengths="420:680:5",
            consistent=True,
            tile=24,
        )
    )
    cube = cubes.read(tmp_path / "cube.nc")
    assert cube.shape == (75, 105, 53) and cube.wavelengths[0] == 420 and cube.wavelengths[-1] == 680
    assert cube.provenance["scale"] == 1.5 and cube.provenance["consistent"]


def test_a_folder_of_pictures_becomes_a_folder_of_cubes(bundle, photo, tmp_path):
    Image.open(photo).save(tmp_path / "second.bmp")
    run(Options((tmp_path,), str(bundle), tmp_path / "cubes", format="mat"))
    assert sorted(p.name for p in (tmp_path / "cubes").iterdir()) == ["photo.mat", "second.mat"]


def test_the_seconds_that_are_said_count_from_the_start_of_the_process(photo, tmp_path):
    code = (
        "import sys, time, hsi_inr_tf; time.sleep(1.5)\n"
        "from hsi_inr_tf.cli.main import main; main(['reconstruct', *sys.argv[1:]])"
    )
    arguments = [photo, "--model", "inr-edge", "--out", tmp_path / "cube.npz"]
    finished = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True)
    assert float(re.search(r"nm, ([\d.]+) s;", finished.stdout)[1]) > 1.5


@pytest.mark.parametrize("content", [b"no picture", b""])
def test_an_unreadable_picture_is_refused_before_the_model_is_looked_for(tmp_path, content):
    (tmp_path / "photo.png").write_bytes(content)
    with pytest.raises(InputError, match=r"photo\.png"):
        run(Options((tmp_path / "photo.png",), "no-such-model", tmp_path / "cube.npz"))


def test_ctrl_c_leaves_nothing(tmp_path):
    picture = np.random.default_rng(0).integers(0, 255, (1500, 1500, 3), np.uint8)
    Image.fromarray(picture).save(tmp_path / "photo.png", compress_level=0)
    out = tmp_path / "cubes"
    arguments = [tmp_path / "photo.png", "--model", "inr-compact", "--out", out / "cube.hdr"]
    process = subprocess.Popen([sys.executable, SCRIPT, *arguments], stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 120
    while not (out.is_dir() and sum(os.path.getsize(file) for file in out.iterdir() if file.exists())):
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 130 and "Traceback" not in said
    assert sorted(path.name for path in tmp_path.iterdir()) == ["photo.png"]


def test_a_broken_picture_is_named_and_the_others_are_reconstructed(bundle, photo, tmp_path):
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for name in ("a.png", "c.png"):
        (pictures / name).write_bytes(photo.read_bytes())
    (pictures / "b.png").write_bytes(photo.read_bytes()[:200])
    (pictures / "d.jpg").write_text("no picture")
    finished = subprocess.run(
        [sys.executable, SCRIPT, pictures, "--model", bundle, "--out", tmp_path / "cubes"],
        capture_output=True,
        text=True,
    )
    assert finished.returncode == 2 and "Traceback" not in finished.stderr
    said = [line for line in finished.stderr.splitlines() if line.startswith("error: ")]
    assert "b.png is damaged" in said[0] and "d.jpg is no picture" in said[1] and len(said) == 3
    assert "2 of 4 pictures could not be read" in said[2]
    assert sorted(p.name for p in (tmp_path / "cubes").iterdir()) == ["a.hdr", "a.img", "c.hdr", "c.img"]
    np.testing.assert_array_equal(
        cubes.read(tmp_path / "cubes" / "a.hdr").data, cubes.read(tmp_path / "cubes" / "c.hdr").data
    )


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_a_camera_of_linear_light_gets_the_picture_decoded(
    bundle, photo, tmp_path, model, reconstructor, scale
):
    from dataclasses import replace

    camera = replace(reconstructor.description.camera, encoding="linear")
    linear = Reconstructor(KerasEngine(model, replace(reconstructor.description, camera=camera)))
    options = Options((photo,), str(bundle), tmp_path / "cube.npz", scale=scale, consistent=True, tile=24)
    reconstruct_file(linear, photo, tmp_path / "cube.npz", options)
    expected = linear.reconstruct(srgb.decode(pictures.read_image(photo)), scale=scale, consistent=True)
    cube = cubes.read(tmp_path / "cube.npz")
    np.testing.assert_allclose(cube.data, expected.data, atol=2e-5)
    assert cube.provenance["reprojection"]["rmse"] == pytest.approx(
        expected.provenance["reprojection"]["rmse"], rel=1e-4
    )


def test_georeferenced_pictures_keep_their_place_even_when_scaled(bundle, tmp_path, photograph):
    import rasterio

    place = rasterio.Affine(2, 0, 600000, 0, -2, 5000000)
    with rasterio.open(
        tmp_path / "map.tif",
        "w",
        driver="GTiff",
        height=40,
        width=48,
        count=3,
        dtype="uint8",
        crs="EPSG:32631",
        transform=place,
    ) as file:
        file.write(np.round(photograph[:40, :48] * 255).astype(np.uint8).transpose(2, 0, 1))
    run(Options((tmp_path / "map.tif",), str(bundle), tmp_path / "cube.tif", scale=2.0))
    with rasterio.open(tmp_path / "cube.tif") as cube, rasterio.open(tmp_path / "map.tif") as picture:
        assert cube.shape == (80, 96) and cube.bounds == picture.bounds and cube.crs == picture.crs


def test_two_pictures_never_share_a_file(bundle, photo, tmp_path):
    Image.open(photo).save(tmp_path / "photo.bmp")
    with pytest.raises(InputError, match="several pictures would be written"):
        run(Options((tmp_path,), str(bundle), tmp_path / "cubes"))
    with pytest.raises(InputError, match="is one file"):
        run(Options((photo, tmp_path / "photo.bmp"), str(bundle), tmp_path / "cube.hdr"))


@pytest.mark.parametrize("out", [".", "a.tif"])
def test_pictures_are_not_overwritten_by_their_cubes(bundle, photo, tmp_path, out):
    Image.open(photo).save(tmp_path / "a.tif")
    before = (tmp_path / "a.tif").read_bytes()
    with pytest.raises(InputError, match=r"a\.tif is one of the pictures"):
        run(Options((tmp_path / "a.tif",), str(bundle), tmp_path / out, format="geotiff"))
    assert (tmp_path / "a.tif").read_bytes() == before


def test_a_name_that_contradicts_the_format_is_refused(bundle, photo, tmp_path):
    with pytest.raises(InputError, match=r"cube\.hdr"):
        run(Options((photo,), str(bundle), tmp_path / "cube.npz", format="envi"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"wavelengths": "400:700:1e-9"}, "at most 10000"),
        ({"wavelengths": "400:inf:5"}, "cannot be read"),
        ({"wavelengths": ",".join(map(str, range(400, 700)))[:-1] + "x"}, "cannot be read"),
        ({"wavelengths": ""}, "cannot be read"),
        ({"scale": 1e9}, "sides of at most"),
        ({"out": "photo.png/x.npz"}, "cannot be written"),
    ],
)
def test_what_cannot_be_made_is_one_sentence(bundle, photo, tmp_path, change, message):
    out = tmp_path / change.pop("out", "x.npz")
    with pytest.raises(InputError, match=message):
        run(Options((photo,), str(bundle), out, **change))


def test_what_is_no_model_is_refused_with_what_would_be(tmp_path):
    with pytest.raises(InputError, match="no model 'nonesuch': expected a run folder"):
        inference.load("nonesuch")
    with pytest.raises(InputError, match="no model"):
        inference.load(tmp_path)


def test_weights_that_do_not_fit_are_refused(bundle, tmp_path):
    (tmp_path / "description.json").write_text(
        (bundle / "description.json").read_text().replace('"width": 24', '"width": 32')
    )
    (tmp_path / "model.weights.h5").write_bytes((bundle / "model.weights.h5").read_bytes())
    with pytest.raises(InputError, match="does not fit"):
        inference.load(tmp_path)


def test_the_package_for_devices_needs_no_tensorflow():
    code = (
        "import sys, hsi_inr_tf, hsi_inr_tf.inference, hsi_inr_tf.cubes, hsi_inr_tf.pictures; "
        "import hsi_inr_tf.trained, hsi_inr_tf.optics; "
        "print(sorted({'tensorflow', 'keras', 'colour', 'scipy', 'matplotlib', 'h5py'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"
