"""NUS, NTIRE2018 and ARAD_1K from their true file formats, and what is said of damaged files."""

import numpy as np
import pytest
from PIL import Image
from scipy.io import savemat

from hsi_inr_tf.data import open_scenes
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.optics import camera_named
from tests.tfds_builders.true_formats import NM, arad_scene, hdf5_mat, ntire_scene, nus_scene
from tfds_builders.arad_1k import arad_1k_dataset_builder as arad
from tfds_builders.ntire2018 import ntire2018_dataset_builder as ntire
from tfds_builders.nus import nus_dataset_builder as nus


@pytest.fixture
def manual(tmp_path):
    (tmp_path / "manual").mkdir()
    return tmp_path / "manual"


def nus_copy(root):
    sizes = {"training/a.mat": (9, 12), "training/b.mat": (7, 10), "testing/c.mat": (8, 6)}
    return {path: nus_scene(root / path, *size, seed=sum(size)) for path, size in sizes.items()}


def test_nus_counts_scenes_from_the_folders_and_renders_them_with_the_camera(manual, build):
    tensors = nus_copy(manual)
    for path in tensors:  # what macOS leaves beside every file
        (manual / path).with_name(f"._{(manual / path).name}").write_bytes(b"litter")
    data_dir = build(nus.Builder, manual, config="nikon-5100")
    scenes = open_scenes("nus/nikon-5100", data_dir)
    assert scenes.names == ("a", "b", "c") and open_scenes("nus/nikon-5100", data_dir, "test").names == ("c",)
    for scene, tensor in zip(scenes, tensors.values(), strict=True):
        relative = tensor / tensor.max()
        assert scene.cube == pytest.approx(relative, abs=1e-6)
        assert scene.rgb == pytest.approx(camera_named("nikon-5100").render(relative), abs=2e-5)


def test_nus_takes_the_canons_response_from_the_users_file(manual, build):
    nus_copy(manual)
    with pytest.raises(InputError, match=r"canon_1d_mark_iii\.mat is missing"):
        build(nus.Builder, manual, config="canon-1d-mark-iii")
    response = np.random.default_rng(0).random((3, 33))
    savemat(manual / "canon_1d_mark_iii.mat", {"CRF": response})
    scenes = open_scenes("nus/canon-1d-mark-iii", build(nus.Builder, manual, config="canon-1d-mark-iii"))
    assert scenes.camera.name == "canon-1d-mark-iii"
    visible = response[:, :31].T
    assert scenes.camera.response == pytest.approx(visible / visible.sum(axis=0), abs=1e-6)


@pytest.mark.parametrize("track", ["clean", "real_world"])
def test_ntire_reads_reversed_axes_and_keeps_whole_numbers(manual, build, track):
    cubes = [
        ntire_scene(manual, *scene)
        for scene in ((1, "Train1", 9, 12), (204, "Train2", 7, 10), (257, "Validate", 8, 6))
    ]
    data_dir = build(ntire.Builder, manual, config=track)
    scenes = open_scenes(f"ntire2018/{track}", data_dir)
    assert scenes.names == ("BGU_HS_00001", "BGU_HS_00204", "BGU_HS_00257")
    assert open_scenes(f"ntire2018/{track}", data_dir, "validation").names == ("BGU_HS_00257",)
    for stored, cube in zip(scenes.cubes, cubes, strict=True):
        assert np.array_equal(stored, cube * 16)
    assert scenes[0].cube == pytest.approx(cubes[0] / 4095, abs=1e-6)
    if track == "clean":
        shipped = np.asarray(Image.open(manual / "NTIRE2018_Train1_Clean" / "BGU_HS_00001_clean.png"))
        assert np.array_equal(scenes.rgbs[0], shipped) and scenes.camera.name == "cie-1964-10deg"
    else:
        assert scenes.camera.name.startswith("undisclosed")


def test_arad_splits_by_number_wherever_the_files_lie(manual, build):
    cubes = [
        arad_scene(manual, 900),
        arad_scene(manual, 901),
    ]  # both in Train_Spec, as the MST++ toolbox keeps them
    data_dir = build(arad.Builder, manual)
    for split, cube, number in (("train", cubes[0], 900), ("validation", cubes[1], 901)):
        scenes = open_scenes("arad_1k", data_dir, split)
        assert scenes.names == (f"ARAD_1K_{number:04d}",)
        assert scenes[0].cube == pytest.approx(cube, abs=1e-6)


