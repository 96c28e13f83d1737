"""Pictures as cameras, scanners and editors write them."""

import base64
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from hsi_inr_tf import pictures
from hsi_inr_tf.errors import InputError
from tests.pictures.writing import display_profile


@pytest.fixture
def pixels():
    return np.random.default_rng(2).integers(0, 256, (12, 17, 3), np.uint8)


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tif", ".webp"])
def test_lossless_pictures_arrive_bit_for_bit(tmp_path, pixels, suffix):
    Image.fromarray(pixels).save(tmp_path / f"a{suffix}", lossless=True)
    picture = pictures.read_image(tmp_path / f"a{suffix}")
    assert picture.dtype == np.float32
    np.testing.assert_array_equal(picture, pixels.astype(np.float32) / np.float32(255))


def test_sixteen_bit_colour_png_keeps_its_bits(tmp_path):
    import tensorflow as tf

    values = np.random.default_rng(3).integers(0, 65536, (9, 8, 3), np.uint16)
    (tmp_path / "a.png").write_bytes(tf.io.encode_png(values).numpy())
    np.testing.assert_array_equal(pictures.read_picture(tmp_path / "a.png").pixels, values)


def test_sixteen_bit_grey_png_keeps_its_bits(tmp_path):
    values = np.random.default_rng(3).integers(0, 65536, (9, 8), np.uint16)
    Image.fromarray(values).save(tmp_path / "a.png")
    np.testing.assert_array_equal(
        pictures.read_picture(tmp_path / "a.png").pixels, np.stack([values] * 3, -1)
    )


def test_sixteen_bit_geotiff_keeps_its_bits_and_its_place(tmp_path):
    import rasterio

    values = np.random.default_rng(3).integers(0, 65536, (3, 9, 8), np.uint16)
    place = rasterio.Affine(0.5, 0, 600000, 0, -0.5, 5000000)
    with rasterio.open(
        tmp_path / "a.tif",
        "w",
        driver="GTiff",
        height=9,
        width=8,
        count=3,
        dtype="uint16",
        crs="EPSG:32631",
        transform=place,
    ) as file:
        file.write(values)
    picture = pictures.read_picture(tmp_path / "a.tif")
    np.testing.assert_array_equal(picture.pixels, values.transpose(1, 2, 0))
    assert picture.georeference["transform"] == list(place)[:6]


def as_stored(upright, orientation):
    """The pixels of a file that EXIF's `orientation` turns upright."""
    return np.ascontiguousarray(
        {
            1: upright,
            2: upright[:, ::-1],
            3: upright[::-1, ::-1],
            4: upright[::-1],
            5: upright.swapaxes(0, 1),
            6: np.rot90(upright, 1),
            7: upright[::-1, ::-1].swapaxes(0, 1),
            8: np.rot90(upright, -1),
        }[orientation]
    )


@pytest.mark.parametrize("orientation", range(1, 9))
def test_photographs_are_turned_as_their_exif_says(tmp_path, orientation):
    upright = np.zeros((40, 64, 3), np.uint8)
    upright[:20, :32] = 230  # light top left quarter
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(as_stored(upright, orientation)).save(tmp_path / "a.jpg", exif=exif, quality=95)
    picture = pictures.read_image(tmp_path / "a.jpg")
    assert picture.shape == (40, 64, 3)
    assert np.abs(picture - upright / 255).mean() < 0.01


@pytest.mark.parametrize("orientation", range(1, 9))
def test_sixteen_bit_pictures_are_turned_as_their_exif_says(tmp_path, orientation):
    import tensorflow as tf

    upright = np.random.default_rng(3).integers(0, 65536, (9, 14, 3), np.uint16)
    png = tf.io.encode_png(as_stored(upright, orientation)).numpy()
    chunk = (
        b"eXIf" + b"MM\0*\0\0\0\x08" + struct.pack(">HHHIHHI", 1, 0x0112, 3, 1, orientation, 0, 0)
    )  # TIFF with one tag
    chunk = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    (tmp_path / "a.png").write_bytes(png[:33] + chunk + png[33:])  # after the signature and IHDR
    np.testing.assert_array_equal(pictures.read_picture(tmp_path / "a.png").pixels, upright)
    Image.fromarray(as_stored(upright[..., 0], orientation)).save(
        tmp_path / "a.tif", tiffinfo={0x0112: orientation}
    )
    np.testing.assert_array_equal(
        pictures.read_picture(tmp_path / "a.tif").pixels, np.stack([upright[..., 0]] * 3, -1)
    )


def test_grey_becomes_three_equal_channels(tmp_path, pixels):
    Image.fromarray(pixels[..., 0]).save(tmp_path / "a.jpg", quality=100)
    picture = pictures.read_image(tmp_path / "a.jpg")
    assert np.ptp(picture, axis=2).max() == 0 and picture.shape == (12, 17, 3)


@pytest.mark.parametrize("mode", ["RGBA", "P", "LA", "1"])
def test_other_pillow_modes_are_read(tmp_path, pixels, mode):
    image = (
        Image.fromarray(pixels).convert("L").convert("LA")
        if mode == "LA"
        else Image.fromarray(pixels).convert(mode)
    )
    image.save(tmp_path / "a.png")
    expected = np.asarray(image.convert("RGB") if mode != "LA" else image.convert("L").convert("RGB"))
    np.testing.assert_array_equal(pictures.read_picture(tmp_path / "a.png").pixels, expected)


