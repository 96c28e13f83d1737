"""A toy of every kind is added by nothing but what CONTRIBUTING names, and the rest of the package takes
it.
"""

import json
import subprocess
import sys
import types
from dataclasses import dataclass

import keras
import numpy as np
import pytest

from hsi_inr_tf import cubes, data, evaluation, load, metrics, models
from hsi_inr_tf.cli import main
from hsi_inr_tf.cubes import HyperspectralImage, formats
from hsi_inr_tf.data.datasets import DATASETS, Dataset, known
from hsi_inr_tf.inference import engines
from hsi_inr_tf.metrics.table import METRICS, Metric
from hsi_inr_tf.models import presets
from hsi_inr_tf.models.base import SpectralModel
from hsi_inr_tf.trained import exported_files
from hsi_inr_tf.trained.description import ModelDescription
from hsi_inr_tf.training import TrainConfig, losses, train


@keras.saving.register_keras_serializable(package="toy")
class Toy(SpectralModel):
    """One 3x3 convolution."""

    halo = 1

    def __init__(self, bands: int = 31, name=None, trainable=True):
        rgb = keras.Input((None, None, 3), name="rgb")
        hsi = keras.layers.Conv2D(bands, 3, padding="same")(rgb)
        super().__init__({"rgb": rgb}, {"hsi": hsi}, name=name, trainable=trainable)
        self.bands = bands

    def get_config(self):
        return {"bands": self.bands, "name": self.name, "trainable": self.trainable}


@pytest.fixture
def scenes():
    generator = np.random.default_rng(0)
    cubes_ = [generator.random((24, 24, 31)).astype(np.float32) for _ in range(2)]
    return data.Scenes.from_arrays([cube[..., :3] for cube in cubes_], cubes_)


def trained(scenes, out, **settings):
    config = TrainConfig(
        out=out, steps=2, batch_size=2, patch=16, validate_every=2, tensorboard=False, **settings
    )
    return train(config, scenes=scenes, validation=scenes)


def test_a_model_is_a_class_and_a_row(monkeypatch, scenes, tmp_path):
    monkeypatch.setitem(presets.TABLE, "toy", Toy)
    assert "toy" in models.names()
    run = trained(scenes, tmp_path / "run", model="toy")
    rgb = scenes[0].rgb
    cube = load(run).reconstruct(rgb, clip=False).data
    whole = load(run).engine(rgb[None])[0]
    assert cube == pytest.approx(whole) and json.loads((run / "description.json").read_text())["halo"] == 1
    tiled = load(run).reconstruct(rgb, tile=8, clip=False).data
    assert tiled == pytest.approx(whole, abs=1e-5)


def test_a_metric_is_a_function_and_a_row(monkeypatch, scenes, tmp_path):
    def largest(cube, predicted, protocol):
        return float(np.abs(cube - predicted).max())

    monkeypatch.setitem(METRICS, "largest", Metric("largest", "LARGEST", "", 3, False, largest))
    cube = scenes[0].cube
    assert metrics.score(cube, np.clip(cube - 0.25, 0, 1))["largest"] == pytest.approx(0.25)
    scores = metrics.evaluate(lambda rgb: np.full((24, 24, 31), 0.5), scenes)
    assert "LARGEST" in scores.table() and "LARGEST" in evaluation.comparison("toy", scores, scores)
    assert scores.mean["largest"] == pytest.approx(
        np.mean([np.abs(scene.cube - 0.5).max() for scene in scenes])
    )


