"""Files and folders appear whole or not at all, and what a killed process left goes with the next run."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.files import PARTIAL, replacing, replacing_all, replacing_folder
from hsi_inr_tf.files.replacing import exchange, temporary_name


def tree(folder: Path) -> dict:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def folder_of(path: Path, text: str) -> Path:
    path.mkdir(parents=True)
    for name in "ab":
        (path / name).write_text(text)
    return path


def test_folders_are_exchanged(tmp_path):
    one, other = folder_of(tmp_path / "one", "1"), folder_of(tmp_path / "other", "2")
    exchange(one, other)
    assert tree(one) == {"a": "2", "b": "2"} and tree(other) == {"a": "1", "b": "1"}


def test_an_exchange_that_cannot_be_leaves_both(tmp_path):
    other = folder_of(tmp_path / "other", "2")
    with pytest.raises(OSError):
        exchange(tmp_path / "absent", other)
    assert tree(other) == {"a": "2", "b": "2"}


def test_a_folder_is_replaced_whole_and_stays_if_its_successor_fails(tmp_path):
    out = folder_of(tmp_path / "model", "old")
    with pytest.raises(InputError, match="cannot be written"), replacing_folder(out) as new:
        (new / "a").write_text("new")
        raise OSError(28, "No space left on device")
    assert tree(tmp_path) == {"model/a": "old", "model/b": "old"}
    with replacing_folder(out) as new:
        (new / "a").write_text("new")
        assert tree(out) == {"a": "old", "b": "old"}
    assert tree(tmp_path) == {"model/a": "new"}


def test_files_that_belong_together_appear_together(tmp_path):
    paths = [tmp_path / "deep" / name for name in "ab"]
    with pytest.raises(InputError, match="refused"), replacing_all(*paths) as (first, _):
        first.write_text("new")
        raise InputError("refused")
    assert not list(tmp_path.iterdir())  # nor the folder that was made
    with replacing_all(*paths) as temporaries:
        for temporary in temporaries:
            temporary.write_text("new")
        assert not any(path.exists() for path in paths)
    assert tree(tmp_path) == {"deep/a": "new", "deep/b": "new"}


def test_a_folder_in_place_of_the_second_file_keeps_the_first(tmp_path):
    (tmp_path / "a").write_text("old")
    (tmp_path / "b").mkdir()
    with (
        pytest.raises(InputError, match="it is a folder"),
        replacing_all(tmp_path / "a", tmp_path / "b"),
    ):
        raise AssertionError("refused before anything is written")
    assert tree(tmp_path) == {"a": "old"}


KILLED = """
import os, signal, sys
from pathlib import Path
from hsi_inr_tf.files import replacing, replacing_folder
kind, path = sys.argv[1], Path(sys.argv[2])
with (replacing if kind == "file" else replacing_folder)(path) as temporary:
    target = temporary if kind == "file" else temporary / "a"
    target.write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_what_a_killed_process_left_is_removed_by_the_next(tmp_path, kind):
    path = tmp_path / "out"
    if kind == "file":
        path.write_text("old")
    else:
        folder_of(path, "old")
    before = tree(tmp_path)
    done = subprocess.run([sys.executable, "-c", KILLED, kind, str(path)])
    assert done.returncode == -signal.SIGKILL
    left = [one for one in tmp_path.iterdir() if one.name.startswith(PARTIAL)]
    assert len(left) == 1
    assert {name: text for name, text in tree(tmp_path).items() if PARTIAL not in name} == before
    of_another = tmp_path / left[0].name.replace("out", "other")
    of_another.write_text("half of another file")
    with (replacing if kind == "file" else replacing_folder)(path) as temporary:
        (temporary if kind == "file" else temporary / "a").write_text("new")
    assert sorted(one.name for one in tmp_path.iterdir()) == sorted(["out", of_another.name])


def test_what_a_living_process_writes_is_left_alone(tmp_path):
    path = tmp_path / "out"
    living = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        theirs = path.with_name(temporary_name(path).name.replace(f"-{os.getpid()}-", f"-{living.pid}-"))
        theirs.write_text("half")
        with replacing(path) as temporary:
            temporary.write_text("new")
        assert theirs.read_text() == "half"
    finally:
        living.communicate(b"\n")


def test_long_names_that_the_disk_can_hold_are_written(tmp_path):
    path = tmp_path / ("x" * 251 + ".npz")
    with replacing(path) as temporary:
        temporary.write_text("new")
    assert path.read_text() == "new" and list(tmp_path.iterdir()) == [path]
