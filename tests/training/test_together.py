"""Several data sets of different bands in one run: a folder of 20 bands from 420 to 800 nm beside 31 as CAVE
has.
"""

import json
from dataclasses import replace

import numpy as np
import pytest

from hsi_inr_tf import load
from hsi_inr_tf.data import Augmentation, Mixture, Scenes
from hsi_inr_tf.data.datasets import together
from hsi_inr_tf.data.mixture import mixed_patches
from hsi_inr_tf.data.patches import batch
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.evaluation import scored
from hsi_inr_tf.optics import camera_named
from hsi_inr_tf.trained.description import ModelDescription
from hsi_inr_tf.training import Interrupted, train
from hsi_inr_tf.training.losses import LOSSES
from hsi_inr_tf.training.parts import open_parts
from tests.training.small_scenes import small_scenes
from tests.training.test_loop import COMMITTEE
from tests.training.test_resume import Preempted, assert_same_run

FOLDER = tuple(float(nm) for nm in range(420, 801, 20))
CAVE = tuple(float(nm) for nm in range(400, 701, 10))
KNOTS = (*CAVE, 720.0, 740.0, 760.0, 780.0, 800.0)


def ramps(wavelengths, slopes) -> Scenes:
    """Scenes of one spectrum each, a straight line through 0.4 at 560 nm."""
    cubes = [np.tile(line(wavelengths, slope).astype(np.float32), (24, 24, 1)) for slope in slopes]
    camera = camera_named(wavelengths=wavelengths)
    rgbs = [np.round(camera.render(cube) * 255).astype(np.uint8) for cube in cubes]
    names = [f"ramp {slope:g}" for slope in slopes]
    return Scenes.from_arrays(rgbs, cubes, names, wavelengths=wavelengths, camera=camera)


def line(wavelengths, slope):
    return 0.4 + slope * (np.asarray(wavelengths) - 560.0) / 200.0


@pytest.fixture(scope="module")
def mixture():
    parts = ramps(CAVE, (-0.2, 0.0, 0.1)), ramps(FOLDER, (-0.3, -0.1, 0.05, 0.2, 0.3))
    return Mixture.of(["cave", "folder:mine"], parts, [1.0, 3.0])


@pytest.fixture
def both(config):
    return replace(
        config, model="inr-edge", overrides=COMMITTEE, dataset="cave+folder:mine", loss="l1+sam", steps=12
    )


def test_a_model_of_both_answers_over_the_range_of_both(both, mixture):
    folder = train(replace(both, steps=40, validate_every=40), scenes=mixture, validation=mixture.parts[1])
    description = ModelDescription.read(folder / "description.json")
    assert description.wavelengths == KNOTS and description.overrides["bands"] == len(KNOTS)
    assert [sensor["dataset"] for sensor in description.sensors] == ["cave", "folder:mine"]
    assert description.sensors[1]["wavelengths"] == list(FOLDER)
    model = load(folder)
    wanted = np.arange(400.0, 801.0, 12.5)
    for part, slope in ((0, -0.2), (1, 0.3)):
        rgb = ramps(mixture.parts[part].wavelengths, [slope])[0].rgb
        spectrum = model.reconstruct(rgb, wavelengths=wanted).data[12, 12]
        np.testing.assert_allclose(spectrum, line(wanted, slope), atol=0.03)
        assert scored(model, mixture.parts[part], "full").mean["psnr"] > 30
    with pytest.raises(InputError, match="the model knows 400 to 800 nm"):
        model.reconstruct(rgb, wavelengths=[810.0])


def test_batches_are_of_one_data_set_by_share_whatever_the_first_step_and_the_workers(mixture):
    settings = {
        "patch": 16,
        "batch_size": 4,
        "seed": 3,
        "reflectances": [np.zeros((0, 31)), np.zeros((0, 20))],
    }
    whole = list(mixed_patches(mixture, steps=40, **settings))
    for step, (rgb, cube, part) in enumerate(whole):
        [which] = {int(one) for one in part}
        assert which == mixture.part_of(3, step)
        scenes = mixture.parts[which]
        expected_rgb, expected = batch(scenes, 16, 4, 3, step, Augmentation())
        np.testing.assert_array_equal(rgb, expected_rgb)
        np.testing.assert_array_equal(cube[..., : len(scenes.wavelengths)], expected)
        assert not np.any(cube[..., len(scenes.wavelengths) :])
    counts = np.bincount([mixture.part_of(3, step) for step in range(4000)]) / 4000
    np.testing.assert_allclose(counts, [0.25, 0.75], atol=0.03)
    for shard in (0, 1):
        later = mixed_patches(mixture, first_step=30, steps=10, shard=(shard, 2), **settings)
        for (rgb, cube, _), (all_rgb, all_cube, _) in zip(later, whole[30:], strict=True):
            np.testing.assert_array_equal(rgb, all_rgb[2 * shard : 2 * shard + 2])
            np.testing.assert_array_equal(cube, all_cube[2 * shard : 2 * shard + 2])


