"""What a picture's file states of its values is what is read: depth, roles of bands, pages, colours.

Tables of (file as it is written here, value expected, value read).
"""

import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from hsi_inr_tf import pictures
from hsi_inr_tf.errors import InputError

pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
HEIGHT, WIDTH = 7, 9
RGB = ("red", "green", "blue")


def random(largest, *shape, dtype=np.uint16, seed=0):
    return np.random.default_rng(seed).integers(0, largest + 1, shape or (HEIGHT, WIDTH, 3)).astype(dtype)


def save_tiff(path, values, roles=None, descriptions=None, **how):
    """Write [height, width, bands] by GDAL."""
    import rasterio
    from rasterio.enums import ColorInterp

    height, width, count = values.shape
    how = {"driver": "GTiff", "height": height, "width": width, "count": count, "dtype": values.dtype, **how}
    with rasterio.open(path, "w", **how) as file:
        if roles:
            file.colorinterp = [ColorInterp[role] for role in roles]
        for band, text in enumerate(descriptions or (), 1):
            file.set_band_description(band, text)
        file.write(np.moveaxis(values, 2, 0))


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(values, *extra, kind=2):
    """A PNG of uint8 or uint16 [height, width, channels], without filters."""
    height, width = values.shape[:2]
    header = struct.pack(">IIBBBBB", width, height, 8 * values.itemsize, kind, 0, 0, 0)
    rows = b"".join(b"\0" + row.astype(row.dtype.newbyteorder(">")).tobytes() for row in values)
    body = chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(extra) + body


def read(path):
    """Values in [0, 1]."""
    pixels = pictures.read_picture(path).pixels
    return pixels / np.iinfo(pixels.dtype).max


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
    """A minimal ICC v2 display profile of sRGB's primaries, adapted to D50, with red and blue exchanged."""
    primaries = {
        b"bXYZ": (0.4361, 0.2225, 0.0139),
        b"gXYZ": (0.3851, 0.7169, 0.0971),
        b"rXYZ": (0.1431, 0.0606, 0.7141),
    }
    number = lambda v: struct.pack(">i", round(v * 65536))  # noqa: E731
    tags = {name: b"XYZ " + bytes(4) + b"".join(map(number, xyz)) for name, xyz in primaries.items()}
    tags[b"wtpt"] = b"XYZ " + bytes(4) + b"".join(map(number, (0.9642, 1.0, 0.8249)))
    steps = np.linspace(0, 1, 256)
    curve = np.where(steps <= 0.04045, steps / 12.92, ((steps + 0.055) / 1.055) ** 2.4)
    for name in (b"rTRC", b"gTRC", b"bTRC"):
        tags[name] = (
            b"curv" + bytes(4) + struct.pack(">I", 256) + np.round(curve * 65535).astype(">u2").tobytes()
        )
    tags[b"desc"] = b"desc" + bytes(4) + struct.pack(">I", 6) + b"swap.\0" + bytes(78)
    tags[b"cprt"] = b"text" + bytes(4) + b"none\0" + bytes(3)
    offset, table, body = 132 + 12 * len(tags), struct.pack(">I", len(tags)), b""
    for name, data in tags.items():
        data += bytes(-len(data) % 4)
        table += name + struct.pack(">II", offset + len(body), len(data))
        body += data
    start = struct.pack(">I4sI", offset + len(body), b"", 0x02100000) + b"mntrRGB XYZ " + bytes(12) + b"acsp"
    start = start.ljust(68, b"\0") + b"".join(map(number, (0.9642, 1.0, 0.8249)))
    return start.ljust(128, b"\0") + table + body


# --- damage ---


@pytest.mark.parametrize("cut", [1, 4, 12, 13, 20, 40])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_png_cut_at_its_end_is_refused(tmp_path, cut, dtype):
    (tmp_path / "a.png").write_bytes(png(random(255, dtype=dtype))[:-cut])
    with pytest.raises(InputError, match=r"a\.png is damaged"):
        read(tmp_path / "a.png")


