"""A folder of pairs, in the formats people have, becomes scenes without code."""

import json

import h5py
import numpy as np
import pytest
from PIL import Image
from scipy.io import savemat

from hsi_inr_tf.cubes import HyperspectralImage
from hsi_inr_tf.data import from_folder, open_scenes
from hsi_inr_tf.errors import InputError

NM = [450.0, 500.0, 550.0, 600.0, 650.0]


def cube_of(seed, height=10, width=12, bands=5):
    return np.random.default_rng(seed).random((height, width, bands)).astype(np.float32)


def picture(path, height=10, width=12, seed=0):
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    Image.fromarray(pixels).save(path)
    return pixels


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "mine"


@pytest.fixture
def opened(folder, tmp_path):
    return lambda split=None: open_scenes(f"folder:{folder}", tmp_path / "data", split)


def test_envi_mat_npz_and_hdf5_pairs_are_read_alike(folder, opened):
    from spectral.io import envi

    cubes = {name: cube_of(seed, 8 + seed) for seed, name in enumerate(["envi", "hdf5", "mat", "npz"])}
    pixels = {
        name: picture(folder / f"{name}_RGB.png", len(cube), seed=len(name)) for name, cube in cubes.items()
    }
    envi.save_image(str(folder / "envi.hdr"), cubes["envi"], metadata={"wavelength": NM}, interleave="bsq")
    savemat(folder / "mat.mat", {"rad": cubes["mat"], "wavelengths": NM})
    np.savez(folder / "npz.npz", cube=cubes["npz"], wavelengths=NM)
    with h5py.File(folder / "hdf5.mat", "w") as file:
        file["cube"] = cubes["hdf5"].transpose(2, 1, 0)
        file["cube"].attrs["MATLAB_class"] = np.bytes_("double")  # as MATLAB marks its own order of axes
        file["bands"] = np.array(NM)
    scenes = opened()
    assert scenes.names == ("envi", "hdf5", "mat", "npz") and scenes.wavelengths == tuple(NM)
    for scene in scenes:
        assert np.array_equal(scene.cube, cubes[scene.name])
        assert scene.rgb == pytest.approx(pixels[scene.name] / 255, abs=1e-6)


def test_band_images_of_any_count_with_their_wavelengths(folder, opened):
    values = np.random.default_rng(0).integers(0, 65536, (9, 7, 5), np.uint16)
    picture(folder / "leaf" / "leaf.jpg", 9, 7)
    for band in range(5):
        Image.fromarray(values[..., band]).save(folder / "leaf" / f"leaf_ms_{band + 1:02d}.png")
    with pytest.raises(InputError, match=r"5 band images.*wavelengths.txt"):
        opened()
    (folder / "wavelengths.txt").write_text("450 500 550 600 650")
    scenes = opened()
    assert scenes.wavelengths == tuple(NM) and np.array_equal(scenes.cubes[0], values)


def test_subfolders_are_splits(folder, opened):
    for part, names in {"train": "ab", "validation": "c"}.items():
        for name in names:
            picture(folder / part / f"{name}.png")
            np.savez(folder / part / f"{name}.npz", cube=cube_of(ord(name)), wavelengths=NM)
    assert opened("train").names == ("a", "b") and opened("validation").names == ("c",) and len(opened()) == 3
    with pytest.raises(InputError, match="test"):
        opened("test")
    assert opened("fold-0-of-3:validation").names == ("a",)


def test_a_changed_file_is_read_again_and_an_unchanged_one_is_not(folder, opened, tmp_path):
    picture(folder / "a.png")
    np.savez(folder / "a.npz", cube=cube_of(1), wavelengths=NM)
    opened()
    kept = next((tmp_path / "data" / "folder").rglob("a.cube.npy"))
    first = kept.stat().st_mtime_ns
    opened()
    assert kept.stat().st_mtime_ns == first
    np.savez(folder / "a.npz", cube=cube_of(2), wavelengths=NM)
    assert np.array_equal(opened()[0].cube, cube_of(2))


def test_cubes_beyond_one_are_divided_by_the_largest_value_of_all(folder, opened):
    for name, top in (("a", 50.0), ("b", 200.0)):
        picture(folder / f"{name}.png")
        np.savez(folder / f"{name}.npz", cube=cube_of(1) / cube_of(1).max() * top, wavelengths=NM)
    assert [scene.cube.max() for scene in opened()] == pytest.approx([0.25, 1.0])


def test_a_response_in_the_folder_is_its_camera(folder, opened):
    picture(folder / "a.png")
    np.savez(folder / "a.npz", cube=cube_of(1), wavelengths=NM)
    (folder / "camera.csv").write_text("\n".join(f"{w},{w},{1},{1000 - w}" for w in (400, 700)))
    camera = opened().camera
    assert (
        camera.name == "camera" and camera.encoding == "srgb" and camera.response[:, 1] == pytest.approx(0.2)
    )


