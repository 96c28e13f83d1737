"""What each protocol scores, and how scores of many pictures become one."""

import math
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from hsi_inr_tf import metrics
from hsi_inr_tf.errors import InputError


def pair(height=64, width=64, bands=4, seed=3):
    rng = np.random.default_rng(seed)
    cube = rng.uniform(0.05, 0.9, (height, width, bands)).astype(np.float32)
    return cube, cube + rng.normal(0, 0.1, cube.shape).astype(np.float32)


@pytest.mark.parametrize("protocol", metrics.PROTOCOLS)
def test_a_perfect_prediction_gets_perfect_scores(protocol):
    cube, _ = pair(256, 256)
    scores = metrics.score(cube, cube, protocol)
    assert scores["psnr"] == scores["mpsnr"] == math.inf
    assert scores["ssim"] == pytest.approx(1.0)
    assert scores["sam"] == scores["mrae"] == scores["rmse"] == 0.0


def test_full_clamps_and_scores_the_whole_frame():
    cube, predicted = pair()
    scores = metrics.score(cube, predicted)
    clamped = np.clip(predicted.astype(float), 0, 1)
    assert scores["psnr"] == pytest.approx(-10 * math.log10(np.mean((cube - clamped) ** 2)), abs=1e-9)
    per_band = [-10 * math.log10(np.mean((cube[..., b] - clamped[..., b]) ** 2)) for b in range(4)]
    assert scores["mpsnr"] == pytest.approx(np.mean(per_band), abs=1e-9)
    assert scores["bands"]["psnr"] == pytest.approx(per_band)
    assert {len(values) for values in scores["bands"].values()} == {4}


def test_seed_takes_each_bands_own_peak_and_does_not_clamp():
    cube, predicted = pair()
    mse = np.mean((cube.astype(float) - predicted) ** 2, axis=(0, 1))
    expected = [10 * math.log10(cube[..., band].max() ** 2 / mse[band]) for band in range(4)]
    assert metrics.score(cube, predicted, "seed")["psnr"] == pytest.approx(np.mean(expected), abs=1e-6)


def test_seed_leaves_a_black_band_out():
    cube, predicted = pair()
    cube[..., 1] = 0
    scores = metrics.score(cube, predicted, "seed")
    assert math.isnan(scores["bands"]["psnr"][1])
    assert scores["psnr"] == pytest.approx(np.mean([scores["bands"]["psnr"][b] for b in (0, 2, 3)]))


def test_mstpp_scores_the_centre_of_an_arad_frame_as_its_border_crop_does():
    cube, predicted = pair(482, 512, 2)
    scores = metrics.score(cube, predicted, "mstpp")
    inner = np.s_[128:-128, 128:-128]
    expected = metrics.rmse(cube[inner], np.clip(predicted[inner], 0, 1))
    assert scores["rmse"] == pytest.approx(expected)
    assert scores["mrae"] == pytest.approx(
        np.mean(np.abs(cube[inner] - np.clip(predicted[inner], 0, 1)) / cube[inner]), rel=1e-5
    )


def test_released_shows_the_model_one_crop_at_a_time_and_leaves_the_rest_out():
    cube, _ = pair(130, 70)
    seen = []

    def predict(rgb):
        seen.append(rgb.shape)
        return rgb[..., :1] * np.ones(4, np.float32)

    rgb = np.random.default_rng(0).random((130, 70, 3), np.float32)
    scores = metrics.evaluate(predict, [SimpleNamespace(name="a", rgb=rgb, cube=cube)], "released")
    assert seen == [(64, 64, 3)] * 2
    expected = metrics.rmse(cube[:128, :64], rgb[:128, :64, :1] * np.ones(4))
    assert scores.mean["rmse"] == pytest.approx(expected)


def test_released_pools_the_error_and_full_averages_the_decibels():
    black = np.zeros((64, 64, 2))
    scenes = [
        SimpleNamespace(name=str(error), rgb=np.full((64, 64, 3), error), cube=black) for error in (0.1, 0.01)
    ]

    def predict(rgb):
        return rgb[..., :2]

    assert metrics.evaluate(predict, scenes, "full").mean["psnr"] == pytest.approx(30.0)
    pooled = -10 * math.log10((0.1**2 + 0.01**2) / 2)
    assert metrics.evaluate(predict, scenes, "released").mean["psnr"] == pytest.approx(pooled)


def test_nan_in_a_prediction_is_never_hidden():
    cube, predicted = pair()
    predicted[5, 6, 1] = np.nan
    for protocol in ("full", "seed", "released"):
        scores = metrics.score(cube, predicted, protocol)
        assert all(math.isnan(scores[metric]) for metric in metrics.METRICS), (protocol, scores)


def test_the_interval_holds_the_mean_narrows_with_agreement_and_repeats():
    def scores(spread):
        rows = [
            {"scene": str(k), **{metric: 30.0 + spread * (-1) ** k for metric in metrics.METRICS}}
            for k in range(10)
        ]
        return metrics.Scores("full", tuple(rows))

    low, high = scores(2.0).interval["psnr"]
    assert low < 30.0 < high
    assert (low, high) == scores(2.0).interval["psnr"]
    # The mean of ten values of deviation 2 has deviation 2 / sqrt(10); 95 % lie within 1.96 of these.
    assert high - low == pytest.approx(2 * 1.96 * 2 / math.sqrt(10), abs=0.45)
    narrow_low, narrow_high = scores(0.1).interval["psnr"]
    assert narrow_high - narrow_low < 0.2


def test_scores_become_json_and_text():
    cube, predicted = pair()
    scenes = [SimpleNamespace(name=name, rgb=cube[..., :3], cube=cube) for name in ("first", "second")]
    scores = metrics.evaluate(lambda rgb: predicted, scenes)
    content = scores.to_dict()
    assert content["protocol"] == "full"
    assert content["pictures"] == 2
    assert [row["scene"] for row in content["rows"]] == ["first", "second"]
    assert len(content["rows"][0]["bands"]["ssim"]) == 4
    assert content["interval_95"]["psnr"][0] <= content["mean"]["psnr"] <= content["interval_95"]["psnr"][1]
    assert f"{content['mean']['psnr']:.2f}" in scores.table()


@pytest.mark.parametrize(
    ("protocol", "shape", "message"),
    [
        ("full", (8, 8, 3), "cannot be scored"),
        ("released", (32, 80, 4), "smaller than a patch"),
        ("mstpp", (200, 300, 4), "centre crop"),
        ("best", (8, 8, 4), "unknown protocol"),
    ],
)
def test_bad_input_is_one_clear_sentence(protocol, shape, message):
    cube = np.zeros((*shape[:2], 4))
    with pytest.raises(InputError, match=message):
        metrics.score(cube, np.zeros(shape), protocol)


def test_metrics_need_no_tensorflow():
    code = "import sys, hsi_inr_tf.metrics; assert not {'tensorflow', 'keras'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
