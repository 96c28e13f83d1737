"""Files that hold something else than their reader expects: JSON, tables, pictures, cubes, models."""

import json

import numpy as np
import pytest

from hsi_inr_tf.training import TrainConfig

GOOD = json.loads(TrainConfig().to_json())
DEEP = '{"a":' * 2000 + "1" + "}" * 2000
NO_OBJECTS = {
    "no text": b"\xff\xfe\x81",
    "empty": b"",
    "cut": b'{"steps": 1',
    "list": b"[1]",
    "number": b"7",
    "word": b'"steps"',
    "deep": DEEP.encode(),
    "NaN": b'{"steps": NaN}',
    "huge integer": b'{"seed": ' + b"9" * 5000 + b"}",
}


@pytest.mark.parametrize("name", NO_OBJECTS)
def test_configurations_that_are_none(refused, place, name):
    (place / "config.json").write_bytes(NO_OBJECTS[name])
    refused(["train", "--config", "config.json"], "config.json")


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("stepz", 3),
        ("steps", "many"),
        ("steps", 0),
        ("steps", 1.5),
        ("steps", None),
        ("steps", True),
        ("seed", -1),
        ("seed", 2**40),
        ("learning_rate", "fast"),
        ("learning_rate", -1),
        ("clip_norm", "none"),
        ("ema", 2),
        ("overrides", [1]),
        ("overrides", "width"),
        ("augmentation", {"mixing": 7}),
        ("augmentation", {"sepia": 1}),
        ("augmentation", 5),
        ("out", 7),
        ("data_dir", [1]),
        ("loss", "l3"),
        ("optimizer", 5),
        ("deterministic", "yes"),
        ("checkpoint_seconds", -1),
        ("batch_size", 10**7),
    ],
)
def test_settings_of_a_configuration(refused, place, setting, value):
    (place / "config.json").write_text(json.dumps({**GOOD, setting: value}))
    refused(["train", "--config", "config.json"], "config.json", setting.split("_")[0])


SPEED = [{"model": "a", "size": 512, "engine": "litert", "threads": 2, "milliseconds": 5.0}]
SCORES = {
    "model": "a",
    "scores": {"mean": {"psnr": 30.0, "sam": 5.0}},
    "regression": {"mean": {"psnr": 29.0, "sam": 6.0}},
}


@pytest.mark.parametrize(
    ("speed", "scores", "word"),
    [
        *((content, None, "speed.json") for content in NO_OBJECTS.values() if content != b"[1]"),
        *((None, content, "scores.json") for content in NO_OBJECTS.values()),
        (b"[1]", None, "speed.json"),
        (b"[]", None, "milliseconds"),
        (json.dumps([{**SPEED[0], "milliseconds": "5"}]).encode(), None, "speed.json"),
        (json.dumps([{**SPEED[0], "milliseconds": -5}]).encode(), None, "speed.json"),
        (json.dumps([{"model": "a"}]).encode(), None, "speed.json"),
        (None, json.dumps({**SCORES, "scores": 5}).encode(), "scores.json"),
        (None, json.dumps({**SCORES, "scores": {"mean": {"psnr": "x", "sam": 1}}}).encode(), "scores.json"),
        (None, json.dumps({"model": "a"}).encode(), "scores.json"),
        (None, json.dumps({"rows": [5]}).encode(), "scores.json"),
        (None, json.dumps({"rows": 5}).encode(), "scores.json"),
    ],
)
def test_what_benchmarks_wrote(refused, place, speed, scores, word):
    (place / "speed.json").write_bytes(speed if speed is not None else json.dumps(SPEED).encode())
    (place / "scores.json").write_bytes(scores if scores is not None else json.dumps(SCORES).encode())
    argv = ["benchmark", "cost", "--scores", "scores.json", "--speed", "speed.json", "--out", "cost.svg"]
    refused(argv, word)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x81",
        b"row;column\n1;2\n",
        b"row,column\n1,2\n",
        b"row,column,x\n1,2,3\n",
        b"row,column,400,410\n1,2,3\n",
        b"row,column,400\n1,2,nan\n",
        b"row,column,400\n-1,2,0.5\n",
    ],
)
def test_measured_points(refused, place, content):
    (place / "p.csv").write_bytes(content)
    refused(["adapt", "model", "--picture", "photo.png", "--points", "p.csv", "--out", "new"])


@pytest.mark.parametrize(
    "content", [b"", b"\x00", b"hello", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"II*\x00", b"BM"]
)
@pytest.mark.parametrize("command", ["reconstruct", "points"])
def test_pictures_that_are_none(refused, place, content, command):
    (place / "bad.png").write_bytes(content)
    more = ["--model", "model", "--out", "out.npz"] if command == "reconstruct" else []
    refused([command, "bad.png", *more], "bad.png")


def test_a_picture_cut_short(refused, place):
    whole = (place / "photo.png").read_bytes()
    (place / "bad.png").write_bytes(whole[: len(whole) // 2])
    refused(["reconstruct", "bad.png", "--model", "model", "--out", "out.npz"], "bad.png")


@pytest.mark.parametrize("suffix", [".npz", ".mat", ".nc", ".tif", ".hdr", ".xyz", ""])
@pytest.mark.parametrize("content", [b"", b"hello", b"\x89HDF\r\n\x1a\n", b"PK\x03\x04"])
def test_cubes_that_are_none(refused, place, suffix, content):
    (place / f"bad{suffix}").write_bytes(content)
    refused(["view", f"bad{suffix}"], f"bad{suffix}")


@pytest.mark.parametrize(
    "cube",
    [
        np.zeros((3, 4), np.float32),
        np.zeros((0, 4, 31), np.float32),
        np.zeros((2, 2, 31), np.complex64),
        np.array([{"a": 1}], object),
        np.zeros((2, 2, 30), np.float32),
    ],
)
def test_arrays_that_are_no_cube(refused, place, cube):
    nm = np.arange(400.0, 701.0, 10.0)
    np.savez(place / "bad.npz", cube=cube, wavelengths=nm, allow_pickle=True)
    refused(["view", "bad.npz"], "bad.npz")


@pytest.mark.parametrize("content", [b"", b"\x20\x00\x00\x00TFL3", b"hello", b"\x00" * 64])
def test_tflite_files_that_are_none(refused, place, content):
    (place / "bad.tflite").write_bytes(content)
    refused(["reconstruct", "photo.png", "--model", "bad.tflite", "--out", "out.npz"], "bad.tflite")


def test_a_tflite_whose_flatbuffer_is_damaged(refused, place):
    whole = bytearray((place / "model.tflite").read_bytes())
    whole[8:4096] = bytes(4088)
    (place / "model.tflite").write_bytes(bytes(whole))
    refused(["reconstruct", "photo.png", "--model", "model.tflite", "--out", "out.npz"], "model.tflite")


@pytest.mark.parametrize("command", ["push", "serve", "evaluate", "bundle", "export"])
def test_a_text_file_is_no_model(refused, command):
    more = {"push": ["hf://a/b"], "bundle": ["--out", "new"], "export": ["--out", "new"]}.get(command, [])
    refused([command, "kept.txt", *more], "kept.txt")
