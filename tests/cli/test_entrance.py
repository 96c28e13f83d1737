"""The one command: every subcommand explains itself without TensorFlow, and unknown ones are refused."""

import subprocess
import sys

import pytest

import hsi_inr_tf
from hsi_inr_tf.cli.main import COMMANDS


def hsi_inr(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "hsi_inr_tf", *map(str, arguments)], capture_output=True, text=True
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_help_ends_with_two_examples_and_needs_no_tensorflow(name):
    code = (
        "import sys; from hsi_inr_tf.cli.main import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit as end:\n    assert not end.code\n"
        "print('heavy:', sorted({'tensorflow', 'keras'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code, name, "--help"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "heavy: []" in done.stdout
    if name != "benchmark":  # which lists its benchmarks, each with a help of its own
        words = done.stdout.replace("│", " ").split()
        for example in COMMANDS[name].examples:
            assert " ".join(example.split()) in " ".join(words)


def test_the_overview_lists_every_command():
    done = hsi_inr("--help")
    assert done.returncode == 0
    assert all(f"\n  {name} " in done.stdout for name in COMMANDS)


def test_unknown_commands_and_datasets_are_one_line_and_status_2(tmp_path):
    for arguments, words in ((["bake"], "no command 'bake'"), (["build", "moon"], "no dataset 'moon'")):
        done = hsi_inr(*arguments)
        assert done.returncode == 2 and words in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1


def test_rooms_are_reached_after_importing_the_package_alone():
    assert "inr-compact" in hsi_inr_tf.models.names()
    assert hsi_inr_tf.metrics.score.__name__ == "score"
    with pytest.raises(AttributeError, match="no attribute 'io'"):
        hsi_inr_tf.io  # noqa: B018
