"""Every preset keeps the promises of the harness, at a width that makes it quick, and has the published
number of parameters.
"""

import numpy as np
import pytest

from hsi_inr_tf import models
from hsi_inr_tf.errors import InputError
from tests.models.harness import check_model, reach

PATCHES = {"side": 64, "width": 8, "top_width": 16}
SMALL = {
    "inr-paper": PATCHES,
    "inr-released": PATCHES,
    "inr-table2-s2": PATCHES,
    "inr-table2-s4": PATCHES,
    "inr-table2-s8": PATCHES,
    "inr-table2-s16": PATCHES,
    "inr-table3-n0": PATCHES,
    "inr-table3-n3": PATCHES,
    "inr-table3-n5": PATCHES,
    "inr-single": {"width": 24, "head_width": 16, "dilations": (1, 2)},
    "inr-compact": {"width": 24, "head_width": 16, "dilations": (1,), "members": 2},
    "inr-edge": {"width": 24, "head_width": 16, "dilations": (1,)},
    "cnn": {"width": 16},
    "unet": {"width": 4},
    "hscnn-r": {"blocks": 2, "width": 8},
    "hscnn-r-9": {"width": 8},
    "hscnn-r-14": {"width": 8},
    "hscnn-r-ensemble": {"members": ((1, 8), (2, 8), (1, 4))},
    "multiscale-cnn": {"width": 4},
    "prinet": {"blocks": 1, "width": 8},
    "prinet-plus": {"blocks": 1, "fusion_blocks": 1, "width": 8},
    "mst-plus-plus": {"bands": 7, "stages": 1},
    "polynomial-regression": {},
    "adapted": {"overrides": {"width": 24, "head_width": 16, "dilations": (1,)}, "units": 5},
}


@pytest.mark.parametrize("name", models.names())
def test_trains_reloads_and_exports(name, tmp_path):
    check_model(name, tmp_path, **SMALL[name])


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("inr-released", 63_545_439),
        ("inr-paper", 64_258_655),
        ("inr-table2-s2", 64_894_431),
        ("inr-table2-s4", 64_857_439),
        ("inr-table2-s8", 64_820_447),
        ("inr-table2-s16", 64_783_455),
        ("inr-table3-n5", 64_258_655),
        ("cnn", 159_338),
        ("hscnn-r", 1_238_303),
        ("hscnn-r-9", 11_290_143),
        ("hscnn-r-14", 17_190_943),
        ("multiscale-cnn", 26_686_592),
        ("mst-plus-plus", 1_619_625),
        ("polynomial-regression", 31 * 20),
    ],
)
def test_counts_as_published(name, parameters):
    model = models.build(name)
    assert sum(int(np.prod(weight.shape)) for weight in model.trainable_weights) == parameters


@pytest.mark.parametrize(
    "name", ["cnn", "hscnn-r", "hscnn-r-ensemble", "prinet", "prinet-plus", "polynomial-regression"]
)
def test_an_output_sees_as_far_as_the_halo_says(name):
    model = models.build(name, **SMALL[name])
    assert reach(model, 2 * model.halo + 16) == model.halo


@pytest.mark.parametrize("name", ["unet", "multiscale-cnn", "inr-single", "inr-compact"])
def test_an_output_sees_no_farther_than_the_halo_and_more_than_half_of_it(name):
    model = models.build(name, **SMALL[name])
    side = 2 * (model.halo + model.stride)
    assert model.halo / 2 < reach(model, side) <= model.halo


@pytest.mark.parametrize("name", ["inr-compact", "cnn", "multiscale-cnn", "mst-plus-plus"])
def test_nothing_is_remembered_from_the_size_of_an_earlier_picture(name):
    model = models.build(name, **SMALL[name])
    pictures = [np.random.default_rng(side).random((1, side, side, 3), np.float32) for side in (64, 96, 64)]
    first, larger, again = (np.asarray(model({"rgb": rgb})["hsi"]) for rgb in pictures)
    assert larger.shape[:3] == (1, 96, 96)
    np.testing.assert_array_equal(first, again)


def test_red_green_and_blue_are_told_apart():
    model = models.build("inr-paper", width=8, top_width=16)
    rgb = np.random.default_rng(0).random((1, 64, 64, 3), np.float32)
    assert not np.allclose(model({"rgb": rgb})["hsi"], model({"rgb": rgb[..., ::-1]})["hsi"], atol=1e-3)


@pytest.mark.parametrize(
    ("name", "overrides"),
    [
        ("inr", {}),
        ("cnn", {"depth": 3}),
        ("inr-compact", {"depth": 3}),
        ("inr-compact", {"members": 0}),
        ("inr-compact", {"width": -1}),
        ("inr-paper", {"encoding": "x"}),
        ("inr-compact", {"members": "two"}),
    ],
)
def test_unknown_names_and_overrides_are_input_errors(name, overrides):
    with pytest.raises(InputError, match=name):
        models.build(name, **overrides)


def test_cells_have_sides_that_halve():
    for cell in (0, 1, 6):
        with pytest.raises(InputError, match="power of two"):
            models.build("inr-edge", cell=cell)
