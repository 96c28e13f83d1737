"""Only what decodes whole is read: pictures that are cut, miscounted or lead nowhere are refused."""

import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from hsi_inr_tf import pictures
from hsi_inr_tf.errors import InputError
from tests.pictures.writing import HEIGHT, WIDTH, chunk, png, random, read, save_tiff

pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")


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
