"""What TensorFlow's native code writes at start stays off the terminal, and comes back where something
fails.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from hsi_inr_tf import export
from hsi_inr_tf.quiet import LEVEL, quietly

ROOT = Path(__file__).resolve().parents[1]
CHATTER = re.compile(
    r"^[IWE]\d{4} |absl::InitializeLog|oneDNN|cpu_feature_guard|[cC][uU][dD][aA]", re.MULTILINE
)


@pytest.fixture
def started(random_model, tmp_path):
    """`started(level)` runs a command that computes with TensorFlow, the log level set or not; gives its
    standard error.
    """
    model = export.saved_model(*random_model(), tmp_path / "1")
    environment = {name: value for name, value in os.environ.items() if name != LEVEL}

    def run(level=None):
        command = [
            sys.executable,
            ROOT / "scripts" / "reconstruct.py",
            ROOT / "web" / "public" / "still-life.png",
            "--model",
            model,
            "--out",
            tmp_path / "cube.npz",
        ]
        done = subprocess.run(
            command, env=environment | ({LEVEL: level} if level else {}), capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stderr

    return run


def test_a_command_says_nothing_of_tensorflow_s_start(started):
    assert not CHATTER.search(started())


def test_a_command_says_all_of_it_where_it_is_asked_for(started):
    assert CHATTER.search(started(level="0"))


def test_native_output_is_held_back_and_python_s_own_comes_after(capfd):
    with quietly():
        os.write(2, b"chatter\n")
    print("after", file=sys.stderr)
    assert capfd.readouterr().err == "after\n"


def test_native_output_of_a_failure_is_shown(capfd):
    with pytest.raises(ValueError, match="reason"), quietly():
        os.write(2, b"what native code said\n")
        raise ValueError("reason")
    assert capfd.readouterr().err == "what native code said\n"


def test_threads_that_are_quiet_at_once_give_standard_error_back():
    """Each exchanges file descriptor 2: without a lock one would give back what another put there."""
    from concurrent.futures import ThreadPoolExecutor

    before = os.fstat(2)

    def hush(number):
        with quietly():
            os.write(2, b"noise\n")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(hush, range(200)))
    after = os.fstat(2)
    assert (before.st_dev, before.st_ino) == (after.st_dev, after.st_ino)
