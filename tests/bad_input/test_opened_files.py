"""What the system was asked to open while hostile files were read: nothing but those files themselves."""

import re
import shutil
import subprocess
import sys

import h5py
import numpy as np
import pytest

READ_ALL = """
import sys
from hsi_inr_tf import cubes, inference
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.trained.weights import load_bundle
for path in sys.argv[1:]:
    reader = {"bundle": load_bundle, "saved": inference.load}.get(path.rpartition("/")[2], cubes.read)
    try:
        reader(path)
        print("read", path)
    except InputError as error:
        print("refused", path, error)
"""


def external_storage(file, secret):
    file.create_dataset("cube", (3, 4, 20), "u1", external=[(str(secret), 0, 240)])


def external_link(file, secret):
    file["cube"] = h5py.ExternalLink(str(secret), "/cube")


def virtual_dataset(file, secret):
    layout = h5py.VirtualLayout((3, 4, 20), "f8")
    layout[...] = h5py.VirtualSource(str(secret), "cube", (3, 4, 20))
    file.create_virtual_dataset("cube", layout)


def hdf5(path, make, secret):
    with h5py.File(path, "w", userblock_size=512) as file:
        file["wavelengths"] = np.arange(400.0, 600.0, 10.0)
        make(file, secret)
    with open(path, "r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM")


def vrt(path, secret):
    """What GDAL reads as raw values of another file, whatever the name says."""
    path.write_text(
        '<VRTDataset rasterXSize="10" rasterYSize="2"><VRTRasterBand dataType="Byte" band="1" '
        f'subClass="VRTRawRasterBand"><SourceFilename relativeToVRT="0">{secret}</SourceFilename>'
        "<ImageOffset>0</ImageOffset><PixelOffset>1</PixelOffset><LineOffset>10</LineOffset>"
        "</VRTRasterBand></VRTDataset>"
    )


def saved_model(path, description, secret):
    """A program that reads a file when it is loaded, and when it is asked."""
    import tensorflow as tf

    class Reading(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([None, None, None, 3], tf.float32, "rgb")])
        def answer(self, rgb):
            read = tf.cast(tf.strings.length(tf.io.read_file(str(secret))), tf.float32)
            return {"hsi": tf.zeros([1, 1, 1, 31]) + read}

    model = Reading()
    tf.saved_model.save(model, str(path), signatures={"serving_default": model.answer})
    (path / "assets").mkdir(exist_ok=True)
    shutil.copy(description, path / "assets")


@pytest.fixture
def hostile(place):
    """Files that would have `secret` read."""
    secret, found = place / "secret", []
    with h5py.File(secret, "w") as file:
        file["cube"] = np.ones((3, 4, 20))
    for make in (external_storage, external_link, virtual_dataset):
        for suffix in (".mat", ".nc"):
            found.append(place / f"{make.__name__}{suffix}")
            hdf5(found[-1], make, secret)
    found.append(place / "vrt.tif")
    vrt(found[-1], secret)
    found.append(place / "bundle")
    shutil.copytree(place / "model", found[-1])
    with h5py.File(found[-1] / "model.weights.h5", "r+") as file:
        datasets = []
        file.visititems(lambda name, item: datasets.append(name) if isinstance(item, h5py.Dataset) else None)
        del file[datasets[0]]
        file[datasets[0]] = h5py.ExternalLink(str(secret), "/cube")
    found.append(place / "saved")
    saved_model(found[-1], place / "model" / "description.json", secret)
    found.append(place / "picture.hdr")
    found[-1].write_text(f"ENVI\nsamples = 4\nlines = 3\nbands = 20\ndata file = {secret}\ndata type = 4\n")
    return found


def test_no_other_file_is_opened(hostile, place):
    if not shutil.which("strace"):
        pytest.skip("needs strace, which sees what HDF5, GDAL and TensorFlow open")
    log = place / "opened.log"
    done = subprocess.run(
        [
            *("strace", "-f", "-e", "trace=open,openat,openat2", "-s", "500", "-o", log),
            *(sys.executable, "-c", READ_ALL, *(str(path) for path in hostile)),
        ],
        capture_output=True,
        text=True,
    )
    if "ptrace" in done.stderr or "Operation not permitted" in done.stderr:
        pytest.skip("may not trace a process here")
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()
    assert len(said) == len(hostile) and all(line.startswith("refused ") for line in said), said
    opened = set(re.findall(rf'"({re.escape(str(place))}/[^"]*)"', log.read_text(errors="replace")))
    assert opened & {str(path) for path in hostile}  # the log does show what is opened
    allowed = {str(path) for path in hostile}
    others = {
        name for name in opened if not any(name == one or name.startswith(f"{one}/") for one in allowed)
    }
    assert not others
