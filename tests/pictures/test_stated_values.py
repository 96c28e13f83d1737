"""What a picture's file states of its values is what is read: depth, roles of bands, pages, colours.

Tables of (file as it is written here, value expected, value read).
"""

import struct

import numpy as np
import pytest
from PIL import Image

from hsi_inr_tf import pictures
from hsi_inr_tf.errors import InputError
from tests.pictures.writing import HEIGHT, RGB, WIDTH, chunk, display_profile, png, random, read, save_tiff

pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")


# --- depth ---


@pytest.mark.parametrize("bits", [2, 4, 9, 10, 11, 12, 13, 14, 15])
@pytest.mark.parametrize("bands", [1, 3])
def test_the_full_scale_of_a_tiff_is_that_of_its_bits(tmp_path, bits, bands):
    full = 2**bits - 1
    values = random(full, HEIGHT, WIDTH, bands, dtype=np.uint8 if bits < 8 else np.uint16)
    save_tiff(tmp_path / "a.tif", values, nbits=bits, photometric="RGB" if bands == 3 else "MINISBLACK")
    assert read(tmp_path / "a.tif") == pytest.approx(
        np.broadcast_to(values / full, (HEIGHT, WIDTH, 3)), abs=1e-5
    )


@pytest.mark.parametrize(("said", "full"), [(4095, 4095), (1023, 1023), (16383, 16383), (3000, 65535)])
def test_a_largest_sample_value_counts_where_it_is_a_number_of_bits(tmp_path, said, full):
    tifffile = pytest.importorskip("tifffile")
    values = random(min(said, full))
    extra = [(281, 3, 3, (said,) * 3, True)]
    tifffile.imwrite(tmp_path / "a.tif", values, photometric="rgb", extratags=extra)
    assert read(tmp_path / "a.tif") == pytest.approx(values / full, abs=1e-5)


def test_samples_beyond_the_stated_scale_are_refused(tmp_path):
    tifffile = pytest.importorskip("tifffile")
    extra = [(281, 3, 3, (1023,) * 3, True)]
    tifffile.imwrite(tmp_path / "a.tif", random(4095), photometric="rgb", extratags=extra)
    with pytest.raises(InputError, match=r"a\.tif says that its values reach 1023, but one is"):
        read(tmp_path / "a.tif")


@pytest.mark.parametrize("dtype", [np.uint32, np.float32, np.int16])
def test_tiffs_without_a_full_scale_are_refused(tmp_path, dtype):
    save_tiff(tmp_path / "a.tif", random(255, dtype=dtype))
    with pytest.raises(InputError, match=r"a\.tif"):
        read(tmp_path / "a.tif")


@pytest.mark.parametrize("bands", [1, 2, 3, 4])
def test_sixteen_bit_pngs_of_every_kind_keep_their_bits(tmp_path, bands):
    values = random(65535, 40, 50, bands)  # GDAL's, so that rows are filtered
    save_tiff(tmp_path / "a.png", values, driver="PNG")
    expected = values[..., :3] if bands > 2 else np.repeat(values[..., :1], 3, axis=2)
    np.testing.assert_array_equal(pictures.read_picture(tmp_path / "a.png").pixels, expected)


