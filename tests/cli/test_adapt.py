"""From a photograph and a few spectra to a model like any other, by the commands that a user types."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hsi_inr_tf import cubes, export, load
from hsi_inr_tf.cli import adapt, points
from hsi_inr_tf.cli import export as export_command
from hsi_inr_tf.cubes.point_spectra import read_points
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.export.flatbuffer import contents
from hsi_inr_tf.optics import camera_named
from hsi_inr_tf.pictures import read_image

CAMERA = camera_named()


@pytest.fixture(scope="module")
def bundle(random_model, tmp_path_factory):
    """A small model with random weights, as a folder such as the package bundles."""
    sizes = {"width": 24, "head_width": 16, "dilations": (1,)}
    model, description = random_model("inr-edge", **sizes)
    folder = tmp_path_factory.mktemp("models") / "small"
    described = type(description)(**{**vars(description), "overrides": sizes})
    export.model_folder(model, described, folder)
    return folder


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    """(photo.png, its cube): smooth mixtures of three spectra, 64x80 pixels."""
    y, x = np.mgrid[:64, :80] / 80
    nm = np.linspace(0, 1, 31)
    pure = np.stack([0.5 + 0.4 * np.sin(a * nm + b) for a, b in ((3, 0), (5, 2), (4, 4))])
    shares = np.stack([x, y, 1 - 0.5 * (x + y)], -1)
    cube = shares / shares.sum(-1, keepdims=True) @ pure * (0.4 + 0.5 * x[..., None])
    photo = tmp_path_factory.mktemp("scene") / "photo.png"
    Image.fromarray(np.round(CAMERA.render(cube) * 255).astype(np.uint8)).save(photo)
    return photo, cube


def filled_in(form, cube):
    """The same file with the cube's spectra where its values are to be filled in."""
    header, *rows = csv.reader(form.read_text().splitlines())
    lines = [[*row[:2], *cube[int(row[0]), int(row[1])]] for row in rows]
    form.write_text("\n".join(",".join(map(str, line)) for line in (header, *lines)) + "\n")


def error(model, photo, cube):
    return np.sqrt(np.square(load(model).reconstruct(read_image(photo)).data - cube).mean())


@pytest.fixture(scope="module")
def adapted(bundle, scene, tmp_path_factory):
    """The folder of a model adapted to ten points that the other command chose."""
    folder = tmp_path_factory.mktemp("adapted")
    photo, cube = scene
    points.run(points.Options(photo, 10, folder / "points.csv"))
    filled_in(folder / "points.csv", cube)
    adapt.run(adapt.Options(str(bundle), folder / "model", photo, folder / "points.csv"))
    return folder / "model"


def test_points_come_as_a_form_as_json_and_as_a_marked_picture(scene, tmp_path):
    photo, _ = scene
    points.run(points.Options(photo, 5, tmp_path / "p.csv", "400:700:20"))
    header, *rows = csv.reader((tmp_path / "p.csv").read_text().splitlines())
    assert header == ["row", "column", *map(str, range(400, 701, 20))] and len(rows) == 5
    listed = json.loads((tmp_path / "p.json").read_text())
    assert [[str(point["row"]), str(point["column"])] for point in listed["points"]] == [r[:2] for r in rows]
    marked = np.asarray(Image.open(tmp_path / "p.png")).astype(int)
    assert marked.shape == (64, 80, 3) and np.any(marked != np.asarray(Image.open(photo)))


def test_an_adapted_model_is_a_model_that_says_what_it_was_adapted_with(bundle, scene, adapted, capsys):
    assert error(adapted, *scene) < 0.3 * error(bundle, *scene)
    description = load(adapted).description
    said = description.provenance["adapted"]
    assert (said["source"], said["measurements"]) == ("points", 10)
    assert said["after"][0] < said["before"][0]
    assert said["model"] == str(bundle) and said["picture"] == "photo.png"
    assert description.overrides["base"] == "inr-edge"


def test_the_folder_gives_what_adapting_in_memory_gave_also_between_the_pixels(bundle, scene, adapted):
    rgb = read_image(scene[0])
    where, spectra, wavelengths = read_points(adapted.parent / "points.csv")
    model, saved = load(bundle).adapt(rgb, where, spectra, wavelengths), load(adapted)
    for scale in (1.0, 1.5):
        np.testing.assert_allclose(
            model.reconstruct(rgb, scale=scale).data, saved.reconstruct(rgb, scale=scale).data, atol=2e-5
        )
    between = [[3.25, 70.5], [63.0, 0.0]]
    np.testing.assert_allclose(model.query(rgb, between), saved.query(rgb, between), atol=2e-5)


