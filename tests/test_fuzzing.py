"""Damaged files of every kind are read or refused: some here, an hour of them in docs/reliability.md."""

import os
import signal

import pytest

from hsi_inr_tf.errors import InputError
from tests import fuzzing


@pytest.mark.parametrize("kind", fuzzing.KINDS)
def test_damaged_files_are_read_or_refused(kind, tmp_path):
    fuzzing.KINDS[kind].read(fuzzing.KINDS[kind].write(tmp_path))  # undamaged
    assert fuzzing.escapes(kind, seed=0, numbers=range(25)) == {}


def test_what_escapes_is_seen_and_kept(tmp_path, monkeypatch):
    """An error, a crash and a hang are told apart, and the cases after them are still tried."""

    def read(path):
        first = path.read_bytes()[0]
        if first == ord("e"):
            raise ValueError("an error")
        while first == ord("h"):
            pass
        if first == ord("c"):
            os.kill(os.getpid(), signal.SIGKILL)
        raise InputError("refused")

    monkeypatch.setitem(fuzzing.KINDS, "toy", fuzzing.Kind(fuzzing.KINDS["wavelengths.txt"].write, read))
    monkeypatch.setattr(fuzzing, "damaged", lambda whole, seed, kind, number: b"rehcr"[number : number + 1])
    monkeypatch.setattr(fuzzing, "PATIENCE", 2.0)
    found = fuzzing.escapes("toy", 0, range(5), tmp_path)
    assert set(found) == {1, 2, 3}
    assert "ValueError: an error" in found[1] and "no answer" in found[2] and "status -9" in found[3]
    assert (tmp_path / "toy-0-3" / "wavelengths.txt").read_bytes() == b"c"
