"""hf:// names against a server on this machine that speaks the Hub's API."""

import numpy as np
import pytest

import hsi_inr_tf
from hsi_inr_tf.cli.push import Options, run
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.trained import hub
from hsi_inr_tf.trained.bundles import PRETRAINED
from tests.trained.hub_endpoint import TOKEN, serving

pytest.importorskip("huggingface_hub", reason="needs the extra hub")


@pytest.fixture
def endpoint(tmp_path, monkeypatch):
    from huggingface_hub import constants

    with serving() as endpoint:
        monkeypatch.setenv("HF_ENDPOINT", endpoint.url)
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
        monkeypatch.setenv("HF_TOKEN", TOKEN)
        yield endpoint


def test_a_model_that_was_pushed_loads_by_its_name_and_gives_the_same_cube(endpoint, capsys):
    run(Options(PRETRAINED / "inr-edge", "hf://somebody/edge"))
    assert "hf://somebody/edge" in capsys.readouterr().out
    assert set(endpoint.files["somebody/edge"]) == set(hub.FILES)
    rgb = np.random.default_rng(0).random((48, 64, 3), np.float32)
    here, there = (hsi_inr_tf.load(name).reconstruct(rgb).data for name in ("inr-edge", "hf://somebody/edge"))
    np.testing.assert_array_equal(here, there)


def test_only_files_of_a_model_are_sent_and_fetched(endpoint, tmp_path):
    folder = tmp_path / "model"
    folder.mkdir()
    for name in (*hub.FILES, "private.txt"):
        held = PRETRAINED / "inr-edge" / name
        (folder / name).write_bytes(held.read_bytes() if held.is_file() else b"a secret")
    hub.push(folder, "hf://somebody/edge")
    assert "private.txt" not in endpoint.files["somebody/edge"]
    endpoint.files["somebody/edge"]["evil.py"] = b"print('ran')"
    assert {path.name for path in hub.fetch("hf://somebody/edge").iterdir()} == set(hub.FILES)


def test_what_cannot_be_is_one_sentence(endpoint, tmp_path, monkeypatch):
    with pytest.raises(InputError, match="cannot be fetched"):
        hsi_inr_tf.load("hf://somebody/nothing")
    with pytest.raises(InputError, match="expected hf://owner/name"):
        hsi_inr_tf.load("hf://nothing")
    with pytest.raises(InputError, match="no model folder"):
        hub.push(tmp_path, "hf://somebody/edge")
    monkeypatch.setenv("HF_TOKEN", "hf_of_another")
    with pytest.raises(InputError, match="cannot be written"):
        hub.push(PRETRAINED / "inr-edge", "hf://somebody/edge")
