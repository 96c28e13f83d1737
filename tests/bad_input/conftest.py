"""Good input to spoil, and one check that every refusal is held to."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hsi_inr_tf.cli.main import main
from hsi_inr_tf.trained.bundles import LITE, PRETRAINED
from tests.bad_input.spoiling import hashes

BUNDLE = PRETRAINED / "inr-edge"


@pytest.fixture(scope="session", autouse=True)
def tensorflow_has_started():
    """What its native code says of missing graphics cards, once a process, is said before a test listens."""
    import tensorflow as tf

    tf.config.list_physical_devices()
    tf.constant(0.0)


@pytest.fixture(scope="session")
def good(tmp_path_factory) -> Path:
    """A folder with photo.png, cube.npz, cube.hdr, the bundle `model`, model.tflite beside it, and text."""
    from hsi_inr_tf.cubes import HyperspectralImage

    folder = tmp_path_factory.mktemp("good")
    generator = np.random.default_rng(0)
    Image.fromarray(generator.integers(0, 255, (24, 32, 3), np.uint8)).save(folder / "photo.png")
    cube = HyperspectralImage(
        generator.random((8, 9, 31), np.float32), tuple(float(nm) for nm in range(400, 701, 10))
    )
    for name in ("cube.npz", "cube.hdr"):
        cube.save(folder / name)
    shutil.copytree(BUNDLE, folder / "model")
    shutil.copy(BUNDLE / LITE, folder / "model.tflite")
    (folder / "kept.txt").write_text("not to be touched")
    return folder


@pytest.fixture
def place(good, tmp_path, monkeypatch) -> Path:
    """A copy of the good input, in which the command runs."""
    folder = tmp_path / "place"
    shutil.copytree(good, folder)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "datasets"))
    return folder


@pytest.fixture
def refused(place, capfd):
    """`refused(argv, *words)`: the command ends with status 2 and one line that holds the words, prints
    nothing else, leaves no new file and touches none.
    """

    def check(argv, *words):
        before = hashes(place)
        capfd.readouterr()
        with pytest.raises(SystemExit) as end:
            main([str(word) for word in argv])
        said, complained = capfd.readouterr()
        assert end.value.code == 2, complained
        lines = complained.strip().splitlines()
        assert len(lines) == 1 and lines[0].startswith("error: "), complained
        assert "Traceback" not in complained and "0x7f" not in complained
        for word in words:
            assert word in lines[0], lines[0]
        assert said == ""
        assert hashes(place) == before

    return check