@pytest.mark.parametrize("maxval", [1, 15, 255, 1023, 65535])
def test_portable_greymaps_are_read_by_their_largest_value(tmp_path, maxval):
    values = random(maxval, HEIGHT, WIDTH)
    data = values.astype(">u2" if maxval > 255 else np.uint8).tobytes()
    (tmp_path / "a.pgm").write_bytes(b"P5 %d %d %d\n" % (WIDTH, HEIGHT, maxval) + data)
    assert read(tmp_path / "a.pgm")[..., 0] == pytest.approx(values / maxval, abs=0.5 / 255)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.full((2, 3), 51, np.uint8), 0.2),
        (np.full((2, 3, 1), 51, np.uint8), 0.2),
        (np.full((2, 3, 3), 13107, np.uint16), 0.2),
        (np.full((2, 3, 4), 51, np.uint8), 0.2),
        (np.full((2, 3, 3), 0.2), 0.2),
        (np.full((2, 3, 3), 0.2, np.float16), 0.2),
        (np.ones((2, 3), bool), 1.0),
        (Image.new("P", (3, 2), 1).convert("RGB"), 0.0),
        (Image.new("CMYK", (3, 2), (0, 0, 0, 0)).convert("RGB"), 1.0),
        (Image.new("L", (3, 2), 51), 0.2),
        (Image.new("1", (3, 2), 1), 1.0),
    ],
)
def test_arrays_are_read_by_the_full_scale_of_their_type(values, expected):
    pixels = pictures.as_picture(values).pixels
    largest = np.iinfo(pixels.dtype).max if pixels.dtype.kind == "u" else 1
    assert pixels.shape == (2, 3, 3) and pixels / largest == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (np.ones((2, 3, 3), np.uint32), "uint32, which does not say what stands for 1"),
        (np.ones((2, 3, 3), np.uint64), "uint64"),
        (np.ones((2, 3, 3), np.int64), "int64"),
        (np.full((2, 3, 3), 200.0), "span 200 to 200"),
        (np.full((2, 3, 3), np.nan), "not numbers"),
        (np.ones((2, 3, 2)), r"shape \(2, 3, 2\)"),
        (np.ones((1, 2, 3, 3)), r"shape \(1, 2, 3, 3\)"),
        (np.ones((0, 3, 3)), r"shape \(0, 3, 3\)"),
        ([[1, 2], [3]], "a list is no picture"),
        (None, r"shape \(\)"),
    ],
)
def test_arrays_that_are_no_pictures_are_refused(values, said):
    with pytest.raises(InputError, match=said):
        pictures.as_picture(values)


# --- roles of bands ---


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("place", [{}, {"crs": "EPSG:32631", "transform": [1, 0, 9, 0, -1, 9]}])
@pytest.mark.parametrize(
    "roles",
    [
        ("blue", "green", "red", "nir"),
        ("nir", "red", "green", "blue"),
        ("red", "green", "blue", "nir"),
        ("blue", "green", "red"),
        ("coastal", "blue", "green", "red", "rededge"),
        ("blue", "green", "red", "alpha"),
    ],
)
def test_bands_are_taken_by_their_roles(tmp_path, roles, dtype, place):
    values = random(np.iinfo(dtype).max, HEIGHT, WIDTH, len(roles), dtype=dtype)
    save_tiff(tmp_path / "a.tif", values, roles, **place)
    expected = values[..., [roles.index(name) for name in RGB]]
    np.testing.assert_array_equal(pictures.read_picture(tmp_path / "a.tif").pixels, expected)


@pytest.mark.parametrize(
    "descriptions",
    [("Blue", "Green", "Red", "NIR"), ("nir", "red", "green", "blue"), ("BLUE", "GREEN", "RED")],
)
def test_bands_are_taken_by_their_descriptions(tmp_path, descriptions):
    values = random(255, HEIGHT, WIDTH, len(descriptions), dtype=np.uint8)
    save_tiff(tmp_path / "a.tif", values, descriptions=descriptions)
    expected = values[..., [[d.lower() for d in descriptions].index(name) for name in RGB]]
    np.testing.assert_array_equal(pictures.read_picture(tmp_path / "a.tif").pixels, expected)


@pytest.mark.parametrize(
    ("bands", "how"),
    [
        (4, {"photometric": "MINISBLACK"}),
        (5, {"photometric": "MINISBLACK"}),
        (3, {"descriptions": ("nir", "red", "green")}),
        (3, {"roles": ("nir", "red", "green")}),
        (4, {"roles": ("red", "green", "red", "undefined")}),
    ],
)
def test_bands_whose_roles_are_not_said_are_refused(tmp_path, bands, how):
    save_tiff(tmp_path / "a.tif", random(255, HEIGHT, WIDTH, bands, dtype=np.uint8), **how)
    with pytest.raises(InputError, match=rf"a\.tif has {bands} bands .*red, green and blue"):
        read(tmp_path / "a.tif")


