"""Pictures that a model does not expect are told by name; photographs are not."""

from pathlib import Path

import numpy as np
import pytest

from hsi_inr_tf.inference.unexpected import unexpected
from hsi_inr_tf.optics import srgb
from hsi_inr_tf.pictures import read_picture

PUBLIC = Path(__file__).parents[2] / "web" / "public"


def said(rgb, decode=None, encoding="srgb"):
    return " | ".join(unexpected(rgb, decode, encoding))


@pytest.fixture(scope="module")
def photograph():
    """Grained surfaces of many colours, one of them grey, 8 bit."""
    generator = np.random.default_rng(0)
    colours = np.concatenate([generator.uniform(0.15, 0.85, (15, 3)), np.full((1, 3), 0.5)])
    patches = np.kron(colours.reshape(4, 4, 3), np.ones((50, 50, 1)))
    return np.clip(patches + generator.normal(0, 0.02, patches.shape), 0, 1)


def eight_bit(rgb):
    return np.round(np.clip(rgb, 0, 1) * 255).astype(np.uint8)


def test_photographs_are_not_spoken_of(photograph):
    assert said(eight_bit(photograph)) == ""
    for name in ("still-life.png", "colour-chart.png"):
        assert said(read_picture(PUBLIC / name).pixels) == ""


@pytest.mark.parametrize("made", [eight_bit, lambda rgb: (rgb * 65535).astype(np.uint16), np.float32])
@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda rgb: np.repeat(rgb.mean(axis=2, keepdims=True), 3, axis=2), "no colours"),
        (lambda rgb: rgb * 0.15, "very dark"),
        (lambda rgb: srgb.encode(srgb.decode(rgb.astype(np.float32)) * [1.0, 0.35, 0.05]), "colour cast"),
        (lambda rgb: np.where(np.arange(200)[:, None, None] < 50, 1.0, rgb), "25% of it is clipped"),
    ],
)
def test_what_is_unusual_is_told_of_pictures_of_all_depths(photograph, change, word, made):
    sentences = said(made(np.clip(change(photograph), 0, 1)))
    assert word in sentences and "|" not in sentences


def test_linear_pictures_are_judged_as_they_look(photograph):
    linear = srgb.decode(photograph.astype(np.float32))
    assert said(linear, None, "linear") == ""
    assert "very dark" in said(linear * 0.02, None, "linear")


def test_a_screenshot_is_told_by_its_flat_surfaces(photograph):
    page = np.full((300, 400, 3), 0.97)
    page[:40] = 0.2, 0.3, 0.5
    page[60:260, 20:220] = photograph
    page[60:280, 240:380] = 0.85, 0.9, 0.95
    assert "screenshot" in said(eight_bit(page))


def test_a_black_picture_is_dark_and_no_screenshot():
    assert said(np.zeros((64, 64, 3), np.uint8)).startswith("it is very dark")
    assert said(np.zeros((1, 1, 3), np.uint8)).startswith("it is very dark")