def damaged_ntire(manual, cube=None, key="rad", bands=NM):
    good = ntire_scene(manual, 1, "Train1", 6, 8)
    path = manual / "NTIRE2018_Train1_Spectral" / "BGU_HS_00001.mat"
    hdf5_mat(path, good if cube is None else cube(good), key, bands)
    return path


def with_nan(cube):
    cube[2, 3, 4] = np.nan
    return cube


NTIRE_DAMAGE = {
    "missing band": (
        {"cube": lambda c: c[..., :30]},
        r"rad has shape \(30, 8, 6\), expected \[31, columns, rows\]",
    ),
    "not a number": ({"cube": with_nan}, "not finite"),
    "beyond 12 bits": ({"cube": lambda c: c * 16}, r"rad ranges from .* expected 0 to 4095"),
    "wrong key": ({"key": "cube"}, r"no variable 'rad', only bands, cube"),
    "other wavelengths": (
        {"bands": NM + 20},
        r"bands lists 31 wavelengths \(420, 430, 440, ..\), expected 31 from 400 to 700 nm",
    ),
    "too few wavelengths": ({"bands": NM[:30]}, "bands lists 30 wavelengths"),
    "other size than its picture": (
        {"cube": lambda c: c[:5]},
        r"BGU_HS_00001_clean\.png has \(6, 8\) pixels.*\(5, 8\)",
    ),
}


@pytest.mark.parametrize("change, message", NTIRE_DAMAGE.values(), ids=NTIRE_DAMAGE)
def test_damaged_hdf5_ends_the_build_with_one_sentence_and_leaves_nothing(
    manual, build, tmp_path, change, message
):
    damaged_ntire(manual, **change)
    with pytest.raises(InputError, match=message) as caught:
        build(ntire.Builder, manual, config="clean")
    assert "BGU_HS_00001" in str(caught.value) and "\n" not in str(caught.value)
    assert not list((tmp_path / "built" / "ntire2018" / "clean").glob("*"))


def test_a_missing_picture_and_a_truncated_file_are_named(manual, build):
    path = damaged_ntire(manual)
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(InputError, match=r"BGU_HS_00001\.mat cannot be read"):
        build(ntire.Builder, manual, config="clean")
    (manual / "NTIRE2018_Train1_Clean" / "BGU_HS_00001_clean.png").unlink()
    with pytest.raises(InputError, match=r"BGU_HS_00001_clean\.png is missing"):
        build(ntire.Builder, manual, config="clean")


NUS_DAMAGE = {
    "truncated": (lambda p: p.write_bytes(p.read_bytes()[:500]), "ends within a variable"),
    "wrong key": (lambda p: savemat(p, {"cube": np.ones((3, 3, 31))}), "no variable 'tensor', only cube"),
    "missing band": (lambda p: nus_scene(p, 4, 4, tensor=np.ones((4, 4, 30))), r"shape \(4, 4, 30\)"),
    "not a number": (lambda p: nus_scene(p, 4, 4, tensor=np.full((4, 4, 31), np.nan)), "not finite"),
    "other illumination": (
        lambda p: nus_scene(p, 4, 4, illumination=np.ones(33)),
        "illumination has 33 values",
    ),
    "duplicate": (lambda p: nus_scene(p.parents[1] / "testing" / "a.mat", 4, 4), None),
}


@pytest.mark.parametrize("damage, message", NUS_DAMAGE.values(), ids=NUS_DAMAGE)
def test_damaged_mat_v5_ends_the_build_with_one_sentence(manual, build, tmp_path, damage, message):
    nus_copy(manual)
    damage(manual / "training" / "a.mat")
    if message is None:
        message = "scene a is there twice"
    with pytest.raises(InputError, match=message):
        build(nus.Builder, manual, config="nikon-5100")
    assert not list((tmp_path / "built" / "nus" / "nikon-5100").glob("*"))


def test_arad_without_a_picture_or_given_twice_is_told(manual, build):
    arad_scene(manual, 1)
    arad_scene(manual, 1, part="Valid")
    with pytest.raises(InputError, match="ARAD_1K_0001 is there twice"):
        build(arad.Builder, manual)
