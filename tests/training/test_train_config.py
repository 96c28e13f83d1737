"""The configuration on the command line, in its file, and where it is wrong."""

import json

import pytest
import tyro

from hsi_inr_tf.cli.train import Options, from_file
from hsi_inr_tf.data import Augmentation
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.training import TrainConfig
from hsi_inr_tf.training.config import differences
from hsi_inr_tf.training.parts import part_names


def parse(*words):
    return tyro.cli(Options, args=words, default=from_file(words))


def test_command_line_sets_nested_and_json_values():
    options = parse(
        "--overrides",
        '{"width": 8, "dilations": [1, 2]}',
        "--augmentation.exposure",
        "0.5",
        "--clip-norm",
        "None",
    )
    assert options.overrides == {"width": 8, "dilations": [1, 2]}
    assert options.augmentation == Augmentation(exposure=0.5)
    assert options.clip_norm is None


def test_file_comes_back_as_it_was(tmp_path):
    config = TrainConfig(
        out=tmp_path, overrides={"width": 8}, augmentation=Augmentation(mixing=0.2), ema=0.99
    )
    assert TrainConfig.from_json(config.to_json()) == config


def test_flags_go_before_the_file(tmp_path):
    path = tmp_path / "config.json"
    path.write_text(
        TrainConfig(
            out=tmp_path, steps=77, overrides={"width": 8}, augmentation=Augmentation(mixing=0.2)
        ).to_json()
    )
    options = parse("--config", str(path), "--seed", "5")
    assert (options.steps, options.seed, options.out, options.overrides) == (77, 5, tmp_path, {"width": 8})
    assert options.augmentation == Augmentation(mixing=0.2)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "config.json: not a training configuration"),
        ('{"stepz": 3}', "unknown setting stepz"),
        ('{"steps": 0}', "--steps is 0, expected a whole number from 1 to"),
        ('{"loss": "l3"}', "loss is 'l3', expected one of l1, l1\\+sam, mrae"),
        ('{"steps": "many"}', "steps"),
    ],
    ids=["no JSON", "unknown", "too small", "unknown loss", "wrong kind"],
)
def test_bad_file_is_named(text, message, tmp_path):
    path = tmp_path / "config.json"
    path.write_text(text)
    with pytest.raises(InputError, match=message):
        from_file(["--config", str(path)])


def test_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"nowhere.json cannot be read"):
        from_file([f"--config={tmp_path / 'nowhere.json'}"])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"batch_size": 6, "accumulation": 4}, "--batch-size 6 cannot be split"),
        ({"ema": 1.5}, "--ema is 1.5"),
        ({"learning_rate": -1.0}, "--learning-rate is -1"),
    ],
)
def test_bad_settings_are_refused(settings, message):
    with pytest.raises(InputError, match=message):
        TrainConfig(**settings)


def test_place_and_devices_may_change_between_parts_of_a_run(tmp_path):
    old = TrainConfig(out=tmp_path / "a", overrides={"dilations": (1, 2)})
    assert (
        differences(
            old, TrainConfig(out=tmp_path / "b", strategy="mirrored", overrides={"dilations": [1, 2]})
        )
        == []
    )
    assert differences(old, TrainConfig(seed=1, overrides={"dilations": [1, 2]})) == ["seed: 0, now 1"]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"dataset": "cave"}, ("cave-22-10:train", None)),
        (
            {"dataset": "cave", "split": "cave-shared-16-4"},
            ("cave-shared-16-4:train", "cave-shared-16-4:validation"),
        ),
        (
            {"dataset": "cave", "split": "cave-22-10", "validation_split": "cave-shared-16-4:validation"},
            ("cave-22-10:train", "cave-shared-16-4:validation"),
        ),
        ({"dataset": "nus/canon", "split": "fold-1-of-5"}, ("fold-1-of-5:train", "fold-1-of-5:validation")),
        ({"dataset": "arad_1k"}, ("train", "validation")),
        ({"dataset": "nus/canon"}, ("train", None)),
    ],
)
def test_split_names_both_parts(settings, expected):
    assert part_names(TrainConfig(**settings)) == expected


def test_config_file_holds_every_setting():
    assert set(json.loads(TrainConfig().to_json())) == {name for name in TrainConfig.__dataclass_fields__}


@pytest.mark.parametrize("change", [{"seed": -1}, {"weight_decay": -0.1}, {"warmup_steps": -1}])
def test_negative_settings_are_input_errors(change):
    with pytest.raises(InputError, match=r"expected a (whole )?number from 0"):
        TrainConfig(**change)


@pytest.mark.parametrize("name", ["seed", "steps", "warmup_steps", "checkpoint_seconds", "weight_decay"])
@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e20])
def test_numbers_nobody_means_are_input_errors(name, value):
    with pytest.raises(InputError, match=f"--{name.replace('_', '-')} is"):
        TrainConfig(**{name: value})


def test_what_may_be_none_is_read_back_as_none():
    config = TrainConfig(clip_norm=None, ema=None, split=None)
    assert TrainConfig.from_json(config.to_json()) == config


@pytest.mark.parametrize(
    "change", [{"steps": "many"}, {"steps": True}, {"jit": 1}, {"learning_rate": None}, {"overrides": []}]
)
def test_values_of_another_type_are_input_errors(change):
    values = {**json.loads(TrainConfig().to_json()), **change}
    with pytest.raises(InputError, match=next(iter(change))):
        TrainConfig.from_json(json.dumps(values))


def test_impossible_augmentation_is_an_input_error():
    for change in ({"exposure": -1.0}, {"mixing": 1.5}, {"modulation": float("nan")}):
        with pytest.raises(InputError, match="augmentation"):
            Augmentation(**change)
