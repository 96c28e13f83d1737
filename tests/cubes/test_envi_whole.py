"""Killed at any moment, ENVI's header and values are the old ones, or the new ones, or nobody opens them."""

import os
import signal

import numpy as np
import pytest

from hsi_inr_tf.cubes import HyperspectralImage
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.files import PARTIAL


def cube(value: float, first: float) -> HyperspectralImage:
    data = np.full((3, 4, 5), value, np.float32)
    return HyperspectralImage(data, tuple(first + 10.0 * band for band in range(5)))


def killed_at(call: int, when: str, path) -> bool:
    """Write another cube in a child that kills itself before or after its `call`-th change of a folder;
    whether it came so far.
    """
    child = os.fork()
    if child == 0:
        try:
            left = [call]
            for name in ("replace", "unlink"):
                real = getattr(os, name)

                def change(*args, real=real, **more):
                    left[0] -= 1
                    if left[0] == 0 and when == "before":
                        os.kill(os.getpid(), signal.SIGKILL)
                    try:
                        real(*args, **more)
                    finally:
                        if left[0] == 0:
                            os.kill(os.getpid(), signal.SIGKILL)

                setattr(os, name, change)
            cube(0.75, 500.0).save(path)
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def test_old_or_new_or_refused_at_every_moment(tmp_path):
    path, seen = tmp_path / "leaf.hdr", set()
    moments = [(call, when) for call in range(1, 12) for when in ("before", "after")]
    for call, when in moments:
        cube(0.25, 400.0).save(path)
        if not killed_at(call, when, path):
            break
        try:
            found = HyperspectralImage.load(path)
            pair = (float(np.asarray(found.data).max()), found.wavelengths[0])
        except InputError:
            pair = None
        assert pair in {(0.25, 400.0), (0.75, 500.0), None}
        seen.add(pair)
        cube(0.5, 600.0).save(path)
        assert sorted(os.listdir(tmp_path)) == ["leaf.hdr", "leaf.img"]
        assert not [name for name in os.listdir(tmp_path) if name.startswith(PARTIAL)]
    else:
        raise AssertionError("the child was killed at every moment: it changes more than was thought")
    assert seen == {(0.25, 400.0), (0.75, 500.0), None}


def test_the_old_header_comes_back_when_the_values_cannot_be_replaced(tmp_path, monkeypatch):
    path = tmp_path / "leaf.hdr"
    cube(0.25, 400.0).save(path)
    before = {one.name: one.read_bytes() for one in tmp_path.iterdir()}
    real = os.replace

    def refusing(source, target):
        if str(target).endswith("leaf.img"):
            raise PermissionError(1, "Operation not permitted", str(target))
        real(source, target)

    monkeypatch.setattr(os, "replace", refusing)
    with pytest.raises(InputError, match="not permitted"):
        cube(0.75, 500.0).save(path)
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == before
