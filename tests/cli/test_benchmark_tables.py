"""scripts/benchmark.py table1 .. table3: rows under one budget, interruptible, told plainly."""

import inspect
import json
from dataclasses import replace
from pathlib import Path

import pytest

from hsi_inr_tf import models
from hsi_inr_tf.cli import benchmark
from hsi_inr_tf.cli.benchmarks import table1, table2, table3, table_text
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.models import presets


@pytest.fixture(scope="module")
def options(data_dir, tmp_path_factory):
    return table1.Options(
        out=tmp_path_factory.mktemp("table1"),
        steps=2,
        width_scale=0.0625,
        batch_size=2,
        dataset="arad_1k",
        data_dir=data_dir,
        rows=("cnn", "prinet"),
        seeds=(0, 1),
    )


@pytest.fixture(scope="module")
def content(options):
    table1.run(options)
    return json.loads((options.out / "table.json").read_text())


def test_every_row_has_scores_for_every_seed_and_regression_beside(options, content):
    assert [row["model"] for row in content["rows"]] == ["cnn", "prinet"]
    for row in content["rows"]:
        assert [seed["seed"] for seed in row["seeds"]] == [0, 1]
        assert all(seed["steps"] == 2 for seed in row["seeds"])
        scale = models.build(row["model"], **row["overrides"])
        assert row["seeds"][0]["parameters"] == scale.count_params()
    text = (options.out / "table.md").read_text()
    assert "| polynomial regression |" in text
    assert "CNN loses to polynomial regression under this budget, in PSNR" in text
    assert "Widths are scaled by 0.0625 (CNN, PriNET)" in text
    assert "quoted" not in text  # the paper has no numbers for this dataset


def test_what_is_done_is_not_run_again_and_what_is_missing_is(options, content):
    done = options.out / "cnn-seed0" / "scores.json"
    missing = options.out / "prinet-seed1" / "scores.json"
    before, scores = done.stat().st_mtime_ns, json.loads(missing.read_text())["scores"]
    missing.unlink()
    (options.out / "table.md").unlink()
    table1.run(options)
    assert done.stat().st_mtime_ns == before
    assert json.loads(missing.read_text())["scores"]["mean"] == pytest.approx(scores["mean"], rel=1e-5)
    assert (options.out / "table.md").is_file()


def test_minutes_become_steps_by_measuring(options, tmp_path):
    table1.run(replace(options, out=tmp_path, steps=None, minutes=0.02, rows=("cnn",), seeds=(0,)))
    plan = json.loads((tmp_path / "cnn-seed0" / "plan.json").read_text())
    assert plan["steps"] == max(1, round(0.02 * 60 / plan["cpu_seconds_per_step"]))
    assert plan["cpu_minutes"] > 0


def test_rows_of_other_settings_are_not_mixed(options, content):
    with pytest.raises(InputError, match="batch_size: 2, now 4"):
        table1.run(replace(options, batch_size=4))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"minutes": 1.0}, "one budget"),
        ({"rows": ("resnet",)}, "no row resnet"),
        ({"split": "cave-shared-20"}, "no scenes out"),
        ({"width_scale": 0.0}, "positive"),
    ],
)
def test_bad_options_are_input_errors(options, changes, message, tmp_path):
    with pytest.raises(InputError, match=message):
        table1.run(replace(options, out=tmp_path, **changes))


@pytest.mark.parametrize("table", [table1, table2, table3])
def test_unscaled_rows_are_the_presets_themselves_and_scaled_ones_can_be_built(table):
    for row in table.ROWS:
        assert row.overrides(1.0) == {}
        arguments = inspect.signature(presets.TABLE[row.model]).parameters
        assert row.widths == {name: arguments[name].default for name in row.widths}
        if row.widths:
            assert max(row.overrides(0.0625).values()) == max(4, max(row.widths.values()) // 16)
            models.build(row.model, **row.overrides(0.0625))


def test_quoted_numbers_are_the_papers():
    rows = {row.title: row.quoted for row in table1.ROWS}
    assert rows["INR"]["cave"] == {"PSNR": 34.6257, "SSIM": 0.9781, "SAM": 7.3285}
    assert rows["PriNET+"]["nus"] == {"PSNR": 26.2893, "SSIM": 0.9405, "SAM": 8.9923}
    assert rows["CNN"]["ntire2018"]["SAM"] == 1.7232
    assert not rows["MST++"]  # not in the paper


def test_the_table_says_plainly_who_loses_and_who_wins():
    def row(title, psnr, ssim, sam, quoted=()):
        mean = {"psnr": psnr, "ssim": ssim, "sam": sam}
        return {
            "title": title,
            "overrides": {},
            "quoted": dict(quoted),
            "seeds": [{"steps": 5, "cpu_minutes": 0.5, "parameters": 1234, "scores": {"mean": mean}}],
        }

    text = table_text.markdown(
        {
            "title": "Table I",
            "command": "benchmark.py table1",
            "machine": {"cores": 2, "platform": "here"},
            "dataset": "cave",
            "trained_on": "a",
            "scored_on": "b",
            "steps": 5,
            "minutes": None,
            "batch_size": 2,
            "loss": "l1",
            "protocol": "full",
            "width_scale": 1.0,
            "regression": {"pictures": 10, "mean": {"psnr": 31.0, "ssim": 0.96, "sam": 11.0}},
            "rows": [
                row("winner", 32.0, 0.97, 10.0, {"PSNR": 34.6}),
                row("half", 30.5, 0.97, 10.0),
                row("lost", None, None, None),
            ],
        }
    )
    assert "| winner | 1,234 | 5 | 0.5 | 32.00 (+1.00) | 0.9700 (+0.0100) | 10.00 (-1.00) | 34.6000 |" in text
    assert "PSNR, quoted from the paper" in text
    assert "- half loses to polynomial regression under this budget, in PSNR." in text
    assert "- lost loses to polynomial regression under this budget, in PSNR, SSIM, SAM." in text
    assert "- Better than polynomial regression in PSNR, SSIM, SAM: winner." in text


def test_the_table_of_benchmarks_lists_modules_that_exist(capsys):
    folder = Path(benchmark.__file__).parent / "benchmarks"
    assert all((folder / f"{name}.py").is_file() for name in benchmark.TABLE)
    benchmark.main(["--help"])
    listed = capsys.readouterr().out
    assert all(name in listed for name in benchmark.TABLE)
    with pytest.raises(SystemExit) as stop:
        benchmark.main(["tabel1"])
    assert stop.value.code == 2
    assert "table1" in capsys.readouterr().err
