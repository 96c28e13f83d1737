"""scripts/benchmark.py cost: the figure names every model that is both scored and timed."""

import json
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from matplotlib import rc_context

from hsi_inr_tf.cli.benchmarks import cost
from hsi_inr_tf.errors import InputError


@pytest.fixture
def options(tmp_path):
    def scored(psnr, sam):
        return {"mean": {"psnr": psnr, "sam": sam}}

    evaluated = {"model": "inr-compact", "scores": scored(34.5, 7.8), "regression": scored(33.0, 10.0)}
    (tmp_path / "evaluated.json").write_text(json.dumps(evaluated))
    rows = [
        {"model": name, "seeds": [{"scores": scored(*values)}]}
        for name, values in {
            "inr-edge": (34.0, 8.0),
            "mst-plus-plus": (31.0, 12.0),
            "cnn": (30.0, 12.5),
        }.items()
    ]
    milliseconds = {
        "inr-edge": 40.0,
        "inr-compact": 90.0,
        "mst-plus-plus": 1500.0,
        "polynomial-regression": 5.0,
    }
    times = [
        {"model": name, "size": 512, "engine": "litert", "threads": threads, "milliseconds": value}
        for name, value in milliseconds.items()
        for threads in (1, 2)
    ]
    (tmp_path / "table.json").write_text(json.dumps({"rows": rows, "regression": scored(33.0, 10.0)}))
    (tmp_path / "speed.json").write_text(json.dumps(times))
    return cost.Options(
        (tmp_path / "table.json", tmp_path / "evaluated.json"), tmp_path / "speed.json", tmp_path / "cost.svg"
    )


def test_the_figure_holds_what_both_files_know(options):
    with rc_context({"svg.fonttype": "none"}):
        cost.run(options)
    texts = [
        element.text for element in ElementTree.parse(options.out).iter("{http://www.w3.org/2000/svg}text")
    ]
    for model, panels in {
        "inr-edge": 2,
        "inr-compact": 2,
        "mst-plus-plus": 2,
        "polynomial-regression": 2,
        "cnn": 0,
    }.items():
        assert texts.count(model) == panels
    assert texts.count("Scored but not timed: cnn") == 1


def test_no_model_in_both_is_an_input_error(options):
    options.speed.write_text("[]")
    with pytest.raises(InputError, match="has no milliseconds for"):
        cost.run(options)


def test_a_broken_file_is_an_input_error(options):
    options.scores[0].write_text("{")
    with pytest.raises(InputError, match="it is no JSON"):
        cost.run(options)


def test_an_unknown_kind_of_figure_is_an_input_error(options, tmp_path):
    with pytest.raises(InputError, match=r"expected a name that ends in \.svg"):
        cost.run(replace(options, out=tmp_path / "cost.txt"))
