"""Tiles, and the whole picture at once, give the same cube."""

from dataclasses import replace

import numpy as np
import pytest

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.inference import Reconstructor, tiling
from hsi_inr_tf.inference.keras_engine import KerasEngine


@pytest.mark.parametrize("tile", [8, 24, 40, 64, 100, 1000])
@pytest.mark.parametrize("size", [(133, 201), (64, 64), (65, 127), (9, 200), (1, 1), (128, 7)])
def test_tiled_reconstruction_equals_whole(reconstructor, photograph, size, tile):
    picture = photograph[: size[0], : size[1]]
    whole, tiled = reconstructor.reconstruct(picture), reconstructor.reconstruct(picture, tile=tile)
    assert whole.shape == (*size, 31) and whole.data.std() > 0.01
    assert np.abs(whole.data - tiled.data).max() < 1e-5


def test_with_too_small_a_halo_tiles_would_differ(model, reconstructor, photograph):
    short = Reconstructor(KerasEngine(model, replace(reconstructor.description, halo=8)))
    difference = np.abs(short.reconstruct(photograph, tile=40).data - short.reconstruct(photograph).data)
    assert difference.max() > 1e-3  # so the test above can fail


def test_a_committee_tiles_like_its_members(committee_reconstructor, photograph):
    for scale in (1.0, 1.5):
        whole, tiled = (
            committee_reconstructor.reconstruct(photograph, scale=scale, tile=tile).data
            for tile in (None, 40)
        )
        assert whole.std() > 0.01 and np.abs(whole - tiled).max() < 2e-5


def test_large_pictures_are_tiled_by_themselves(reconstructor, photograph):
    large = np.tile(photograph, (9, 6, 1))
    cube = reconstructor.reconstruct(large)
    assert cube.provenance["tile"] < min(large.shape[:2]) and cube.provenance["exact"]
    whole = np.asarray(
        reconstructor.engine(tiling.cut(large, *(tiling.whole(n, 8)[0] for n in large.shape[:2]))[None])
    )
    assert np.abs(cube.data - np.clip(whole[0, : large.shape[0], : large.shape[1]], 0, 1)).max() < 1e-5


def test_a_picture_is_extended_by_its_edge(reconstructor, photograph):
    picture = photograph[:61, :59]
    extended = np.pad(picture, ((0, 3), (0, 5), (0, 0)), mode="edge")
    expected = reconstructor.reconstruct(picture).data
    np.testing.assert_allclose(reconstructor.reconstruct(extended).data[:61, :59], expected, atol=1e-6)


def test_a_patch_model_runs_patch_by_patch(patch_reconstructor, photograph):
    picture = photograph[:128, :192]
    cube = patch_reconstructor.reconstruct(picture)
    for top in (0, 64):
        for left in (0, 64, 128):
            alone = patch_reconstructor.engine(picture[None, top : top + 64, left : left + 64])[0]
            np.testing.assert_allclose(
                cube.data[top : top + 64, left : left + 64], np.clip(alone, 0, 1), atol=1e-5
            )


def test_patches_at_the_far_edges_are_shifted_inside(patch_reconstructor, photograph):
    cube = patch_reconstructor.reconstruct(photograph[:100, :64])
    last = patch_reconstructor.engine(photograph[None, 36:100, :64])[0]
    np.testing.assert_allclose(cube.data[64:], np.clip(last[28:], 0, 1), atol=1e-5)


def test_pictures_smaller_than_a_patch_are_extended(patch_reconstructor, photograph):
    assert patch_reconstructor.reconstruct(photograph[:10, :70]).shape == (10, 70, 31)


@pytest.mark.parametrize("length", [1, 7, 63, 64, 65, 200, 333])
@pytest.mark.parametrize("side, halo", [(64, 0), (64, 8), (64, 16), (128, 32)])
def test_fixed_windows_keep_every_pixel_once_and_well_inside(length, side, halo):
    spans = tiling.fixed(length, side, halo, 8)
    kept = [pixel for span in spans for pixel in range(span.first, span.last)]
    assert kept == list(range(length))
    for span in spans:
        assert span.stop - span.start == side and span.start % 8 == 0
        assert span.start == 0 or span.first - span.start >= halo
        assert span.last == length or span.stop - span.last >= halo


def test_sixteen_bit_pictures_equal_their_floats(reconstructor, photograph):
    counts = np.round(photograph * 65535).astype(np.uint16)
    floats = counts.astype(np.float32) / np.float32(65535)
    np.testing.assert_array_equal(
        reconstructor.reconstruct(counts).data, reconstructor.reconstruct(floats).data
    )


@pytest.mark.parametrize(
    "bad, words",
    [
        (np.zeros((4, 4, 2)), "height, width, 3"),
        (np.full((4, 4, 3), 2.0), "expected \\[0, 1\\]"),
        (np.full((4, 4, 3), np.nan), "not numbers"),
        (np.zeros((0, 4, 3)), "height, width, 3"),
    ],
)
def test_what_is_no_picture_is_refused(reconstructor, bad, words):
    with pytest.raises(InputError, match=words):
        reconstructor.reconstruct(bad)
