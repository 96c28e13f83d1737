"""SavedModels and weights from strangers, and trainings that are refused: nothing runs, nothing is left."""

import json
import os
import shutil
import subprocess
import sys

import h5py
import numpy as np
import pytest

from hsi_inr_tf.cli.main import main
from tests.bad_input.spoiling import describe, hashes

RECONSTRUCT = ["reconstruct", "photo.png", "--out", "out.npz", "--model"]


@pytest.fixture(scope="module")
def saved_model(tmp_path_factory):
    from hsi_inr_tf import export
    from hsi_inr_tf.trained.weights import load_trained

    path = tmp_path_factory.mktemp("exported") / "saved" / "1"
    return export.saved_model(*load_trained("inr-edge"), path).parent


def touching(rgb):
    import tensorflow as tf

    tf.io.write_file("touched", "by a stranger's model")
    return tf.zeros([1, 1, 1, 31])


def reading(rgb):
    import tensorflow as tf

    return tf.zeros([1, 1, 1, 31]) + tf.cast(tf.strings.length(tf.io.read_file("kept.txt")), tf.float32)


def listing(rgb):
    import tensorflow as tf

    return tf.zeros([1, 1, 1, 31]) + tf.cast(tf.size(tf.io.matching_files("*")), tf.float32)


def calling_python(rgb):
    import tensorflow as tf

    return tf.numpy_function(lambda: np.zeros((1, 1, 1, 31), np.float32), [], tf.float32)


def storing(rgb):
    import tensorflow as tf

    tf.raw_ops.SaveV2(prefix="stored", tensor_names=["a"], shape_and_slices=[""], tensors=[tf.zeros([1])])
    return tf.zeros([1, 1, 1, 31])


def printing(rgb):
    import tensorflow as tf

    tf.print("hello", output_stream="file://printed")
    return tf.zeros([1, 1, 1, 31])


def save_hostile(place, hostile):
    """A SavedModel at `place`/hostile that computes by the function `hostile`."""
    import tensorflow as tf

    class Hostile(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([None, None, None, 3], tf.float32, "rgb")])
        def answer(self, rgb):
            return {"hsi": hostile(rgb)}

    model = Hostile()
    tf.saved_model.save(model, str(place / "hostile"), signatures={"serving_default": model.answer})
    (place / "hostile" / "assets").mkdir(exist_ok=True)
    shutil.copy(place / "model" / "description.json", place / "hostile" / "assets")


@pytest.mark.parametrize("hostile", [touching, reading, listing, calling_python, storing, printing])
def test_operators_that_reach_out_are_not_loaded(refused, place, hostile):
    save_hostile(place, hostile)
    refused([*RECONSTRUCT, "hostile"], "hostile", "operator")


@pytest.mark.parametrize(
    "argv",
    [
        ["evaluate", "hostile", "--dataset", "folder:."],
        ["serve", "hostile"],
        ["reconstruct", "photo.png", "--model", "hostile", "--out", "o.npz", "--engine", "tensorflow"],
        ["reconstruct", "photo.png", "--model", "hostile", "--out", "o.npz", "--runner", "DirectRunner"],
        ["benchmark", "export", "hostile"],
        ["export", "hostile", "--out", "new"],
        ["adapt", "hostile", "--picture", "photo.png", "--points", "kept.txt", "--out", "new"],
        ["push", "hostile", "hf://me/mine"],
        ["bundle", "hostile", "--out", "new"],
    ],
    ids=lambda argv: " ".join(argv[:2]),
)
def test_no_command_loads_them(refused, place, argv):
    save_hostile(place, touching)
    refused(argv, "")
    assert not (place / "touched").exists()


def test_only_trust_loads_them(place):
    from hsi_inr_tf.errors import InputError
    from hsi_inr_tf.inference import load

    save_hostile(place, touching)
    with pytest.raises(InputError, match=r"operator WriteFile.*--trust"):
        load("hostile")
    load("hostile", trust=True)
    main([*RECONSTRUCT, "hostile", "--trust"])
    assert (place / "touched").read_text() == "by a stranger's model"


def test_our_own_exports_hold_only_listed_operators(saved_model):
    from hsi_inr_tf.inference import saved_model_graph

    saved_model_graph.check(saved_model / "1")


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda fields: {**fields, "stride": 0}, "stride 0"),
        (lambda fields: {**fields, "halo": "x"}, "halo"),
        (lambda fields: {**fields, "patch": 64}, "patch 64"),
        (lambda fields: {**fields, "wavelengths": fields["wavelengths"][:-1]}, "30 wavelengths"),
        (lambda _: b"\xff\xfe", "text"),
        (lambda _: "[" * 10_000, "nested"),
    ],
)
def test_descriptions_of_saved_models(refused, place, saved_model, change, word):
    shutil.copytree(saved_model, place / "saved")
    describe(place / "saved" / "1" / "assets", change)
    refused([*RECONSTRUCT, "saved"], "saved", word)


@pytest.mark.parametrize("content", [b"", b"hello", b"\x08\x01"])
def test_saved_models_whose_graph_is_damaged(refused, place, saved_model, content):
    shutil.copytree(saved_model, place / "saved")
    (place / "saved" / "1" / "saved_model.pb").write_bytes(content)
    refused([*RECONSTRUCT, "saved"], "saved")


