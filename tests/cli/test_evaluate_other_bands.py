"""hsi-inr evaluate on scenes of other bands than the model was trained on."""

import json

import numpy as np
import pytest
from PIL import Image

from hsi_inr_tf import metrics
from hsi_inr_tf.cli import evaluate
from hsi_inr_tf.cubes import HyperspectralImage
from hsi_inr_tf.data import open_scenes
from hsi_inr_tf.inference import load
from hsi_inr_tf.optics.spectral_splines import sampling

NM = tuple(float(nm) for nm in range(420, 801, 20))


@pytest.fixture
def folder(tmp_path):
    """Two scenes of 20 bands from 420 to 800 nm to fit regression on, one to score."""
    random = np.random.default_rng(0)
    for i, part in enumerate(("train", "train", "test")):
        place = tmp_path / "mine" / part
        place.mkdir(parents=True, exist_ok=True)
        picture = random.integers(0, 256, (32, 32, 3), np.uint8)
        Image.fromarray(picture).save(place / f"scene{i}.png")
        weights = random.random((3, len(NM)), np.float32) / 3
        HyperspectralImage((picture / np.float32(255)) @ weights, NM).save(place / f"scene{i}.hdr")
    return f"folder:{tmp_path / 'mine'}"


def test_the_bands_that_the_model_knows_are_scored_and_the_others_named(folder, tmp_path, capsys):
    data_dir, path = tmp_path / "data", tmp_path / "scores.json"
    evaluate.run(evaluate.Options("inr-edge", dataset=folder, data_dir=data_dir, json=path))
    content = json.loads(path.read_text())
    [scene] = open_scenes(folder, data_dir, "test")
    model = load("inr-edge")
    own = model.reconstruct(scene.rgb).data
    asked = np.clip(own @ sampling(model.description.wavelengths, NM[:15]), 0, 1)
    expected = metrics.score(scene.cube[:, :, :15], asked.astype(np.float32))
    for name in metrics.METRICS:
        assert content["scores"]["mean"][name] == pytest.approx(expected[name], rel=1e-4)
    assert len(content["scores"]["rows"][0]["bands"]["psnr"]) == 15
    assert "5 of the scenes' bands lie outside what the model knows" in capsys.readouterr().err