def test_cmyk_without_a_profile_is_refused(tmp_path, pixels):
    Image.fromarray(pixels).convert("CMYK").save(tmp_path / "a.jpg")
    with pytest.raises(InputError, match="CMYK without a colour profile"):
        pictures.read_image(tmp_path / "a.jpg")


def test_wide_gamut_colours_are_converted_to_srgb(tmp_path):
    import colour

    colours = np.random.default_rng(4).integers(60, 200, (16, 16, 3), np.uint8)
    colours[..., 1:] = colours[..., 1:] // 4 + colours[..., :1] // 2  # mild enough to lie inside sRGB
    Image.fromarray(colours).save(tmp_path / "a.png", icc_profile=_adobe_rgb_profile())
    expected = colour.RGB_to_RGB(
        colours / 255, "Adobe RGB (1998)", "sRGB", apply_cctf_decoding=True, apply_cctf_encoding=True
    )
    inside = np.all((expected > 0.02) & (expected < 0.98), axis=-1)
    assert inside.mean() > 0.5
    picture = pictures.read_image(tmp_path / "a.png")
    assert np.abs(picture - expected)[inside].max() < 2.5 / 255
    assert np.abs(picture - colours / 255).max() > 5 / 255


def test_a_decompression_bomb_is_refused(tmp_path, pixels, monkeypatch):
    Image.fromarray(pixels).save(tmp_path / "a.png")
    monkeypatch.setattr(
        Image, "MAX_IMAGE_PIXELS", 100
    )  # the real limit, 179 million pixels, takes too long to write
    with pytest.raises(InputError, match="bomb"):
        pictures.read_image(tmp_path / "a.png")


def test_what_is_no_picture_is_refused_by_name(tmp_path, pixels):
    (tmp_path / "a.png").write_text("not a picture")
    with pytest.raises(InputError, match=r"a\.png is no picture"):
        pictures.read_image(tmp_path / "a.png")
    with pytest.raises(InputError, match="no such picture"):
        pictures.read_image(tmp_path / "b.png")
    Image.fromarray(np.tile(pixels, (9, 9, 1))).save(tmp_path / "c.jpg")
    (tmp_path / "c.jpg").write_bytes((tmp_path / "c.jpg").read_bytes()[:900])
    with pytest.raises(InputError, match=r"c\.jpg is damaged"):
        pictures.read_image(tmp_path / "c.jpg")


def test_folders_stand_for_their_pictures_in_order(tmp_path, pixels):
    for name in ("b.png", "a.PNG", "notes.txt"):
        Image.fromarray(pixels).save(tmp_path / name, format="PNG")
    assert [p.name for p in pictures.find_images([tmp_path])] == ["a.PNG", "b.png"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="no pictures in this folder"):
        pictures.find_images([tmp_path / "empty"])
    with pytest.raises(InputError, match="no such file or folder"):
        pictures.find_images([tmp_path / "missing.png"])


def _adobe_rgb_profile() -> bytes:
    """The primaries of Adobe RGB (1998) and gamma 2.2."""
    return display_profile(
        (0.60974, 0.31111, 0.01947),
        (0.20528, 0.62567, 0.06087),
        (0.14919, 0.06322, 0.74457),
        struct.pack(">IH", 1, 563) + bytes(2),
    )


def _tiff(path, values, **how):
    import rasterio

    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        height=values.shape[0],
        width=values.shape[1],
        count=values.shape[2],
        dtype=values.dtype,
        **how,
    ) as file:
        file.write(values.transpose(2, 0, 1))
        if how.get("photometric") == "palette":
            file.write_colormap(1, {5: (200, 30, 40, 255)})


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_sixteen_bit_pictures_follow_their_profile_as_eight_bit_ones_do(tmp_path):
    from PIL import ImageCms

    colours = np.random.default_rng(4).integers(60, 200, (16, 16, 3), np.uint8)
    profiles = {
        "wide": _adobe_rgb_profile(),
        "srgb": ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
    }
    for name, profile in profiles.items():
        Image.fromarray(colours).save(tmp_path / "8.png", icc_profile=profile)
        _tiff(
            tmp_path / f"{name}.tif",
            colours * np.uint16(257),
            photometric="RGB",
            SOURCE_ICC_PROFILE=base64.b64encode(profile).decode(),
        )
        eight, sixteen = (
            pictures.read_image(tmp_path / "8.png"),
            pictures.read_picture(tmp_path / f"{name}.tif").pixels,
        )
        assert sixteen.dtype == (np.uint8 if name == "wide" else np.uint16)
        assert sixteen / np.iinfo(sixteen.dtype).max == pytest.approx(eight, abs=2 / 255)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_tiffs_of_ink_are_refused(tmp_path, dtype):
    _tiff(
        tmp_path / "a.tif",
        np.zeros((4, 5, 4), dtype),
        photometric="CMYK",
        crs="EPSG:32631",
        transform=[1, 0, 9, 0, -1, 9],
    )
    with pytest.raises(InputError, match="CMYK"):
        pictures.read_image(tmp_path / "a.tif")


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_tiffs_say_themselves_what_their_numbers_mean(tmp_path):
    place = {"crs": "EPSG:32631", "transform": [1, 0, 9, 0, -1, 9]}
    _tiff(tmp_path / "palette.tif", np.full((4, 5, 1), 5, np.uint8), photometric="palette", **place)
    assert pictures.read_picture(tmp_path / "palette.tif").pixels[0, 0].tolist() == [200, 30, 40]
    _tiff(tmp_path / "white.tif", np.zeros((4, 5, 1), np.uint16), photometric="MINISWHITE")
    assert pictures.read_picture(tmp_path / "white.tif").pixels[0, 0].tolist() == [65535] * 3