def nan(values):
    return np.full_like(values, np.nan)


def imaginary(values):
    return values.astype(np.complex64) + 1j


def words(values):
    return np.array([b"weights"] * 3)


def shorter(values):
    return values[:-1]


@pytest.mark.parametrize("change", [nan, imaginary, words, shorter], ids=lambda change: change.__name__)
def test_weights_that_are_none(refused, place, change):
    with h5py.File(place / "model" / "model.weights.h5", "r+") as file:
        found = []
        file.visititems(lambda name, item: found.append(name) if isinstance(item, h5py.Dataset) else None)
        values = file[found[0]][()]
        del file[found[0]]
        file[found[0]] = change(values)
    refused([*RECONSTRUCT, "model", "--engine", "tensorflow"], "model.weights.h5")


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        (["--model", "inr-huge"], "inr-huge"),
        (["--overrides", '{"width": 1000000}'], "width"),
        (["--overrides", '{"widht": 64}'], "widht"),
        (["--overrides", '{"degree": 99}'], "degree"),
        (["--dataset", "moon"], "moon"),
        (["--dataset", "folder:nowhere"], "nowhere"),
        (["--strategy", "multi-worker"], "TF_CONFIG"),
        (["--out", "kept.txt"], "kept.txt"),
        (["--out", "kept.txt/run"], "kept.txt"),
        (["--out", "model"], "model"),
        (["--start-from", "nowhere"], "nowhere"),
        (["--reflectances", "nowhere.csv"], "nowhere.csv"),
        (["--patch", "63"], "--patch"),
        (["--patch", "4096"], "patch"),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, list) else None,
)
def test_refused_trainings_leave_no_trace(refused, place, changes, word, built_collage):
    refused(["train", "--steps", "2", "--data-dir", built_collage, "--out", "runs/deep/new", *changes], word)


@pytest.fixture(scope="session")
def built_collage(tmp_path_factory):
    """The embedded dataset, decoded."""
    from hsi_inr_tf.cli.build import build_dataset
    from hsi_inr_tf.data import open_scenes

    folder = tmp_path_factory.mktemp("datasets")
    build_dataset("reflectance_collage", folder)
    for split in ("train", "validation", "test"):
        open_scenes("reflectance_collage", folder, split)
    return folder


WORKER = {"cluster": {"worker": ["a:1", "b:2"]}, "task": {"type": "worker", "index": 0}}


@pytest.mark.parametrize(
    "stated",
    [
        "{",
        "[]",
        "7",
        "[" * 5000,
        {"cluster": 7},
        {"cluster": {"worker": 7}},
        {"cluster": {"worker": ["no port"]}, "task": WORKER["task"]},
        {"cluster": {"worker": [5]}, "task": WORKER["task"]},
        {**WORKER, "task": {"type": "worker", "index": 2}},
        {**WORKER, "task": {"type": "worker", "index": -1}},
        {**WORKER, "task": {"type": "worker", "index": "0"}},
        {**WORKER, "task": {"type": "cook", "index": 0}},
        {**WORKER, "task": 5},
        {"cluster": WORKER["cluster"]},
    ],
    ids=lambda one: json.dumps(one)[:60],
)
def test_malformed_clusters(refused, monkeypatch, stated):
    monkeypatch.setenv("TF_CONFIG", stated if isinstance(stated, str) else json.dumps(stated))
    refused(["train", "--steps", "2", "--out", "new"], "TF_CONFIG")


@pytest.mark.parametrize("dataset", ["cave", "nus/nikon-5100", "ntire2018/clean", "arad_1k"])
@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04"])
def test_builds_of_wrong_archives(refused, place, dataset, content):
    (place / "manual").mkdir()
    (place / "manual" / "complete_ms_data.zip").write_bytes(content)
    refused(["build", dataset, "--manual-dir", "manual", "--data-dir", "deep/data"], "manual")


@pytest.mark.parametrize(
    ("environment", "argv", "word"),
    [
        ({"KERAS_BACKEND": "torch"}, ["train", "--steps", "2", "--out", "new"], "torch"),
        ({"KERAS_BACKEND": "jax"}, ["export", "model", "--out", "new"], "jax"),
        ({"KERAS_BACKEND": "numpy"}, ["train", "--steps", "2", "--out", "new"], "numpy"),
        ({"KERAS_HOME": "home"}, ["export", "model", "--out", "new"], "channels_first"),
        ({}, ["train", "--steps", "0"], "--steps"),
        ({}, ["reconstruct", "absent.png", "--model", "model", "--out", "o.npz"], "absent.png"),
    ],
)
def test_in_processes_of_their_own(place, environment, argv, word):
    (place / "home").mkdir()
    (place / "home" / "keras.json").write_text('{"image_data_format": "channels_first"}')
    before = hashes(place)
    done = subprocess.run(
        [sys.executable, "-m", "hsi_inr_tf", *argv],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )
    assert done.returncode == 2 and word in done.stderr and not done.stdout
    assert len(done.stderr.strip().splitlines()) == 1
    assert hashes(place) == before