def test_a_camera_says_how_its_pictures_are_encoded_or_it_is_said_for_it(folder, opened, capsys):
    picture(folder / "a.png")
    np.savez(folder / "a.npz", cube=cube_of(1), wavelengths=NM)
    response = "\n".join(f"{w},{w},{1},{1000 - w}" for w in (400, 700))
    (folder / "camera.csv").write_text(f"# Encoding: Linear\n{response}")
    assert opened().camera.encoding == "linear" and "encoded" not in capsys.readouterr().out
    (folder / "camera.csv").write_text(response)
    assert opened().camera.encoding == "srgb" and "camera.csv does not say" in capsys.readouterr().out
    (folder / "camera.csv").write_text(f"# encoding: gamma\n{response}")
    with pytest.raises(InputError, match=r"camera\.csv: its encoding is 'gamma', expected linear or srgb"):
        opened()


@pytest.mark.parametrize(
    "damage, message",
    [
        (lambda f: (f / "a.png").unlink(), r"a\.npz has no picture called a"),
        (lambda f: (f / "a.npz").unlink(), r"a\.png has no cube called a"),
        (lambda f: picture(f / "sub" / "a.jpg"), r"a\.jpg and .*a\.png are both the picture of scene a"),
        (lambda f: picture(f / "a.png", 11), r"a\.png has \(11, 12\) pixels.*\(10, 12\)"),
        (
            lambda f: np.savez(f / "b.npz", cube=cube_of(1), wavelengths=[500, 510, 520, 530, 540]),
            r"b\.npz has 5 bands from 500 to 540",
        ),
        (lambda f: np.savez(f / "b.npz", cube=cube_of(1) * np.nan, wavelengths=NM), r"b\.npz.*are missing"),
        (lambda f: np.savez(f / "b.npz", values=cube_of(1)), r"b\.npz"),
        (lambda f: (f / "b.npz").write_bytes((f / "b.npz").read_bytes()[:200]), r"b\.npz"),
        (lambda f: (f / "b.png").write_bytes(b"not an image"), r"b\.png"),
    ],
)
def test_damage_is_told_in_one_sentence_and_nothing_is_indexed(folder, opened, tmp_path, damage, message):
    for name in "ab":
        picture(folder / f"{name}.png")
        np.savez(folder / f"{name}.npz", cube=cube_of(1), wavelengths=NM)
    damage(folder)
    with pytest.raises(InputError, match=message):
        opened()
    assert not list((tmp_path / "data").rglob("index.json"))


def test_the_index_lists_the_files_it_was_made_from(folder, tmp_path):
    picture(folder / "a.png")
    np.savez(folder / "a.npz", cube=cube_of(1), wavelengths=NM)
    from_folder(folder, tmp_path / "data")
    index = json.loads(next((tmp_path / "data").rglob("index.json")).read_text())
    assert [name for name, *_ in index["files"]] == ["a.npz", "a.png"]


def test_numbered_pairs_are_not_taken_for_bands(folder, opened):
    for number in range(1, 6):
        picture(folder / f"scene_{number:02d}.png", seed=number)
        np.savez(folder / f"scene_{number:02d}.npz", cube=cube_of(number), wavelengths=NM)
    scenes = opened()
    assert scenes.names == tuple(f"scene_{number:02d}" for number in range(1, 6))
    assert np.array_equal(scenes[2].cube, cube_of(3))


def test_float32_wavelengths_and_dark_noise_are_no_reason_to_refuse(folder, opened):
    cubes = {"a": cube_of(1) - 0.01, "b": cube_of(2)}
    for name, cube in cubes.items():
        picture(folder / f"{name}.png", *cube.shape[:2])
    np.savez(folder / "a.npz", cube=cubes["a"], wavelengths=np.array(NM) + 1e-4)
    np.savez(folder / "b.npz", cube=cubes["b"], wavelengths=np.array(NM, np.float32))
    for scene in opened():
        assert np.array_equal(scene.cube, np.clip(cubes[scene.name], 0, 1).astype(np.float32))


def pair(path, seed=0):
    picture(path.with_suffix(".png"), seed=seed)
    np.savez(path.with_suffix(".npz"), cube=cube_of(seed), wavelengths=NM)


@pytest.mark.parametrize(
    ("train", "validation", "test"),
    [
        ("Train", "val", "Test"),
        ("training", "valid", "testing"),
        ("indoor/train", "indoor/VALIDATION", "outdoor/test"),
        ("rgb/Training", "rgb/dev", "rgb/TEST"),
    ],
)
def test_parts_are_known_by_how_people_spell_them_at_any_depth(folder, opened, train, validation, test):
    for name, part in (("a", train), ("b", validation), ("c", test)):
        pair(folder / part / name, ord(name))
    assert opened("train").names == ("a",)
    assert opened("validation").names == ("b",)
    assert opened("test").names == ("c",)