# --- pages ---


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("names", [RGB, ("blue", "green", "red"), ("Green", "Red", "Blue"), "imagej"])
def test_channels_in_pages_are_one_picture(tmp_path, names, dtype):
    tifffile = pytest.importorskip("tifffile")
    values = random(np.iinfo(dtype).max, 3, HEIGHT, WIDTH, dtype=dtype)
    if names == "imagej":
        tifffile.imwrite(
            tmp_path / "a.tif", values, imagej=True, metadata={"axes": "CYX", "mode": "composite"}
        )
        order = [0, 1, 2]
    else:
        said = {"axes": "CYX", "Channel": {"Name": list(names)}}
        tifffile.imwrite(tmp_path / "a.ome.tif", values, photometric="minisblack", metadata=said)
        (tmp_path / "a.ome.tif").rename(tmp_path / "a.tif")
        order = [[name.lower() for name in names].index(name) for name in RGB]
    np.testing.assert_array_equal(
        pictures.read_picture(tmp_path / "a.tif").pixels, np.moveaxis(values[order], 0, 2)
    )


@pytest.mark.parametrize("suffix", [".tif", ".gif", ".webp", ".png"])
def test_several_pictures_in_a_file_are_refused(tmp_path, suffix):
    frames = [Image.fromarray(random(255, seed=seed, dtype=np.uint8)) for seed in range(3)]
    frames[0].save(tmp_path / f"a{suffix}", save_all=True, append_images=frames[1:])
    with pytest.raises(InputError, match=r"a\.\w+ holds 3 (pages|frames), expected one picture"):
        read(tmp_path / f"a{suffix}")


@pytest.mark.parametrize("names", [("DAPI", "GFP", "RFP"), ("red", "green"), ("red", "red", "blue")])
def test_channels_of_other_light_are_refused(tmp_path, names):
    tifffile = pytest.importorskip("tifffile")
    said = {"axes": "CYX", "Channel": {"Name": list(names)}}
    values = random(255, len(names), HEIGHT, WIDTH, dtype=np.uint8)
    tifffile.imwrite(tmp_path / "a.ome.tif", values, photometric="minisblack", metadata=said)
    with pytest.raises(InputError, match=rf"holds {len(names)} pages"):
        read(tmp_path / "a.ome.tif")


def test_overviews_and_thumbnails_are_no_further_pages(tmp_path):
    import rasterio

    values = random(255, 64, 64, 3, dtype=np.uint8)
    save_tiff(tmp_path / "a.tif", values)
    with rasterio.open(tmp_path / "a.tif", "r+") as file:
        file.build_overviews([2, 4])
    np.testing.assert_array_equal(pictures.read_picture(tmp_path / "a.tif").pixels, values)


# --- colours ---


def expected_srgb(values, space):
    """By colour-science; what lies outside of sRGB is clipped."""
    import colour

    linear = colour.RGB_to_RGB(values, space, "sRGB", apply_cctf_decoding=False)
    return colour.cctf_encoding(np.clip(linear, 0, 1), "sRGB")


@pytest.mark.parametrize(
    ("suffix", "mark"),  # Pillow does not write the first mark into TIFFs
    [(suffix, mark) for suffix in (".jpg", ".png", ".webp") for mark in ("R03", "colour space 2")]
    + [(".tif", "colour space 2")],
)
def test_adobe_rgb_is_known_by_its_mark_in_exif(tmp_path, suffix, mark):
    exif = Image.Exif()
    exif[0x010F] = "a camera"
    if mark == "R03":
        exif.get_ifd(0x8769).update({0xA001: 65535, 0xA005: {1: "R03", 2: b"0100"}})
    else:
        exif.get_ifd(0x8769)[0xA001] = 2
    values = np.repeat(random(255, 2, 2, 3, dtype=np.uint8), 16, axis=0).repeat(16, axis=1)
    image = Image.fromarray(values)
    how = {"quality": 100, "subsampling": 0} if suffix == ".jpg" else {"lossless": True}
    image.save(tmp_path / f"a{suffix}", exif=exif.tobytes(), **({} if suffix == ".tif" else how))
    stored = np.asarray(Image.open(tmp_path / f"a{suffix}")) / 255
    wanted = expected_srgb(stored ** (563 / 256), "Adobe RGB (1998)")
    assert read(tmp_path / f"a{suffix}") == pytest.approx(wanted, abs=1e-3)
    assert np.abs(wanted - stored).max() > 0.02


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("gamma", [100000, 55556, 45455, 35000])
def test_pngs_are_decoded_by_their_gamma(tmp_path, gamma, dtype):
    values = random(np.iinfo(dtype).max, dtype=dtype)
    (tmp_path / "a.png").write_bytes(png(values, chunk(b"gAMA", struct.pack(">I", gamma))))
    stored = values / np.iinfo(dtype).max
    wanted = stored if gamma == 45455 else expected_srgb(stored ** (100000 / gamma), "sRGB")
    assert read(tmp_path / "a.png") == pytest.approx(wanted, abs=1e-3)