def test_a_loss_is_a_function_and_a_row(monkeypatch, scenes, tmp_path):
    """Mean squared error, added before the package is imported as a file would be."""
    code = (
        "from hsi_inr_tf.training import losses\n"
        "losses.LOSSES['toy'] = lambda cube, predicted: losses.ops.mean(\n"
        "    losses.ops.square(cube - predicted), axis=(1, 2, 3))\n"
        "from hsi_inr_tf.training.config import TrainConfig\n"
        "print(TrainConfig(loss='toy').loss)\n"
        "from hsi_inr_tf.cli.main import main\n"
        "main(['train', '--help'])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.startswith("toy\n") and "l1,l1+sam,mrae,toy" in done.stdout, done.stderr
    squared = losses.LOSSES["l1"](np.zeros((1, 2, 2, 3)), np.full((1, 2, 2, 3), 0.5))
    assert np.asarray(squared) == pytest.approx(0.5)


def test_a_dataset_is_a_builder_and_a_row(monkeypatch, tmp_path):
    monkeypatch.setitem(DATASETS, "toy", Dataset("toy", scored="exam"))
    assert known("toy").scored == "exam" and known("toy/config").training == "train"
    from hsi_inr_tf.errors import InputError

    with pytest.raises(InputError, match=r"build it first: hsi-inr build toy"):
        data.open_scenes("toy", tmp_path)


def test_a_cube_format_is_a_module_and_a_suffix(monkeypatch, tmp_path):
    @dataclass
    class Text:
        """Cubes as text, one value a line."""

        def write(self, cube, path, dtype):
            values = np.concatenate([block.reshape(-1) for _, _, block in cube.blocks()])
            path.write_text(json.dumps([list(cube.shape), list(cube.wavelengths), values.tolist()]))

        def read(self, path):
            shape, wavelengths, values = json.loads(path.read_text())
            return HyperspectralImage(np.float32(values).reshape(shape), wavelengths)

    monkeypatch.setitem(sys.modules, "hsi_inr_tf.cubes.toy", Text())
    monkeypatch.setitem(formats.FORMATS, "toy", ".toy")
    monkeypatch.setitem(formats.BY_SUFFIX, ".toy", "toy")
    image = HyperspectralImage(np.random.default_rng(0).random((4, 5, 2)).astype(np.float32), (500, 600))
    assert cubes.write(image, tmp_path / "a.toy") == tmp_path / "a.toy"
    assert cubes.read(tmp_path / "a.toy").data == pytest.approx(image.data)


def test_an_export_target_is_a_writer_an_engine_and_a_row(monkeypatch, tmp_path, capsys):
    class ToyEngine(engines.Engine):
        """The mean of red, green and blue in every band."""

        fixed_shape, batch_size, continuous = None, 1, False

        def __init__(self, path):
            self.description = ModelDescription.from_json(path.read_text())

        def __call__(self, rgb):
            return np.repeat(rgb.mean(axis=-1, keepdims=True), 31, axis=-1)

    def toy(model, description, path, *, height, width):
        path.write_text(description.to_json())
        return path

    writing, running = types.ModuleType("writing"), types.ModuleType("running")
    writing.toy, running.ToyEngine = toy, ToyEngine
    monkeypatch.setitem(sys.modules, "hsi_inr_tf.export.to_toy", writing)
    monkeypatch.setitem(sys.modules, "hsi_inr_tf.inference.toy_engine", running)
    row = exported_files.ModelFile(
        ".toy", "toys", "hsi_inr_tf.export.to_toy:toy", "hsi_inr_tf.inference.toy_engine:ToyEngine"
    )
    monkeypatch.setitem(exported_files.MODEL_FILES, "toy", row)
    from hsi_inr_tf.cli import export

    export.run(export.Options("inr-edge", tmp_path / "m.toy", time=False))
    assert "wrote" in capsys.readouterr().out
    rgb = np.random.default_rng(0).random((8, 9, 3)).astype(np.float32)
    cube = load(tmp_path / "m.toy").reconstruct(rgb)
    assert cube.data[..., 7] == pytest.approx(rgb.mean(axis=-1), abs=1e-6)
    assert cube.wavelengths == load("inr-edge").description.wavelengths


def test_a_command_is_a_module_and_a_row(monkeypatch, capsys):
    @dataclass(frozen=True)
    class Options:
        name: str = "you"
        """Whom to greet."""

    class Greet:
        pass

    def run(options):
        """Greet a person."""
        print(f"hello {options.name}")

    Greet.Options, Greet.run = Options, staticmethod(run)
    monkeypatch.setitem(sys.modules, "hsi_inr_tf.cli.greet", Greet)
    row = main.Command("greet", "say hello", ("hsi-inr greet", "hsi-inr greet --name me"))
    monkeypatch.setitem(main.COMMANDS, "greet", row)
    main.main(["greet", "--name", "all"])
    assert capsys.readouterr().out == "hello all\n"
    with pytest.raises(SystemExit):
        main.main(["greet", "--help"])
    assert "hsi-inr greet --name me" in capsys.readouterr().out
    assert "say hello" in main.overview()