def test_a_sibling_of_parts_that_is_none_is_named(folder, opened):
    for name, part in (("a", "train"), ("b", "holdout")):
        pair(folder / part / name, ord(name))
    with pytest.raises(InputError, match=r"holdout/b\.png lies in no subfolder called train"):
        opened("train")


def test_band_images_are_stacked_as_numbers_not_as_text(folder, opened):
    values = np.random.default_rng(0).integers(0, 65536, (6, 5, 12), np.uint16)
    picture(folder / "leaf.jpg", 6, 5)
    for band in range(12):
        Image.fromarray(values[..., band]).save(folder / f"leaf_{95 + band}.png")
    (folder / "wavelengths.txt").write_text(" ".join(str(400 + 20 * band) for band in range(12)))
    assert np.array_equal(opened().cubes[0], values)


def test_cubes_without_a_common_scale_are_refused_and_a_common_one_is_said(folder, opened, capsys):
    for name, largest in (("a", 0.8), ("b", 255.0)):
        pair(folder / name)
        np.savez(folder / f"{name}.npz", cube=cube_of(1) * largest, wavelengths=NM)
    with pytest.raises(InputError, match=r"b\.npz reaches 25\d.*a\.npz 0\.\d.*one scale"):
        opened()
    np.savez(folder / "a.npz", cube=cube_of(1) * 200, wavelengths=NM)
    opened()
    assert "b.npz, stands for 1 in every scene" in capsys.readouterr().out


def test_a_plain_folder_trains_on_all_of_it_and_validates_on_nothing(folder, tmp_path):
    from hsi_inr_tf.training import TrainConfig
    from hsi_inr_tf.training.parts import open_parts

    for name in "abc":
        pair(folder / name, ord(name))
    config = TrainConfig(dataset=f"folder:{folder}", data_dir=tmp_path / "data")
    training, validation = open_parts(config)
    assert training.names == ("a", "b", "c") and validation is None
    pair(folder / "val" / "d", 4)
    (folder / "train").mkdir()
    for name in "abc":
        for suffix in (".png", ".npz"):
            (folder / f"{name}{suffix}").rename(folder / "train" / f"{name}{suffix}")
    training, validation = open_parts(config)
    assert training.names == ("a", "b", "c") and validation.names == ("d",)


# --- what lies in a folder ---


@pytest.mark.parametrize(
    "litter",
    [
        "._a.png",
        "._a.npz",
        ".DS_Store",
        "Thumbs.db",
        "desktop.ini",
        "__MACOSX/a.png",
        "__MACOSX/._a.npz",
        ".git/a.npz",
    ],
)
def test_what_systems_leave_in_folders_is_passed_over(folder, opened, litter, capsys):
    pair(folder / "a")
    (folder / litter).parent.mkdir(exist_ok=True)
    (folder / litter).write_bytes(b"litter")
    assert opened().names == ("a",) and "note" not in capsys.readouterr().out


@pytest.mark.parametrize("suffix", [".tif", ".tiff", ".webp", ".bmp", ".PNG", ".ppm", ".jp2", ".gif"])
def test_pictures_of_every_kind_have_pairs(folder, opened, suffix):
    pixels = np.repeat(np.array([[[200, 100, 50]]], np.uint8), 10, axis=0).repeat(12, axis=1)
    folder.mkdir()
    Image.fromarray(pixels).save(folder / f"a{suffix}", **({"lossless": True} if suffix == ".webp" else {}))
    np.savez(folder / "a.npz", cube=cube_of(1), wavelengths=NM)
    assert opened()[0].rgb == pytest.approx(pixels / 255, abs=1e-6)


@pytest.mark.parametrize("suffix", [".tif", ".nc", ".mat", ".npz", ".hdr"])
@pytest.mark.parametrize("picture_suffix", [".png", ".tif"])
def test_cubes_of_every_format_that_is_written_have_pairs(folder, opened, suffix, picture_suffix):
    from hsi_inr_tf.cubes import write

    name = "a_rgb" if suffix == picture_suffix else "a"
    picture(folder / f"{name}{picture_suffix}")
    write(HyperspectralImage(cube_of(1), tuple(NM)), folder / f"a_cube{suffix}")
    scenes = opened()
    assert scenes.names == ("a",) and scenes.wavelengths == tuple(NM)
    assert scenes[0].cube == pytest.approx(cube_of(1), abs=1e-6)


