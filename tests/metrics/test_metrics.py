"""Each metric against an independent one (scikit-image, TensorFlow) or its formula written out plainly."""

import math
from itertools import product

import numpy as np
import pytest
import skimage.metrics
import tensorflow as tf

from hsi_inr_tf import metrics
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.metrics.sam import sam_map
from hsi_inr_tf.metrics.ssim import global_ssim_per_band, ssim_map, ssim_per_band


@pytest.fixture(scope="module")
def pair():
    """A smooth cube and a noisy, biased copy, [40, 48, 5] float32 in [0, 1] and a little beyond."""
    rng = np.random.default_rng(7)
    y, x, band = np.meshgrid(np.arange(40) / 40, np.arange(48) / 48, np.arange(5) / 5, indexing="ij")
    cube = (0.5 + 0.4 * np.sin(5 * x + 3 * y + 4 * band) * np.cos(7 * y - band)).astype(np.float32)
    return cube, (1.1 * cube - 0.02 + rng.normal(0, 0.05, cube.shape)).astype(np.float32)


def test_psnr_of_a_known_error():
    cube = np.zeros((4, 6, 3))
    assert metrics.psnr(cube, cube + 0.1) == pytest.approx(20.0)
    assert metrics.psnr(cube, cube) == math.inf


def test_psnr_equals_scikit_image(pair):
    cube, predicted = pair
    expected = skimage.metrics.peak_signal_noise_ratio(
        cube.astype(float), predicted.astype(float), data_range=1.0
    )
    assert metrics.psnr(cube, predicted) == pytest.approx(expected, abs=1e-6)


def test_ssim_equals_tensorflow_on_interior_pixels(pair):
    cube, predicted = pair
    for band in range(cube.shape[-1]):
        # TensorFlow keeps only windows that lie inside, five pixels from each border.
        ours = ssim_map(cube[..., band], predicted[..., band])[5:-5, 5:-5].mean()
        theirs = tf.image.ssim(
            cube[..., band, None], predicted[..., band, None], max_val=1.0, filter_size=11, filter_sigma=1.5
        )
        assert ours == pytest.approx(float(theirs), abs=1e-5)


def test_ssim_equals_scikit_image_on_interior_pixels(pair):
    cube, predicted = pair
    for band in range(cube.shape[-1]):
        _, theirs = skimage.metrics.structural_similarity(
            cube[..., band].astype(float),
            predicted[..., band].astype(float),
            data_range=1.0,
            gaussian_weights=True,
            sigma=1.5,
            truncate=5 / 1.5,
            use_sample_covariance=False,
            full=True,
        )
        np.testing.assert_allclose(
            ssim_map(cube[..., band], predicted[..., band])[5:-5, 5:-5], theirs[5:-5, 5:-5], atol=1e-9
        )


def test_ssim_pads_with_zeros(pair):
    cube, predicted = pair
    padded = [np.pad(x, ((5, 5), (5, 5), (0, 0))) for x in pair]
    inner = [ssim_map(padded[0][..., band], padded[1][..., band])[5:-5, 5:-5].mean() for band in range(5)]
    np.testing.assert_allclose(ssim_per_band(cube, predicted), inner, rtol=1e-12)


def test_sam_equals_arccos_of_the_cosine(pair):
    cube, predicted = pair
    angles = []
    for row, column in product(range(40), range(48)):
        truth, guess = cube[row, column].astype(float), predicted[row, column].astype(float)
        cosine = sum(truth * guess) / math.sqrt(sum(truth**2) * sum(guess**2))
        angles.append(math.degrees(math.acos(min(1.0, cosine))))
    assert metrics.sam(cube, predicted) == pytest.approx(np.mean(angles), abs=1e-6)


def test_sam_of_identical_spectra_is_exactly_zero(pair):
    assert metrics.sam(pair[0], pair[0]) == 0.0


def test_sam_resolves_angles_that_arccos_rounds_to_zero():
    spectrum, tiny = np.array([[[1.0, 0.0]]]), 1e-9
    assert metrics.sam(spectrum, np.array([[[1.0, tiny]]])) == pytest.approx(math.degrees(tiny), rel=1e-6)