def test_pngs_are_converted_by_their_chromaticities(tmp_path):
    values = random(255, dtype=np.uint8)
    numbers = (31270, 32900, 64000, 33000, 21000, 71000, 15000, 6000)
    chunks = chunk(b"gAMA", struct.pack(">I", 45455)), chunk(b"cHRM", struct.pack(">8I", *numbers))
    (tmp_path / "a.png").write_bytes(png(values, *chunks))
    wanted = expected_srgb((values / 255) ** 2.2, "Adobe RGB (1998)")
    assert read(tmp_path / "a.png") == pytest.approx(wanted, abs=2e-3)


@pytest.mark.parametrize("first", [chunk(b"sRGB", b"\0"), chunk(b"cICP", bytes([1, 13, 0, 1]))])
def test_srgb_goes_before_gamma(tmp_path, first):
    values = random(255, dtype=np.uint8)
    (tmp_path / "a.png").write_bytes(png(values, first, chunk(b"gAMA", struct.pack(">I", 100000))))
    np.testing.assert_array_equal(read(tmp_path / "a.png"), values / 255)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize(
    ("code", "space", "decode"),
    [
        ((12, 13, 0, 1), "Display P3", "sRGB"),
        ((9, 14, 0, 1), "ITU-R BT.2020", "ITU-R BT.709"),
        ((9, 8, 0, 1), "ITU-R BT.2020", None),
        ((1, 8, 0, 1), "sRGB", None),
        ((1, 1, 0, 1), "sRGB", "ITU-R BT.709"),
    ],
)
def test_pngs_are_converted_by_their_coded_colours(tmp_path, code, space, decode, dtype):
    import colour

    values = random(np.iinfo(dtype).max, dtype=dtype)
    (tmp_path / "a.png").write_bytes(png(values, chunk(b"cICP", bytes(code))))
    stored = values / np.iinfo(dtype).max
    curves = {
        "sRGB": lambda v: colour.cctf_decoding(v, "sRGB"),
        "ITU-R BT.709": colour.models.oetf_inverse_BT709,
    }
    wanted = expected_srgb(curves[decode](stored) if decode else stored, space)
    assert read(tmp_path / "a.png") == pytest.approx(wanted, abs=2e-3)


@pytest.mark.parametrize("code", [(9, 16, 0, 1), (9, 18, 0, 1), (200, 13, 0, 1), (1, 13, 0, 0)])
def test_coded_colours_that_are_not_read_are_refused(tmp_path, code):
    (tmp_path / "a.png").write_bytes(png(random(255, dtype=np.uint8), chunk(b"cICP", bytes(code))))
    with pytest.raises(InputError, match=r"a\.png: its colours are .*H\.273"):
        read(tmp_path / "a.png")


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_georeferenced_tiff_follows_its_profile(tmp_path, dtype):
    import base64

    colours = random(255, dtype=np.uint8)
    save_tiff(
        tmp_path / "a.tif",
        colours.astype(dtype) * dtype(np.iinfo(dtype).max // 255),
        photometric="RGB",
        crs="EPSG:32631",
        transform=[1, 0, 9, 0, -1, 9],
        SOURCE_ICC_PROFILE=base64.b64encode(_swapping_profile()).decode(),
    )
    read_back = read(tmp_path / "a.tif")
    assert read_back[..., ::-1] == pytest.approx(colours / 255, abs=3 / 255)


def _swapping_profile() -> bytes:
    """sRGB's primaries, adapted to D50, with red and blue exchanged."""
    steps = np.linspace(0, 1, 256)
    curve = np.where(steps <= 0.04045, steps / 12.92, ((steps + 0.055) / 1.055) ** 2.4)
    return display_profile(
        (0.1431, 0.0606, 0.7141),
        (0.3851, 0.7169, 0.0971),
        (0.4361, 0.2225, 0.0139),
        struct.pack(">I", 256) + np.round(curve * 65535).astype(">u2").tobytes(),
    )
