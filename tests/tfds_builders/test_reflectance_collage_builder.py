"""The embedded dataset is plausible, deterministic, made of measured reflectances, and seen by CAVE's
camera.
"""

import numpy as np
import pytest

from hsi_inr_tf.optics import camera_named
from tfds_builders.reflectance_collage import materials, still_life
from tfds_builders.reflectance_collage import reflectance_collage_dataset_builder as collage
from tfds_builders.reflectance_collage.raycast import BALL, BOX, CAN, Solid, unit

SIDE = 24


@pytest.fixture(scope="module")
def cubes():
    return dict(still_life.scene(number, SIDE, seed=1) for number in range(len(still_life.KINDS)))


def test_a_scene_follows_from_its_number_and_seed(cubes):
    name, again = still_life.scene(1, SIDE, seed=1)
    assert np.array_equal(again, cubes[name])
    assert not np.array_equal(still_life.scene(1, SIDE, seed=2)[1], again)


def test_every_kind_of_scene_is_lit_in_range_and_varied(cubes):
    assert {name.rsplit("_", 1)[0] for name in cubes} == set(still_life.KINDS)
    for name, cube in cubes.items():
        assert cube.shape == (SIDE, SIDE, 31) and cube.min() >= 0 and cube.max() <= 1, name
        assert cube.mean() > 0.02 and cube.std(axis=(0, 1)).min() > 0.01, name


def test_spectra_are_as_smooth_as_the_measured_ones(cubes):
    """Mixtures and shading of reflectances cannot be rougher than the roughest of them."""
    library = materials.library().reflectances
    rough = np.abs(np.diff(library, 2, axis=1)).max(axis=1) / library.max(axis=1)
    for name, cube in cubes.items():
        bright = cube[cube.max(axis=-1) > 0.3]
        roughness = np.abs(np.diff(bright, 2, axis=1)).max(axis=1) / bright.max(axis=1)
        assert np.median(roughness) < 2 * rough.max(), name


def test_the_library_holds_the_colorchecker_first_and_152_reflectances():
    import colour

    library = materials.library()
    assert library.reflectances.shape == (152, 31)
    red = colour.SDS_COLOURCHECKERS["ColorChecker N Ohta"]["red"]
    assert library.reflectances[14] == pytest.approx([red[w] for w in range(400, 701, 10)], abs=1e-6)
    assert library.lightness[18] == pytest.approx(96, abs=2) and library.chroma[18] < 5  # white 9.5


def test_lights_are_relative_to_d65():
    assert materials.light("D65") == pytest.approx(1.0)
    tungsten = materials.light("A")
    assert np.corrcoef(tungsten, np.arange(31))[0, 1] > 0.95 and tungsten[0] < 0.25 and tungsten[-1] > 2


@pytest.mark.parametrize("shape", [BALL, CAN, BOX])
def test_rays_enter_and_leave_solids_on_their_surface(shape):
    rng = np.random.default_rng(0)
    angle = 0.7
    turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    solid = Solid(shape, np.array([0.3, -0.2, 0.5]), np.array([0.5, 0.7, 0.9]), turn, None)
    origins = rng.normal(size=(500, 3)) * 3 + [0, 0, 6]
    aims = solid.centre + (rng.uniform(-0.3, 0.3, (500, 3)) * solid.sizes) @ turn.T
    directions = unit(aims - origins)
    near, far = solid.span(origins, directions)
    assert np.all(near < far)
    for distance in (near, far):
        p, normal = solid.surface(origins + distance[:, None] * directions)
        measure = {BALL: np.linalg.norm(p, axis=1), BOX: abs(p).max(axis=1)}.get(
            shape, np.maximum(np.hypot(p[:, 0], p[:, 1]), abs(p[:, 2]))
        )
        assert measure == pytest.approx(1, abs=1e-6) and np.linalg.norm(normal, axis=1) == pytest.approx(1)
    _, normal = solid.surface(origins + near[:, None] * directions)
    assert np.all(np.sum(normal * directions, axis=1) < 0)  # it faces the ray that enters


def test_rgb_is_rendered_from_the_stored_cube(monkeypatch):
    monkeypatch.setattr(collage, "SIDE", SIDE)
    scene = collage.read_scene(4)
    assert scene["name"] == "cloth_04" and scene["cube"].dtype == np.uint16
    rendered = camera_named().render(scene["cube"] / 65535)
    assert np.abs(rendered * 255 - scene["rgb"]).max() <= 0.5 + 1e-3


def test_each_split_has_every_kind_of_scene():
    for numbers in collage.SCENES.values():
        assert {n % len(still_life.KINDS) for n in numbers} == set(range(len(still_life.KINDS)))
    assert sum(map(len, collage.SCENES.values())) == len(set().union(*collage.SCENES.values())) == 30