def test_sam_does_not_see_brightness_and_leaves_black_pixels_out(pair):
    cube, predicted = pair
    expected = sam_map(cube, predicted)
    np.testing.assert_allclose(sam_map(cube, 0.25 * predicted), expected, atol=1e-5)
    with_black = predicted.copy()
    with_black[:10] = 0
    assert metrics.sam(cube, with_black) == pytest.approx(expected[10:].mean(), abs=1e-9)
    assert math.isnan(metrics.sam(cube, np.zeros_like(cube)))


def test_mrae_is_the_relative_difference_with_a_floor(pair):
    cube, predicted = pair[0].astype(float).copy(), pair[1].astype(float)
    cube[3, 4] = 0.0
    expected = np.mean(
        [abs(a - b) / max(a, 1e-4) for a, b in zip(cube.ravel(), predicted.ravel(), strict=True)]
    )
    assert metrics.mrae(cube, predicted) == pytest.approx(expected, rel=1e-9)
    without_black = [abs(a - b) / a for a, b in zip(cube.ravel(), predicted.ravel(), strict=True) if a]
    assert metrics.mrae(cube, predicted, floor=0.0) == pytest.approx(np.mean(without_black), rel=1e-9)


def test_rmse_and_psnr_agree(pair):
    assert -20 * math.log10(metrics.rmse(*pair)) == pytest.approx(metrics.psnr(*pair))


def test_global_ssim_is_eq_13(pair):
    cube, predicted = (x[..., 2].astype(float).ravel() for x in pair)
    mean_1, mean_2 = cube.mean(), predicted.mean()
    covariance = np.cov(cube, predicted, bias=True)
    c1, c2 = 0.01**2, 0.03**2
    expected = (
        (2 * mean_1 * mean_2 + c1)
        * (2 * covariance[0, 1] + c2)
        / ((mean_1**2 + mean_2**2 + c1) * (covariance[0, 0] + covariance[1, 1] + c2))
    )
    assert global_ssim_per_band(*pair)[2] == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("protocol", ["full", "seed", "mstpp", "released"])
def test_missing_pixels_are_left_out_of_every_score(protocol):
    """As if they had been cut off; SSIM, which looks around, is the mean of the windows that miss nothing."""
    rng = np.random.default_rng(5)
    cube, predicted = rng.random((260, 256, 4)), rng.random((260, 256, 4))
    if protocol == "mstpp":
        cube, predicted = cube[:226], predicted[:226]
    lacking = cube.copy()
    lacking[:64, :, 2] = np.nan  # one band missing: the pixel is
    lacking[0, 0] = np.inf
    told = metrics.score(lacking, predicted, protocol)
    rules = metrics.PROTOCOLS[protocol]
    name = "released" if protocol == "released" else "full" if protocol == "mstpp" else protocol
    cut = metrics.score(rules.window(cube)[64:], rules.window(predicted)[64:], name)
    for metric in ("psnr", "mpsnr", "sam", "rmse") + (("mrae",) if protocol != "mstpp" else ()):
        assert told[metric] == pytest.approx(cut[metric]), metric
    if protocol in ("seed", "released"):
        assert told["ssim"] == pytest.approx(cut["ssim"])
    else:
        maps = [ssim_map(cube[..., band], predicted[..., band])[64 + 5 :].mean() for band in range(4)]
        assert told["bands"]["ssim"] == pytest.approx(maps)


def test_a_prediction_that_misses_values_is_not_spared():
    cube = np.random.default_rng(1).random((20, 20, 3))
    predicted = cube.copy()
    predicted[4, 4, 1] = np.nan
    told = metrics.score(cube, predicted)
    assert all(np.isnan(told[name]) for name in ("psnr", "rmse", "mrae", "ssim"))
    with pytest.raises(InputError, match="every pixel"):
        metrics.score(cube * np.nan, predicted)
