"""The page in a real browser: what users do with it, and its numbers against the package's."""

import csv
import re
import shutil
import zipfile

import numpy as np
import pytest
import spectral
from PIL import Image

from hsi_inr_tf import cubes, load, pictures
from tests.web.serving import ISOLATED, Served


@pytest.fixture(scope="module")
def photograph(tmp_path_factory, request):
    """A picture of 150x101 pixels: a part of CAVE's photograph of peppers, or of our sample where CAVE is
    absent.
    """
    path = tmp_path_factory.mktemp("pictures") / "Paprika ½.png"
    try:
        archive = request.getfixturevalue("shared_cave") / "complete_ms_data.zip"
    except pytest.skip.Exception:
        from tests.web.conftest import WEB

        source = Image.open(WEB / "public" / "still-life.png")
    else:
        with zipfile.ZipFile(archive) as files:
            name = next(
                name for name in files.namelist() if re.search(r"real_and_fake_peppers_RGB\.bmp$", name)
            )
            source = Image.open(files.open(name)).convert("RGB")
    source.crop((60, 150, 210, 251)).save(path)
    return path


@pytest.fixture(scope="module")
def sideways(photograph):
    """The same as a camera held upright writes it: a JPEG whose EXIF says that it is to be turned."""
    path = photograph.with_name("upright.jpg")
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.open(photograph).save(path, quality=90, exif=exif)
    return path


def in_python(picture, model):
    return load(model).reconstruct(pictures.read_image(picture))


def assert_same_numbers(actual, expected):
    assert actual.shape == expected.shape
    assert np.abs(actual - expected).max() < 1e-5 * np.abs(expected).max()


def test_a_picture_s_whole_way_with_mouse_and_keyboard_then_without_a_server(
    site, model, photograph, sideways, drive, tmp_path
):
    with Served(site) as server:
        seen = drive(
            "desktop",
            {"server": server.stop},
            url=server.url,
            picture=photograph,
            another=sideways,
            folder=tmp_path,
        )
    cube = in_python(photograph, model).data
    at_550 = cube[..., 15]

    assert not seen["problems"]
    assert len(seen["hosts"]) == 1  # nothing but the page's own files
    assert seen["hover"] == f"x 30, y 20: {at_550[20, 30]:.3f} at 550\u00a0nm"
    assert seen["keys"] == f"x 41, y 21: {at_550[21, 41]:.3f} at 550\u00a0nm"
    assert seen["pins"] == ["x 30, y 20", "x 41, y 21"]  # the third was deleted
    assert (seen["wavelength"], seen["repainted"], seen["curves"]) == ("650 nm", True, 3)
    assert seen["about"]["Picture"] == "150 × 101 pixels"

    check_npz(seen["files"]["npz"], photograph, model)
    check_envi(seen["files"]["envi"], cube, tmp_path)
    with open(seen["files"]["csv"], newline="") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["wavelength_nm"]) for row in rows] == list(range(400, 701, 10))
    assert_same_numbers(np.array([float(row["x41_y21"]) for row in rows]), cube[21, 41])

    assert seen["isolated"]
    check_npz(seen["offline"], sideways, model)


def check_npz(path, picture, model):
    """A downloaded .npz holds the cube that Python computes, and says of itself what Python says."""
    expected = in_python(picture, model)
    with np.load(path, allow_pickle=False) as arrays:
        assert arrays["cube"].dtype == np.float32
        assert_same_numbers(arrays["cube"], expected.data)
        np.testing.assert_array_equal(arrays["wavelengths"], expected.wavelengths)
    image = cubes.read(path)
    assert image.provenance["input"] == picture.name
    for name in ("model", "training", "scale", "consistent", "exact"):
        assert image.provenance[name] == expected.provenance[name], name
    for name in ("rmse", "largest"):
        assert image.provenance["reprojection"][name] == pytest.approx(
            expected.provenance["reprojection"][name], rel=1e-3
        )


def check_envi(path, cube, folder):
    """A downloaded ENVI archive is opened by `spectral`."""
    shutil.unpack_archive(path, folder / "envi")
    (header,) = (folder / "envi").glob("*.hdr")
    image = spectral.open_image(str(header))
    assert_same_numbers(np.asarray(image.load()), cube)
    assert image.bands.centers == list(range(400, 701, 10))
    assert image.bands.band_unit == "Nanometers"


def test_a_phone_shows_everything_within_its_width(site, photograph, drive, tmp_path):
    with Served(site) as server:
        seen = drive("phone", url=server.url, picture=photograph, screenshot=tmp_path / "phone.png")
    assert (seen["start"], seen["result"], seen["turned"]) == (0, 0, 0)
    assert seen["together"] == ["canvas", "wavelength", "plot", "pin"]  # without scrolling
    assert not seen["small"]
    assert seen["tapped"].startswith("x 40, y 30: ")
    assert seen["pins"] == ["x 10, y 12", "x 40, y 30"]
    assert seen["left"] == ["x 40, y 30"]
    assert not seen["problems"]


@pytest.mark.parametrize(
    ("headers", "workers", "threads"),
    [(ISOLATED, "allow", True), (None, "block", False)],
    ids=["isolated and with a content security policy", "plainly, without service workers"],
)
def test_numbers_are_the_same_however_it_is_served(
    site, model, photograph, drive, tmp_path, headers, workers, threads
):
    with Served(site, headers) as server:
        seen = drive("served", url=server.url, picture=photograph, folder=tmp_path, workers=workers)
    assert seen["isolated"] is threads
    assert ("1 thread," in seen["about"]["Computed"]) is not threads
    check_npz(seen["npz"], photograph, model)
    assert not seen["problems"]


def test_mistakes_are_answered_in_a_sentence(site, photograph, drive, tmp_path):
    broken, large = tmp_path / "notes.png", tmp_path / "large.png"
    broken.write_text("no picture")
    Image.effect_noise((2048, 1500), 50).save(large, compress_level=1)
    with Served(site) as server:
        seen = drive("mistakes", url=server.url, broken=broken, large=large, picture=photograph)
    assert (
        seen["error"]
        == "notes.png is no picture that this browser can read. Expected a JPEG, PNG or WebP file."
    )
    assert seen["start"] and seen["stopped"]
    assert seen["after"]["Picture"] == "150 × 101 pixels"
    assert not seen["errorAfter"] and not seen["problems"]
    assert seen["kept"] == {
        "error": seen["error"],
        "result": True,
        "curves": 2,  # the pixel that is shown, and the pin
        "pins": ["x 75, y 50"],
        "about": seen["after"],
    }
    assert all(re.fullmatch(r"\d+ px, (under 1|about \d+) s", size) for size in seen["sizes"])
    assert seen["back"] == {"start": True, "error": False}


def test_a_page_restored_while_it_was_loading_loads_again(site, drive):
    with Served(site) as server:
        seen = drive("restored", url=server.url)
    assert seen["before"].startswith("Loading the model")
    assert seen["after"].startswith("The model is ready") and seen["asked"] == 2


def test_a_page_without_its_model_says_so(site, drive, tmp_path):
    shutil.copytree(site, tmp_path / "site")
    (tmp_path / "site" / "model.tflite").unlink()
    with Served(tmp_path / "site") as server:
        assert drive("failing", url=server.url)["error"] == "The model could not be loaded (404)."