@pytest.mark.parametrize("change", [-1, -3 * WIDTH, 1, 400])
def test_a_png_of_fewer_or_more_pixels_than_it_says_is_refused(tmp_path, change):
    rows = bytes(HEIGHT * (1 + 3 * WIDTH) + change)
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + body)
    with pytest.raises(InputError, match=rf"{'fewer' if change < 0 else 'more'} pixels than its header says"):
        read(tmp_path / "a.png")


def test_a_png_with_a_wrong_check_sum_is_refused(tmp_path):
    data = bytearray(png(random(255, dtype=np.uint8)))
    data[-14] ^= 1  # in IDAT's check sum
    (tmp_path / "a.png").write_bytes(data)
    with pytest.raises(InputError, match="wrong check sum"):
        read(tmp_path / "a.png")


@pytest.mark.parametrize("bits", [1, 2, 4, 8, 16])
@pytest.mark.parametrize("size", [(1, 1), (3, 2), (17, 9)])
def test_whole_interlaced_pngs_are_read(tmp_path, size, bits):
    width, height = size
    header = struct.pack(">IIBBBBB", width, height, bits, 0, 0, 0, 1)
    raw = b""
    for left, top, across, down in (
        (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2),
    ):  # fmt: skip
        columns, rows = len(range(left, width, across)), len(range(top, height, down))
        raw += rows * (b"\0" + b"\xff" * ((columns * bits + 7) // 8)) if columns else b""
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b"")
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + body)
    np.testing.assert_array_equal(read(tmp_path / "a.png"), np.ones((height, width, 3)))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("where", ["itself", "outside", "second"])
def test_a_tiff_whose_pages_lead_nowhere_is_refused(tmp_path, where, dtype):
    path = tmp_path / "a.tif"
    save_tiff(path, random(255, dtype=dtype))
    data = bytearray(path.read_bytes())
    (first,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, first)
    link, target = first + 2 + 12 * count, {"itself": first, "outside": 1 << 30, "second": len(data)}[where]
    struct.pack_into("<I", data, link, target)
    if where == "second":
        data += struct.pack("<HI", 0, first)  # an empty page that leads back
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"a\.tif is damaged"):
        read(path)


@pytest.mark.parametrize("cut", [3, 100, 0.5])
@pytest.mark.parametrize(
    ("suffix", "how"),
    [
        (".jpg", {}), (".jpg", {"progressive": True}), (".bmp", {}), (".gif", {}), (".webp", {}),
        (".ppm", {}), (".jp2", {}), (".avif", {}), (".tif", {}), (".tif", {"compression": "tiff_lzw"}),
        (".tif", {"compression": "tiff_adobe_deflate"}),
    ],
)  # fmt: skip
def test_pictures_that_are_cut_are_refused_without_another_word(tmp_path, capfd, suffix, how, cut):
    path = tmp_path / f"a{suffix}"
    Image.fromarray(random(255, 40, 50, 3, dtype=np.uint8)).save(path, **how)
    data = path.read_bytes()
    path.write_bytes(data[: -cut if cut > 1 else len(data) // 2])
    with pytest.raises(InputError, match=rf"a\{suffix} (is|cannot)"):
        read(path)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_adobe_deflate", "packbits"])
@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "LA"])
def test_compressed_tiffs_are_read_bit_for_bit(tmp_path, compression, mode):
    values = random(255, 40, 50, len(mode), dtype=np.uint8)
    Image.fromarray(values.squeeze(), mode).save(tmp_path / "a.tif", compression=compression)
    expected = values[..., :3] if mode[0] == "R" else np.repeat(values[..., :1], 3, axis=2)
    np.testing.assert_array_equal(pictures.read_picture(tmp_path / "a.tif").pixels, expected)


# --- formats ---


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


# --- folders ---


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
