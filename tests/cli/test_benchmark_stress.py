"""The benchmark of stress, on a built dataset of small pictures."""

import json
from xml.etree import ElementTree

import pytest

from hsi_inr_tf.cli.benchmarks.stress import SHOWN, Options, run
from hsi_inr_tf.errors import InputError

REVERSED = "metamers: the black reversed"


def test_every_stress_has_a_row_for_the_model_and_one_for_regression(data_dir, tmp_path, capsys):
    (tmp_path / "mine.csv").write_text("\n".join(f"{w},{w - 390},2,{710 - w}" for w in range(400, 701, 50)))
    out = {"json": tmp_path / "rows.json", "out": tmp_path / "figure.svg"}
    cameras = (str(tmp_path / "mine.csv"),)
    run(Options(("inr-edge",), "arad_1k", data_dir, cameras=cameras, side=32, **out))
    content = json.loads(out["json"].read_text())
    rows = {(row["stress"], row["model"]): row for row in content["rows"]}
    stresses = {stress for stress, _ in rows}
    assert set(rows) == {(stress, model) for stress in stresses for model in ("inr-edge", "regression")}
    assert {"as shipped", REVERSED, "camera: mine", "camera: sigma-sd-merrill"} < stresses
    # its spectra are polynomials of the RGB, which regression all but knows
    assert rows["as shipped", "regression"]["mean"]["sam"] < rows[REVERSED, "regression"]["mean"]["sam"]
    printed = capsys.readouterr().out
    assert content["meaning"] in printed and content["meaning"].startswith("inr-edge is hurt most by ")
    for row in rows.values():
        assert f"{row['coverage']:.1%}" in printed and set(SHOWN) < set(row["mean"])
    assert ElementTree.parse(out["out"]).getroot().tag.endswith("svg")


def test_what_cannot_be_run_is_refused_first(data_dir, tmp_path):
    with pytest.raises(InputError, match="svg"):
        run(Options(("inr-edge",), "arad_1k", data_dir, out=tmp_path / "figure.bmp"))
    with pytest.raises(InputError, match="no model"):
        run(Options((), "arad_1k", data_dir))
    with pytest.raises(InputError, match=r"absent\.json"):
        run(Options(("inr-edge",), "arad_1k", data_dir, cameras=("absent.json",)))
