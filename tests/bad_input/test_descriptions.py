"""Descriptions from strangers: believed in nothing, in a folder, in a .tflite, in a SavedModel."""

import json

import pytest

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.trained.description import ModelDescription
from tests.bad_input.spoiling import describe


def with_(**changes):
    return lambda fields: {**fields, **changes}


def without(name):
    return lambda fields: {key: value for key, value in fields.items() if key != name}


def camera(**changes):
    return lambda fields: {**fields, "camera": {**fields["camera"], **changes}}


def one_band_less(fields):
    seen = fields["camera"]
    less = {**seen, "wavelengths": seen["wavelengths"][:-1], "response": seen["response"][:-1]}
    return {**fields, "wavelengths": fields["wavelengths"][:-1], "camera": less, "uncertainty": None}


def moved(fields):
    nm = [value + 100 for value in fields["wavelengths"]]
    return {**fields, "wavelengths": nm}


# What is wrong -> (the change, a word of the sentence).
SPOILED = {
    "no text": (lambda _: b"\xff\xfe\x00\x81", "text"),
    "empty": (lambda _: "", "JSON"),
    "cut": (lambda fields: json.dumps(fields)[:300], "JSON"),
    "a list": (lambda _: "[1, 2]", "object"),
    "a number": (lambda _: "5", "object"),
    "nested a thousand deep": (lambda _: '{"a":' * 1000 + "1" + "}" * 1000, "nested"),
    "nested a hundred thousand deep": (lambda _: "[" * 100_000, "nested"),
    "nested too deep inside": (
        lambda fields: {**fields, "provenance": json.loads('{"a":' * 99 + "1" + "}" * 99)},
        "nested",
    ),
    "NaN": (lambda fields: json.dumps(fields).replace("400.0", "NaN", 1), "NaN"),
    "Infinity": (lambda fields: json.dumps(fields).replace("400.0", "Infinity", 1), "Infinity"),
    "a huge integer": (lambda fields: json.dumps(fields).replace("400.0", "1" * 5000, 1), ""),
    "an overflowing number": (lambda fields: json.dumps(fields).replace("400.0", "1e999", 1), "wavelengths"),
    "half a character": (with_(model="\ud800"), ""),
    "an unknown field": (with_(surprise=1), "surprise"),
    "no model": (without("model"), "model"),
    "no wavelengths": (without("wavelengths"), "wavelengths"),
    "no camera": (without("camera"), "camera"),
    "no stride": (without("stride"), "stride"),
    "no halo": (without("halo"), "halo"),
    "no patch": (without("patch"), "patch"),
    "model a number": (with_(model=5), "model"),
    "model empty": (with_(model=""), "model"),
    "model a list": (with_(model=[]), "model"),
    "stride 0": (with_(stride=0), "stride 0"),
    "stride negative": (with_(stride=-8), "stride -8"),
    "stride a word": (with_(stride="16"), "stride"),
    "stride a fraction": (with_(stride=1.5), "stride 1.5"),
    "stride true": (with_(stride=True), "stride true"),
    "stride huge": (with_(stride=10**9), "stride"),
    "stride null": (with_(stride=None), "stride null"),
    "halo a word": (with_(halo="x"), 'halo "x"'),
    "halo negative": (with_(halo=-1), "halo -1"),
    "halo a list": (with_(halo=[1]), "halo"),
    "patch 0": (with_(patch=0), "patch 0"),
    "patch a word": (with_(patch="64"), "patch"),
    "patch no multiple": (with_(patch=17), "patch 17"),
    "patch that the model has not": (with_(patch=64), "patch"),
    "normalisation": (with_(normalisation="percent"), "normalisation"),
    "provenance a word": (with_(provenance="mine"), "provenance"),
    "provenance null": (with_(provenance=None), "provenance"),
    "overrides a list": (with_(overrides=[1]), "overrides"),
    "uncertainty a word": (with_(uncertainty="small"), "uncertainty"),
    "sensors a word": (with_(sensors="cave"), "sensors"),
    "sensors none": (with_(sensors=[]), "sensors"),
    "sensors without bands": (with_(sensors=[{"dataset": "cave"}]), "sensors"),
    "sensors of fewer widths": (
        with_(sensors=[{"dataset": "cave", "wavelengths": [400, 410], "widths": [10]}]),
        "sensors",
    ),
    "uncertainty empty of meaning": (with_(uncertainty={"width": 1}), "uncertainty"),
    "wavelengths a word": (with_(wavelengths="400:700:10"), "wavelengths"),
    "wavelengths empty": (with_(wavelengths=[]), "wavelengths"),
    "wavelengths of words": (with_(wavelengths=["400"] * 31), "wavelengths"),
    "wavelengths descending": (
        lambda fields: {**fields, "wavelengths": fields["wavelengths"][::-1]},
        "wavelengths",
    ),
    "wavelengths negative": (
        lambda fields: {**fields, "wavelengths": [-1.0, *fields["wavelengths"][1:]]},
        "wavelengths",
    ),
    "30 wavelengths with a camera of 31": (
        lambda fields: {**fields, "wavelengths": fields["wavelengths"][:-1]},
        "30 wavelengths",
    ),
    "other wavelengths than the camera": (moved, "wavelengths"),
    "30 bands for a model of 31": (one_band_less, ""),
    "camera a word": (with_(camera="cie-1931"), "camera"),
    "camera without response": (camera(response=None), "camera"),
    "camera of words": (camera(response=[["a", "b", "c"]] * 31), "camera"),
    "camera with two channels": (camera(response=[[0.1, 0.2]] * 31), "camera"),
    "camera with ragged rows": (camera(response=[[0.1, 0.2, 0.3]] * 30 + [[1]]), "camera"),
    "camera encoding": (camera(encoding="log"), "encoding"),
    "camera with a surprise": (camera(surprise=1), "camera"),
    "camera name": (camera(name=7), "camera"),
    "camera response huge": (camera(response=[[1e300, 0, 0]] * 31), "camera"),
}


@pytest.mark.parametrize("name", SPOILED)
def test_in_the_folder_of_a_model(refused, place, name):
    change, word = SPOILED[name]
    describe(place / "model", change)
    refused(["reconstruct", "photo.png", "--model", "model", "--out", "out.npz"], "model", word)


@pytest.mark.parametrize("name", SPOILED)
def test_in_a_tflite(refused, place, name):
    change, word = SPOILED[name]
    describe(place / "model.tflite", change)
    refused(["reconstruct", "photo.png", "--model", "model.tflite", "--out", "out.npz"], "model.tflite", word)


@pytest.mark.parametrize("change", [with_(halo=8), with_(stride=8), with_(overrides={"width": 1_000_000})])
def test_with_weights_it_says_what_the_model_is(refused, place, change):
    describe(place / "model", change)
    argv = ["reconstruct", "photo.png", "--model", "model", "--engine", "tensorflow", "--out", "out.npz"]
    refused(argv, "description.json", "expected")


def test_what_we_write_is_what_we_read(place):
    text = (place / "model" / "description.json").read_text()
    assert ModelDescription.from_json(ModelDescription.from_json(text).to_json()) is not None
    with pytest.raises(InputError, match=r"place.model.description"):
        describe(place / "model", with_(stride=0))
        ModelDescription.read(place / "model" / "description.json")
