"""CAVE from its archive or folder, without loss; damaged copies are told apart file by file."""

import io
import shutil
import threading
import zipfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hsi_inr_tf.data import open_scenes
from hsi_inr_tf.errors import InputError
from tests.tfds_builders.true_formats import cave_scene, zipped
from tfds_builders.cave import cave_dataset_builder as cave


@pytest.fixture(scope="module")
def pristine(tmp_path_factory):
    root = tmp_path_factory.mktemp("pristine")
    return root, {
        "beads": cave_scene(root, "beads", 1),
        "watercolors": cave_scene(root, "watercolors", 2, eight_bit=True),
    }


@pytest.fixture
def copy(pristine, tmp_path):
    shutil.copytree(pristine[0], tmp_path / "copy")
    return tmp_path / "copy"


@pytest.mark.parametrize("archive", [False, True])
def test_archive_and_folder_give_all_bits(pristine, copy, build, tmp_path, archive):
    (copy / "beads_ms" / "beads_ms" / "Thumbs.db").write_bytes(b"\xd0\xcf")
    manual = copy
    if archive:
        manual = tmp_path / "manual"
        manual.mkdir()
        zipped(copy, manual / "complete_ms_data.zip")
    scenes = open_scenes("cave", build(cave.Builder, manual))
    assert scenes.names == ("beads", "watercolors") and scenes.camera.name == "cie-1931-2deg-d65-srgb"
    for name, cube in zip(scenes.names, scenes.cubes, strict=True):
        assert cube.dtype == np.uint16 and np.array_equal(cube, pristine[1][name])
    shipped = np.asarray(Image.open(copy / "beads_ms" / "beads_ms" / "beads_RGB.bmp"))
    assert np.array_equal(scenes.rgbs[0], shipped)


def band(root, number, scene="beads"):
    return root / f"{scene}_ms" / f"{scene}_ms" / f"{scene}_ms_{number:02d}.png"


def cut_short(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


DAMAGE = {
    "missing band": (lambda r: band(r, 7).unlink(), r"beads_ms_07\.png is missing"),
    "extra band": (lambda r: shutil.copy(band(r, 1), band(r, 32)), r"beads_ms_32\.png is one too many"),
    "missing picture": (
        lambda r: (band(r, 1).parent / "beads_RGB.bmp").unlink(),
        r"beads_RGB\.bmp is missing",
    ),
    "other size": (
        lambda r: Image.new("I;16", (512, 500)).save(band(r, 9)),
        r"beads_ms_09\.png has \(500, 512\) pixels, expected \(512, 512\)",
    ),
    "8 bits among 16": (
        lambda r: Image.new("L", (512, 512)).save(band(r, 3)),
        r"beads_ms_03\.png has 8 bits, expected 16",
    ),
    "colour band": (
        lambda r: Image.new("RGBA", (512, 512), (1, 2, 3, 255)).save(band(r, 5, "watercolors")),
        r"watercolors_ms_05\.png is a colour image",
    ),
    "truncated band": (lambda r: cut_short(band(r, 4)), r"beads_ms_04\.png is not a readable image"),
    "duplicate scene": (
        lambda r: shutil.copytree(r / "beads_ms", r / "again" / "beads_ms"),
        "scene beads is there twice",
    ),
    "nothing there": (
        lambda r: [shutil.rmtree(p) or p.mkdir() for p in list(r.iterdir())],
        "holds no CAVE scenes",
    ),
}


@pytest.mark.parametrize("damage, message", DAMAGE.values(), ids=DAMAGE)
def test_damage_ends_the_build_with_one_sentence_and_leaves_nothing(copy, build, tmp_path, damage, message):
    damage(copy)
    with pytest.raises(InputError, match=message) as caught:
        build(cave.Builder, copy)
    assert "\n" not in str(caught.value)
    assert not list((tmp_path / "built" / "cave").glob("*"))


def test_a_truncated_archive_is_told(pristine, build, tmp_path):
    archive = zipped(pristine[0], tmp_path / "complete_ms_data.zip")
    cut_short(archive)
    manual = tmp_path / "manual"
    manual.mkdir()
    archive.rename(manual / archive.name)
    with pytest.raises(InputError, match=r"complete_ms_data\.zip is not a readable \.zip"):
        build(cave.Builder, manual)


def test_a_given_folder_that_is_empty_is_told_rather_than_downloading(build, tmp_path):
    with pytest.raises(InputError, match="absent or empty"):
        build(cave.Builder, tmp_path / "nowhere")


def test_a_download_of_another_size_is_refused(pristine, build, tmp_path, monkeypatch):
    (tmp_path / "www").mkdir()
    archive = zipped(pristine[0], tmp_path / "www" / "complete_ms_data.zip")

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=archive.parent))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        monkeypatch.setattr(cave, "URL", f"http://127.0.0.1:{server.server_port}/complete_ms_data.zip")
        with pytest.raises(InputError, match=f"gave {archive.stat().st_size:,} bytes, expected 405,988,465"):
            build(cave.Builder)
        monkeypatch.setattr(cave, "BYTES", archive.stat().st_size)
        assert len(open_scenes("cave", build(cave.Builder))) == 2
    finally:
        server.shutdown()


def test_real_scenes_keep_every_value_and_render_to_the_rgb_they_ship(shared_cave):
    archive = shared_cave / "complete_ms_data.zip"
    found = dict(cave.find_scenes(archive))
    assert len(found) == 20
    camera = cave.camera_named()
    with zipfile.ZipFile(archive) as file:
        for name in ("superballs", "watercolors", "beads", "sponges", "egyptian_statue"):
            scene = cave.read_scene(*found[name])
            member = f"{name}_ms/{name}_ms/{name}_ms_17.png"
            shipped = np.asarray(Image.open(io.BytesIO(file.read(member))))
            shipped = shipped[..., 0].astype(np.uint16) * 257 if name == "watercolors" else shipped
            assert np.array_equal(scene["cube"][..., 16], shipped), name
            linear = np.clip(camera.linear_rgb(scene["cube"] / np.float32(65535)), 0, 1)
            error = np.sqrt(np.mean((linear - camera.decode(scene["rgb"] / np.float32(255))) ** 2))
            assert error < 0.025, name


def test_paths_of_a_folder_and_of_its_archive_are_the_same(pristine, tmp_path):
    archive = zipped(pristine[0], tmp_path / "a.zip")
    names = [
        {name: files[1:] for name, files in cave.find_scenes(Path(root))} for root in (pristine[0], archive)
    ]
    assert names[0] == names[1]
