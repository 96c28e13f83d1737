"""The benchmark of adapting, on a built dataset whose spectra its colours all but determine."""

import json
from xml.etree import ElementTree

import pytest

from hsi_inr_tf.cli.benchmarks.adapting import Options, run
from hsi_inr_tf.errors import InputError


def test_rows_are_scored_and_drawn_and_do_no_harm_where_regression_knows_all(data_dir, tmp_path, capsys):
    run(
        Options(
            dataset="arad_1k",
            splits=("fold-0-of-2",),
            data_dir=data_dir,
            counts=(1, 12),
            factors=(8,),
            json=tmp_path / "scores.json",
            out=tmp_path / "figure.svg",
        )
    )
    content = json.loads((tmp_path / "scores.json").read_text())
    psnr = {name: scores["mean"]["psnr"] for name, scores in content["scores"].items()}
    assert psnr["1 point"] > psnr["nothing measured"] - 0.1
    assert min(psnr["12 points"], psnr["coarse cube, 8 times"]) > psnr["nothing measured"] - 1.0
    printed = capsys.readouterr().out
    assert all(f"{value:.2f}" in printed for value in psnr.values())
    assert set(content["psnr_change_on_other_scenes"]) == {"12 points", "12 points, --keep"}
    assert ElementTree.parse(tmp_path / "figure.svg").getroot().tag.endswith("svg")


def test_a_figure_of_no_known_kind_is_refused_first(data_dir, tmp_path):
    with pytest.raises(InputError, match="svg"):
        run(Options(data_dir=data_dir, out=tmp_path / "figure.bmp"))
