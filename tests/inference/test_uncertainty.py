"""Half-widths hold what they promise on colours like those of the calibration, are wide elsewhere, and travel
with the model.
"""

from dataclasses import replace

import numpy as np
import pytest

from hsi_inr_tf import HyperspectralImage, cubes
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.evaluation.calibration import Errors, fit
from hsi_inr_tf.inference import Reconstructor
from hsi_inr_tf.inference.litert_engine import LiteRTEngine
from hsi_inr_tf.inference.uncertainty import Trust, Uncertainty, trust_in_words
from hsi_inr_tf.trained.bundles import LITE, PRETRAINED
from hsi_inr_tf.trained.description import ModelDescription

BANDS = 31


def scenes(count=8, seed=0, size=3000):
    """Errors whose scale is a tenth of the brightness, twice that for red; four groups of two scenes."""
    generator = np.random.default_rng(seed)
    made = []
    for number in range(count):
        colours = generator.random((size, 3)) * 0.8
        red = colours[:, 0] > 1.5 * colours[:, 1]
        scale = 0.1 * colours.mean(axis=1) * np.where(red, 2.0, 1.0)
        errors = np.abs(generator.normal(size=(size, BANDS))) * scale[:, None]
        made.append(Errors(f"scene {number}", number % 4, colours, errors))
    return made


@pytest.fixture(scope="module")
def fitted() -> Uncertainty:
    return fit(scenes(), {"scenes": 8})


@pytest.mark.parametrize("probability", [0.5, 0.8, 0.9, 0.95])
def test_new_scenes_are_covered_as_promised(fitted, probability):
    for one in scenes(3, seed=1):
        covered = np.mean(one.absolute <= fitted(one.colours, probability))
        assert covered == pytest.approx(probability, abs=0.04)


def test_it_is_wide_where_errors_are_large_and_narrow_where_they_are_small(fitted):
    one = scenes(1, seed=2)[0]
    expected = 1.645 * 0.1 * one.colours.mean(axis=1)
    red = one.colours[:, 0] > 2.0 * one.colours[:, 1]
    other = one.colours[:, 0] < one.colours[:, 1]
    widths = fitted(one.colours).mean(axis=1)
    assert np.median((widths / expected)[red]) == pytest.approx(2.0, abs=0.5)
    assert np.median((widths / expected)[other]) == pytest.approx(1.0, abs=0.3)


def test_colours_unlike_all_of_the_calibration_are_told_and_have_wide_intervals():
    like_grey = [
        replace(one, colours=np.repeat(one.colours[:, :1], 3, axis=1) + 0.01 * one.colours)
        for one in scenes()
    ]
    fitted = fit(like_grey)
    grey, blue = np.full((1, 3), 0.4), np.array([[0.02, 0.05, 0.9]])
    assert not fitted.is_unlike(grey)[0] and fitted.is_unlike(blue)[0]
    assert fitted(blue).mean() / blue.mean() > 0.8 * fitted(grey).mean() / 0.4


def test_its_json_gives_it_back(fitted):
    again = Uncertainty.from_dict(fitted.to_dict(), BANDS)
    colours = scenes(1, seed=3)[0].colours
    assert again(colours) == pytest.approx(fitted(colours), rel=2e-3, abs=1e-5)
    assert again.calibration == {"scenes": 8}


@pytest.mark.parametrize("change", [{"floor": [1.0]}, {"levels": {"x": 1}}, {"width": {}}, {"novelty": 3}])
def test_a_damaged_one_is_refused(fitted, change):
    with pytest.raises(InputError, match="uncertainty cannot be read"):
        Uncertainty.from_dict({**fitted.to_dict(), **change}, BANDS)


@pytest.fixture(scope="module")
def calibrated(fitted) -> Reconstructor:
    engine = LiteRTEngine(PRETRAINED / "inr-edge" / LITE)
    described = replace(engine.description, uncertainty=fitted.to_dict())
    engine.description = ModelDescription.from_json(described.to_json())
    return Reconstructor(engine)


def test_reconstruct_gives_it_beside_the_cube_at_every_scale_and_wavelength(calibrated, fitted):
    rgb = np.random.default_rng(0).random((12, 20, 3), np.float32)
    image = calibrated.reconstruct(rgb, uncertainty=True)
    assert image.uncertainty.shape == image.data.shape
    assert image.uncertainty == pytest.approx(fitted(rgb), rel=2e-3, abs=1e-5)
    low, high = image.interval(3, 4)
    assert np.all(low <= image[3, 4]) and high - image[3, 4] == pytest.approx(image.uncertainty[3, 4])
    assert image.crop(2, 3, 4, 5).uncertainty == pytest.approx(image.uncertainty[2:6, 3:8])
    half = calibrated.reconstruct(rgb, uncertainty=True, scale=0.5, wavelengths=(405.0, 550.0))
    assert half.uncertainty.shape == (6, 10, 2) == half.data.shape
    assert calibrated.reconstruct(rgb).uncertainty is None
    with pytest.raises(InputError, match="has no uncertainty"):
        calibrated.reconstruct(rgb).interval(0, 0)


def test_half_widths_are_written_like_a_cube(calibrated, tmp_path):
    rgb = np.random.default_rng(0).random((12, 20, 3), np.float32)
    expected = calibrated.reconstruct(rgb, uncertainty=True).uncertainty
    cubes.write(calibrated.half_widths(rgb), tmp_path / "u.hdr")
    read = HyperspectralImage.load(tmp_path / "u.hdr")
    assert read.data == pytest.approx(expected, abs=1e-6) and "half-width" in read.provenance["quantity"]


def test_models_that_were_not_calibrated_say_so():
    engine = LiteRTEngine(PRETRAINED / "inr-edge" / LITE)
    engine.description = replace(engine.description, uncertainty=None)
    with pytest.raises(InputError, match="not calibrated"):
        Reconstructor(engine).reconstruct(np.zeros((16, 16, 3), np.float32), uncertainty=True)


def test_the_sentence_tells_the_typical_share_and_what_is_strange(fitted):
    rgb = np.full((64, 64, 3), 0.4, np.float32)
    trust = Trust(fitted, 64 * 64)
    trust.add(np.full((64, 64, BANDS), 0.5, np.float32), rgb)
    gathered = trust.to_dict()
    assert gathered["relative"] == pytest.approx(fitted(rgb[0, 0]) / 0.5, rel=1e-2)
    sentence = trust_in_words({**gathered, "unlike": 0.12}, np.linspace(400, 700, BANDS))
    assert "from 430 to 650 nm" in sentence and "12 % of the picture is unlike" in sentence
