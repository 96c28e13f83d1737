"""benchmark start: every command is really run, in a process of its own, and a failing one is told."""

import json

import pytest

from hsi_inr_tf.cli.benchmarks import start
from hsi_inr_tf.errors import InputError


def test_every_command_is_run_and_timed(tmp_path, capsys):
    options = start.Options("inr-edge", ("litert",), 1, 0.0, tmp_path / "start.json")
    start.run(options)
    rows = {row["command"]: row for row in json.loads((tmp_path / "start.json").read_text())["rows"]}
    assert set(rows) == {
        "reconstruct --help",
        "reconstruct 0.26 megapixels, litert",
        "view 0.26 megapixels",
        "serve until ready",
    }
    assert all(row["processor_seconds"] > 0.05 and row["wall_seconds"] > 0.05 for row in rows.values())
    help_, cube = rows["reconstruct --help"], rows["reconstruct 0.26 megapixels, litert"]
    assert help_["processor_seconds"] < cube["processor_seconds"]
    assert "medians of 1 runs" in capsys.readouterr().out


def test_a_command_that_fails_is_told():
    with pytest.raises(InputError, match=r"^no model 'nothing'"):  # before anything is timed
        start.run(start.Options("nothing", ("litert",), 1, 0.0))
    with pytest.raises(InputError, match="--repeats is 0"):
        start.Options(repeats=0)