def test_a_photograph_is_reconstructed_alike_by_keras_and_the_tflite_beside_it(scene, adapted):
    rgb = np.tile(read_image(scene[0])[:64, :64], (4, 4, 1))  # one window of the .tflite
    by_keras, by_litert = (load(path).reconstruct(rgb).data for path in (adapted, adapted / "model.tflite"))
    np.testing.assert_allclose(by_keras, by_litert, atol=2e-5)
    at_points = load(adapted).query(rgb, [[10, 12], [10.5, 12.5]])
    np.testing.assert_allclose(at_points[0], by_keras[10, 12], atol=2e-5)


def test_it_exports_as_builtin_operators_and_as_a_saved_model(scene, adapted, tmp_path):
    rgb = read_image(scene[0])[:64, :64]
    expected = load(adapted).reconstruct(rgb).data
    for out, size in ((tmp_path / "m.tflite", {"size": ("64",)}), (tmp_path / "m", {})):
        export_command.run(export_command.Options(str(adapted), out, time=False, **size))
        np.testing.assert_allclose(load(out).reconstruct(rgb).data, expected, atol=2e-5)
    assert not contents(tmp_path / "m.tflite").custom


def test_an_adapted_model_can_be_adapted_again(scene, adapted, tmp_path):
    photo, cube = scene
    coarse = cubes.HyperspectralImage(
        cube.reshape(8, 8, 10, 8, 31).mean((1, 3)).astype(np.float32), CAMERA.wavelengths
    )
    cubes.write(coarse, tmp_path / "coarse.hdr")
    fused = tmp_path / "fused.npz"
    adapt.run(
        adapt.Options(str(adapted), tmp_path / "again", photo, cube=tmp_path / "coarse.hdr", fused=fused)
    )
    again = error(tmp_path / "again", photo, cube)
    assert again < error(adapted, photo, cube)
    assert np.sqrt(np.square(cubes.read(fused).data - cube).mean()) < again
    assert load(tmp_path / "again").description.provenance["adapted"]["measurements"] == 80


def test_pairs_in_a_folder_adapt_it_too(bundle, scene, tmp_path, monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "data"))
    photo, cube = scene
    (tmp_path / "pairs").mkdir()
    Image.open(photo).save(tmp_path / "pairs" / "one.png")
    image = cubes.HyperspectralImage(cube.astype(np.float32), CAMERA.wavelengths)
    cubes.write(image, tmp_path / "pairs" / "one.npz")
    adapt.run(adapt.Options(str(bundle), tmp_path / "model", pairs=f"folder:{tmp_path / 'pairs'}"))
    assert error(tmp_path / "model", photo, cube) < 0.3 * error(bundle, photo, cube)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "one of --points, --cube and --pairs"),
        ({"points": "points.csv", "picture": None}, "--picture"),
        ({"points": "nonesuch.csv"}, "nonesuch.csv"),
        ({"cube": "nonesuch.hdr"}, "no such cube"),
        ({"pairs": "folder:nonesuch", "picture": None}, "no folder"),
        ({"points": "points.csv", "fused": Path("fused.hdr")}, "--fused goes with --cube"),
        ({"cube": "coarse.hdr", "fused": Path("fused.png")}, "unknown kind of cube"),
    ],
)
def test_what_cannot_be_adapted_to_is_one_sentence(bundle, scene, tmp_path, given, words):
    paths = {key: tmp_path / value if key in ("points", "cube") else value for key, value in given.items()}
    with pytest.raises(InputError, match=words):
        adapt.run(adapt.Options(str(bundle), tmp_path / "out", **{"picture": scene[0], **paths}))
    assert not (tmp_path / "out").exists()


def test_an_exported_model_has_no_weights_to_adapt(bundle, scene, tmp_path):
    points.run(points.Options(scene[0], 4, tmp_path / "p.csv"))
    filled_in(tmp_path / "p.csv", scene[1])
    with pytest.raises(InputError, match="holds no weights"):
        adapt.run(adapt.Options(str(bundle / "model.tflite"), tmp_path / "out", scene[0], tmp_path / "p.csv"))