def test_an_interrupted_run_on_both_ends_with_the_same_bits(both, mixture, tmp_path):
    both = replace(both, accumulation=2, validate_every=12)
    whole = train(replace(both, out=tmp_path / "whole"), scenes=mixture, validation=mixture.parts[0])
    parts = replace(both, out=tmp_path / "parts")
    with pytest.raises(Interrupted):
        train(parts, scenes=mixture, validation=mixture.parts[0], callbacks=[Preempted(5)])
    assert_same_run(whole, train(parts, scenes=mixture, validation=mixture.parts[0]))


@pytest.mark.parametrize("name", LOSSES)
def test_room_for_more_bands_changes_no_loss(name):
    random = np.random.default_rng(0)
    cube, predicted = random.random((2, 3, 4, 4, 20)).astype(np.float32)
    padding = ((0, 0), (0, 0), (0, 0), (0, 11))
    padded = LOSSES[name](np.pad(cube, padding), np.pad(predicted, padding), np.full(3, 20, np.int32))
    np.testing.assert_allclose(padded, LOSSES[name](cube, predicted), rtol=1e-5)


def test_data_sets_with_the_same_bands_train_any_model(config):
    one, two = small_scenes(), small_scenes()
    mixture = Mixture.of(["a", "b"], [one, two])
    assert mixture.wavelengths == one.wavelengths and mixture.same_bands
    train(replace(config, steps=3), scenes=mixture)


def test_what_cannot_be_is_one_sentence(config, both, mixture):
    with pytest.raises(
        InputError, match=r"inr-single knows one set of bands.*folder:mine 20 from 420 to 800"
    ):
        train(config, scenes=mixture)
    for shares in ((1.0,), (1.0, -1.0), (1.0, float("nan"))):
        with pytest.raises(InputError, match="expected 2 positive numbers"):
            Mixture.of(["cave", "arad_1k"], mixture.parts, shares)


def test_names_are_told_apart_and_settings_survive(both):
    assert together("cave+folder:my+pictures+arad_1k+nus/canon+caves") == [
        "cave", "folder:my+pictures", "arad_1k", "nus/canon+caves",
    ]  # fmt: skip
    config = replace(both, shares=(0.5, 0.5))
    assert type(config).from_json(config.to_json()) == config
    assert json.loads(config.to_json())["shares"] == [0.5, 0.5]


def written(folder, scenes: Scenes) -> str:
    """The scenes as a folder of the user's own: pictures beside ENVI cubes."""
    from PIL import Image

    from hsi_inr_tf.cubes import HyperspectralImage

    folder.mkdir()
    for i, name in enumerate(scenes.names):
        Image.fromarray(np.round(scenes[i].rgb * 255).astype(np.uint8)).save(folder / f"{name}.png")
        HyperspectralImage(scenes[i].cube, scenes.wavelengths).save(folder / f"{name}.hdr")
    return f"folder:{folder}"


def test_folders_of_different_bands_are_opened_each_with_its_own_split(both, mixture, tmp_path):
    named_by = [written(tmp_path / f"my {i}+more", part) for i, part in enumerate(mixture.parts)]
    config = replace(both, dataset="+".join(named_by), data_dir=tmp_path / "data", shares=(1.0, 3.0))
    opened, validation = open_parts(replace(config, split="fold-0-of-3+fold-0-of-5"))
    assert opened.wavelengths == KNOTS and opened.shares == (0.25, 0.75)
    assert [len(part) for part in opened.parts] == [2, 4] and len(validation) == 1
    whole, none = open_parts(config)
    assert none is None and sorted(whole.names) == sorted(mixture.names)
    for mine, other in zip(whole.parts, mixture.parts, strict=True):
        assert mine.wavelengths == other.wavelengths
        np.testing.assert_allclose(mine.select(other.names)[0].cube, other[0].cube, atol=1e-6)
    with pytest.raises(InputError, match="names 3 splits for 2 datasets"):
        open_parts(replace(config, split="train+train+train"))
