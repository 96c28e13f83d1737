"""The command that users type, in one process and on Beam's workers; the records are the same."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from hsi_inr_tf.data import open_scenes

BUILDERS = Path(__file__).resolve().parents[2] / "tfds_builders"


def tfds_build(name, data_dir, *options):
    command = "from tensorflow_datasets.scripts.cli.main import launch_cli; launch_cli()"
    arguments = ["build", str(BUILDERS / name), "--data_dir", str(data_dir), *options]
    return subprocess.run(
        [sys.executable, "-c", command, *arguments], capture_output=True, text=True, timeout=600
    )


pytest.importorskip("apache_beam", reason="the tfds command needs the extra [beam]")


def test_one_process_and_beam_workers_write_the_same_records(tmp_path):
    beam = "--beam_pipeline_options=direct_num_workers=2,direct_running_mode=multi_processing"
    for data_dir, options in ((tmp_path / "one", []), (tmp_path / "beam", [beam])):
        finished = tfds_build(
            "arad_1k", data_dir, "--manual_dir", str(BUILDERS / "arad_1k" / "dummy_data"), *options
        )
        assert finished.returncode == 0, finished.stderr[-2000:]
    one, other = (open_scenes("arad_1k", tmp_path / name) for name in ("one", "beam"))
    assert one.names == other.names == ("ARAD_1K_0001", "ARAD_1K_0950")
    for first, second in zip([*one.rgbs, *one.cubes], [*other.rgbs, *other.cubes], strict=True):
        assert np.array_equal(first, second)


def test_a_failed_build_ends_with_one_sentence_and_leaves_nothing(tmp_path):
    finished = tfds_build("arad_1k", tmp_path, "--manual_dir", str(BUILDERS / "nus" / "dummy_data"))
    assert finished.returncode != 0
    assert finished.stderr.strip().splitlines()[-1].startswith("hsi_inr_tf.errors.InputError: ")
    assert "holds no scenes of ARAD_1K" in finished.stderr.strip().splitlines()[-1]
    assert not list((tmp_path / "arad_1k").glob("*"))
