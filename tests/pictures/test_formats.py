"""Every format that people have is read, by its extra where it needs one, and folders say what they leave
out.
"""

import numpy as np
import pytest
from PIL import Image

from hsi_inr_tf import pictures
from hsi_inr_tf.errors import InputError
from tests.pictures.writing import HEIGHT, WIDTH, random, read, save_tiff

pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")


@pytest.mark.parametrize("suffix", [".gif", ".ppm", ".pgm", ".jp2", ".avif", ".webp", ".bmp"])
def test_what_pillow_reads_is_read(tmp_path, suffix):
    values = np.repeat(random(255, 1, 1, 3, dtype=np.uint8), 24, axis=0).repeat(32, axis=1)
    image = Image.fromarray(values[..., 0] if suffix == ".pgm" else values)
    image.save(tmp_path / f"a{suffix}", **({"quality": 100} if suffix == ".avif" else {"lossless": True}))
    expected = np.repeat(values[..., :1], 3, axis=2) if suffix == ".pgm" else values
    assert np.abs(read(tmp_path / f"a{suffix}") - expected / 255).max() <= (
        2 / 255 if suffix == ".avif" else 1e-6
    )
    assert pictures.decode_image((tmp_path / f"a{suffix}").read_bytes()).shape == (24, 32, 3)


def test_the_number_of_pixels_allowed_can_be_raised(tmp_path, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    Image.fromarray(random(255, dtype=np.uint8)).save(tmp_path / "a.png")
    with pytest.raises(InputError, match=r"bomb \(--max-pixels allows more\)"):
        read(tmp_path / "a.png")
    pictures.allow_pixels(HEIGHT * WIDTH)
    assert read(tmp_path / "a.png").shape == (HEIGHT, WIDTH, 3)
    pictures.allow_pixels(HEIGHT * WIDTH - 2)
    with pytest.raises(InputError, match="bomb"):
        read(tmp_path / "a.png")


def test_the_number_of_pixels_allowed_counts_for_large_tiffs(tmp_path, monkeypatch):
    values = random(65535, 700, 3, 3)
    save_tiff(tmp_path / "a.tif", values, photometric="RGB", BIGTIFF="YES", blockysize=100)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    with pytest.raises(InputError, match=r"bomb \(--max-pixels allows more\)"):
        read(tmp_path / "a.tif")
    pictures.allow_pixels(700 * 3)
    np.testing.assert_array_equal(read(tmp_path / "a.tif"), values / 65535)  # in strips


@pytest.mark.parametrize("orientation", [1, 6])
def test_heic_is_read_upright(tmp_path, orientation):
    pillow_heif = pytest.importorskip("pillow_heif")
    pillow_heif.register_heif_opener()
    values = np.repeat(random(255, 4, 4, 3, dtype=np.uint8), 16, axis=0).repeat(16, axis=1)
    exif = Image.Exif()
    exif[274] = orientation
    Image.fromarray(values).save(tmp_path / "a.heic", quality=-1, exif=exif.tobytes())
    upright = values if orientation == 1 else np.rot90(values, -1)
    assert np.abs(read(tmp_path / "a.heic") - upright / 255).max() <= 3 / 255


def test_raw_data_are_linear_light_by_their_white_level(tmp_path):
    pytest.importorskip("rawpy")
    tifffile = pytest.importorskip("tifffile")
    mosaic = np.zeros((64, 64), np.uint16)
    mosaic[0::2, 0::2], mosaic[0::2, 1::2], mosaic[1::2, 0::2], mosaic[1::2, 1::2] = 1200, 2400, 2400, 600
    # XYZ -> the camera's RGB, here that of sRGB, so that the camera's own matrix changes nothing.
    matrix = (3.2406, -1.5372, -0.4986, -0.9689, 1.8758, 0.0415, 0.0557, -0.2040, 1.0570)
    rationals = tuple(number for value in matrix for number in (round(value * 10000), 10000))
    tags = [
        (271, 2, 0, "maker", True), (272, 2, 0, "camera", True), (33421, 3, 2, (2, 2), True),
        (33422, 1, 4, bytes([0, 1, 1, 2]), True), (50706, 1, 4, bytes([1, 4, 0, 0]), True),
        (50707, 1, 4, bytes([1, 1, 0, 0]), True), (50708, 2, 0, "camera", True), (50714, 4, 1, 0, True),
        (50717, 4, 1, 4095, True), (50721, 10, 9, rationals, True), (50728, 5, 3, (1,) * 6, True),
        (50778, 3, 1, 21, True),
    ]  # fmt: skip
    tifffile.imwrite(tmp_path / "a.dng", mosaic, photometric=32803, extratags=tags, metadata=None)
    picture = pictures.read_picture(tmp_path / "a.dng")
    assert picture.encoding == "linear" and picture.pixels.shape == (64, 64, 3)
    expected = np.array([1200, 2400, 600]) / 4095
    assert picture.pixels[20:40, 20:40].mean((0, 1)) / 65535 == pytest.approx(expected, abs=0.01)
    curve = np.where(expected <= 0.0031308, 12.92 * expected, 1.055 * expected ** (1 / 2.4) - 0.055)
    assert pictures.read_image(tmp_path / "a.dng")[20:40, 20:40].mean((0, 1)) == pytest.approx(
        curve, abs=0.01
    )


@pytest.mark.parametrize("name", ["a.heic", "a.dng"])
def test_a_kind_whose_extra_is_missing_names_it(tmp_path, name, monkeypatch):
    import sys

    for package in ("pillow_heif", "rawpy"):
        monkeypatch.setitem(sys.modules, package, None)
    (tmp_path / name).write_bytes(b"a picture")
    with pytest.raises(InputError, match=r"a\.\w+ is .*pip install 'hsi_inr_tf\[(heic|raw)\]'"):
        read(tmp_path / name)


def test_what_of_a_folder_is_left_out_is_said(tmp_path, capsys):
    for name in ("a.png", "b.jpg", "sub/c.png", "._d.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.fromarray(random(255, dtype=np.uint8)).save(tmp_path / name)
    for name in ("b.dng", "notes.txt", "Thumbs.db", ".DS_Store"):
        (tmp_path / name).write_bytes(b"")
    assert [path.name for path in pictures.find_images([tmp_path])] == ["a.png", "b.jpg"]
    said = capsys.readouterr().err
    for what in ("left out notes.txt: no", "left out sub: subfolders", "left out b.dng: raw data"):
        assert what in said
    assert "Thumbs" not in said and "DS_Store" not in said and "._d" not in said


def test_a_folder_of_subfolders_names_those_with_pictures(tmp_path):
    (tmp_path / "sub").mkdir()
    Image.fromarray(random(255, dtype=np.uint8)).save(tmp_path / "sub" / "a.png")
    with pytest.raises(InputError, match=r"no pictures in this folder \(its subfolders hold some: sub\)"):
        pictures.find_images([tmp_path])