@pytest.mark.parametrize("suffix", [".bil", ".bip", ".bsq", ".img", ".dat", ".raw"])
@pytest.mark.parametrize("header", ["a.hdr", "a{}.hdr"])
def test_envi_headers_of_either_name_have_pairs(folder, opened, suffix, header):
    picture(folder / "a.png")
    interleave = suffix[1:] if suffix in (".bil", ".bip", ".bsq") else "bsq"
    axes = {"bil": (0, 2, 1), "bip": (0, 1, 2), "bsq": (2, 0, 1)}[interleave]
    cube_of(1).transpose(axes).tofile(folder / f"a{suffix}")
    (folder / header.format(suffix)).write_text(
        "ENVI\nsamples = 12\nlines = 10\nbands = 5\ndata type = 4\nbyte order = 0\n"
        f"interleave = {interleave}\n"
        "wavelength units = Nanometers\nwavelength = {450, 500, 550, 600, 650}\n"
    )
    scenes = opened()
    assert scenes.names == ("a",) and np.array_equal(scenes[0].cube, cube_of(1))


def test_linked_subfolders_are_entered_once(folder, opened, tmp_path):
    pair(tmp_path / "elsewhere" / "a")
    pair(folder / "train" / "b", 2)
    (folder / "test").symlink_to(tmp_path / "elsewhere")
    (folder / "train" / "round").symlink_to(folder)
    assert opened("train").names == ("b",) and opened("test").names == ("a",)


@pytest.mark.parametrize(
    "name",
    ["WHITEREF_a", "DARKREF_a", "white", "dark_reference", "a_white", "White-Ref", "dark", "a_dark_ref"],
)
def test_white_and_dark_references_are_left_out_and_named(folder, opened, name, capsys):
    pair(folder / "a")
    np.savez(folder / f"{name}.npz", cube=cube_of(3), wavelengths=NM)
    assert opened().names == ("a",)
    assert f"left out {name}.npz: white and dark references" in capsys.readouterr().out


def test_a_reference_that_has_a_picture_is_a_scene(folder, opened):
    pair(folder / "white")
    assert opened().names == ("white",)


def test_what_is_left_out_is_said(folder, opened, capsys):
    pair(folder / "a")
    (folder / "notes.txt").write_text("notes")
    opened()
    assert "left out notes.txt: neither pictures nor cubes" in capsys.readouterr().out


# --- what stands for 1 ---


@pytest.mark.parametrize("glint", [1.2, 3.0, 80.0])
def test_one_glint_does_not_darken_a_folder(folder, opened, glint, capsys):
    pair(folder / "a")
    cube = cube_of(2, 40, 40)
    picture(folder / "b.png", 40, 40)
    cube[3, 4, 2] = glint
    np.savez(folder / "b.npz", cube=cube, wavelengths=NM)
    scenes = opened()
    assert np.array_equal(scenes[0].cube, cube_of(0))
    assert np.array_equal(scenes[1].cube, np.clip(cube, 0, 1))
    if glint > 1.5:
        assert f"b.npz reaches {glint:g} in glints" in capsys.readouterr().out


def test_white_says_what_stands_for_one(folder, tmp_path):
    for name in "ab":
        picture(folder / f"{name}.png")
        np.savez(folder / f"{name}.npz", cube=cube_of(1) * 4095, wavelengths=NM)
    scenes = open_scenes(f"folder:{folder}", tmp_path / "data", white=4095)
    assert scenes[0].cube == pytest.approx(cube_of(1), abs=1e-6)
    scenes = open_scenes(f"folder:{folder}", tmp_path / "data", white=8190)
    assert scenes[0].cube == pytest.approx(cube_of(1) / 2, abs=1e-6)


@pytest.mark.parametrize("white", [0, -1, float("nan"), float("inf")])
def test_a_white_that_is_none_is_refused(folder, tmp_path, white):
    pair(folder / "a")
    with pytest.raises(InputError, match="white is"):
        open_scenes(f"folder:{folder}", tmp_path / "data", white=white)


def test_a_plain_folder_does_not_offer_training_scenes_to_be_scored(folder, opened):
    pair(folder / "a")
    with pytest.raises(InputError, match=r"no split 'test': expected a subfolder test/"):
        opened("test")


@pytest.mark.parametrize("packed", [False, True])
def test_builders_pass_over_what_systems_leave(folder, tmp_path, packed):
    import zipfile

    from hsi_inr_tf.data import formats

    names = ("a.mat", "sub/b.mat", "._a.mat", "sub/.DS_Store", "__MACOSX/sub/._b.mat", "Thumbs.db")
    root = tmp_path / "a.zip" if packed else folder
    for name in names:
        if packed:
            with zipfile.ZipFile(root, "a") as archive:
                archive.writestr(name, "data")
        else:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text("data")
    assert formats.members(root) == ["a.mat", "sub/b.mat"]
