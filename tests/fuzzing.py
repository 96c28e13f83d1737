"""Damages files of every kind that a reader takes, and reads them: only an answer or InputError is right.

    python -m tests.fuzzing --minutes 60 --seed 1

Every case is a pure function of (seed, kind, number), read in a child process of bounded memory, so that a
crash, a hang and a case that takes too much memory are seen and named too. Files that escape are kept.
"""

import argparse
import multiprocessing
import os
import random
import resource
import shutil
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, features

from hsi_inr_tf import cubes, inference, pictures
from hsi_inr_tf.cubes.point_spectra import read_points
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.optics import cameras, reflectances
from hsi_inr_tf.optics.wavelengths import listed
from hsi_inr_tf.trained import exported_files
from hsi_inr_tf.trained.description import ModelDescription
from hsi_inr_tf.training.config import TrainConfig

MEMORY = 3 << 30  # bytes that a child may map beyond what it has at its start
PATIENCE = 30.0  # seconds that a case may take on a busy machine
BATCH = 50  # cases of a child
NASTY = (
    b"\0", b"\xff" * 4, b"\x7f\xff\xff\xff", b"\x80\0\0\0", b"9", b"-", b"nan", b"1e999", b"{", b"\n", b",",
)  # fmt: skip
BUNDLED = Path(inference.__file__).parents[1] / "pretrained" / "inr-edge"


@dataclass(frozen=True)
class Kind:
    """`write(folder)` makes a good file and gives its path, of which `read(path)` makes something."""

    write: Callable[[Path], Path]
    read: Callable[[Path], object]


def _cube(format: str) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        data = np.random.default_rng(0).random((5, 6, 4), np.float32)
        data[0, 0, 0] = np.nan
        widths = (10.0, 11.0, 12.0, 13.0)
        image = cubes.HyperspectralImage(data, (450.0, 500.0, 600.0, 700.0), widths=widths)
        return cubes.write(image, folder / "cube", format, "uint16")

    return write


def _matlab_7_3(folder: Path) -> Path:
    import h5py

    path = folder / "cube.mat"
    with h5py.File(path, "w") as file:
        file["cube"] = np.random.default_rng(0).random((5, 6, 4))
        file["wavelengths"] = [450.0, 500.0, 600.0, 700.0]
    return path


def _picture(suffix: str, mode: str = "RGB") -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        pixels = np.random.default_rng(0).integers(0, 256, (9, 7, 3), np.uint8)
        image = (
            Image.fromarray(pixels) if mode == "RGB" else Image.fromarray(pixels[..., 0].astype(np.uint16))
        )
        path = folder / f"picture{suffix}"
        image.save(path)
        return path

    return write


def _text(name: str, text: str) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        path = folder / name
        path.write_text(text, "utf-8")
        return path

    return write


def _copied(name: str) -> Callable[[Path], Path]:
    return lambda folder: Path(shutil.copy(BUNDLED / name, folder / name))


def _whole_cube(path: Path) -> float:
    with np.errstate(all="ignore"):  # any values are an answer
        return float(np.nansum(np.asarray(cubes.read(path).data, np.float64)))


def _values(path: Path) -> Path:
    return path.with_suffix(".img")


SENSITIVITIES = "nm,R,G,B\n" + "".join(f"{nm},{nm / 1e3},0.{nm},0.2\n" for nm in range(400, 710, 10))
REFLECTANCES = "material," + ",".join(map(str, range(400, 710, 10))) + "\n" + "leaf" + ",0.25" * 31 + "\n"
POINTS = "row,column,450,500,600\n" + "".join(f"{n},{2 * n},0.1,0.{n},0.3\n" for n in range(1, 5))
KINDS = {
    **{format: Kind(_cube(format), _whole_cube) for format in cubes.FORMATS},
    "envi values": Kind(lambda folder: _values(_cube("envi")(folder)), _whole_cube),
    "mat 7.3": Kind(_matlab_7_3, _whole_cube),
    **{
        suffix: Kind(_picture(suffix), pictures.read_encoded)
        for suffix in (".png", ".jpg", ".tif", ".bmp", ".webp", ".gif", ".ppm", ".jp2", ".avif")
        if suffix not in (".jp2", ".avif") or features.check({".jp2": "jpg_2000", ".avif": "avif"}[suffix])
    },
    "16-bit .png": Kind(_picture(".png", "I;16"), pictures.read_encoded),
    "wavelengths.txt": Kind(_text("wavelengths.txt", "450 500 600.5 nm\n"), listed),
    "camera.csv": Kind(_text("camera.csv", SENSITIVITIES), cameras.read_csv),
    "reflectances": Kind(_text("library.csv", REFLECTANCES), reflectances.read_library),
    "points": Kind(_text("points.csv", POINTS), read_points),
    "config.json": Kind(_copied("training.json"), TrainConfig.read),
    "description": Kind(_copied("description.json"), ModelDescription.read),
    ".tflite": Kind(_copied("model.tflite"), exported_files.read),  # its program is not run: it may crash
}


def damaged(whole: bytes, seed: int, kind: str, number: int) -> bytes:
    """The file of a case: some bytes changed, taken out, doubled or put in, or its end cut off."""
    draw = random.Random(f"{seed} {kind} {number}")
    data = bytearray(whole)
    for _ in range(draw.choice((1, 1, 1, 3, 20))):
        place, length = draw.randrange(len(data) + 1), draw.choice((1, 1, 2, 4, 16, 64))
        way = draw.randrange(5)
        if way == 0:
            data[place : place + length] = draw.choice(NASTY)
        elif way == 1:
            data[place : place + length] = draw.randbytes(length)
        elif way == 2:
            del data[place : place + length]
        elif way == 3:
            data[place:place] = data[place : place + length]
        elif place < len(data):
            data[place] ^= 1 << draw.randrange(8)
    if draw.random() < 0.15:
        del data[draw.randrange(len(data) + 1) :]
    return bytes(data)


def _child(kind: str, seed: int, numbers: Iterable[int], folder: Path, said) -> None:
    """Read the cases of a kind; `said` is told each case before it, and what escaped after it."""
    for stream in (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
    mapped = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_AS, (mapped + MEMORY, mapped + MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    warnings.simplefilter("error")
    path = KINDS[kind].write(folder)
    whole = path.read_bytes()
    for number in numbers:
        path.write_bytes(damaged(whole, seed, kind, number))
        said.send((number, None))
        try:
            KINDS[kind].read(path)
        except InputError as error:
            if "\n" in str(error) or not str(error):
                said.send((number, f"not a line: {error!r}"))
        except BaseException:
            said.send((number, traceback.format_exc()))
    said.close()


def escapes(kind: str, seed: int, numbers: range, keep: Path | None = None) -> dict[int, str]:
    """{number: what happened} of the cases of a kind that end neither in an answer nor in InputError; their
    files are kept in the folder `keep`.
    """
    fork = multiprocessing.get_context("fork")
    found: dict[int, str] = {}
    left = list(numbers)
    while left:
        with tempfile.TemporaryDirectory() as folder:
            ear, mouth = fork.Pipe(duplex=False)
            child = fork.Process(target=_child, args=(kind, seed, left, Path(folder), mouth))
            child.start()
            mouth.close()
            current, ended = left[0], False
            while True:
                if not ear.poll(PATIENCE):
                    found[current] = f"gave no answer in {PATIENCE:g} s"
                    break
                try:
                    current, trouble = ear.recv()
                except EOFError:
                    ended = True
                    break
                if trouble:
                    found[current] = trouble
            if not ended:
                child.kill()
            child.join()
            if ended and child.exitcode:
                found[current] = f"ended the process with status {child.exitcode}"
            left = [] if ended and not child.exitcode else [number for number in left if number > current]
        if keep and found:
            _keep(kind, seed, found, keep)
    return found


def _keep(kind, seed, found, keep):
    with tempfile.TemporaryDirectory() as folder:
        path = KINDS[kind].write(Path(folder))
        whole = path.read_bytes()
        for number, trouble in found.items():
            case = keep / f"{kind}-{seed}-{number}".replace(" ", "_")
            case.mkdir(parents=True, exist_ok=True)
            for other in Path(folder).iterdir():
                shutil.copy(other, case)
            (case / path.name).write_bytes(damaged(whole, seed, kind, number))
            (case / "what_happened.txt").write_text(trouble)


def main() -> None:
    """Read damaged files for as long as is asked, all kinds in turn, and say what escaped."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kinds", nargs="+", choices=list(KINDS), default=list(KINDS))
    parser.add_argument("--keep", type=Path, default=Path("escaped"), help="folder for files that escape")
    options = parser.parse_args()
    end, cases, escaped = time.monotonic() + 60 * options.minutes, Counter[str](), Counter[str]()
    first = 0
    while time.monotonic() < end:
        for kind in options.kinds:
            if time.monotonic() >= end:
                break
            found = escapes(kind, options.seed, range(first, first + BATCH), options.keep)
            cases[kind] += BATCH
            escaped[kind] += len(found)
            for number, trouble in found.items():
                print(f"{kind} {number}: {trouble.strip().splitlines()[-1]}", flush=True)
        first += BATCH
    for kind in options.kinds:
        print(f"{kind:<16} {cases[kind]:8d} cases {escaped[kind]:6d} escaped")
    print(f"{'together':<16} {sum(cases.values()):8d} cases {sum(escaped.values()):6d} escaped")


if __name__ == "__main__":
    main()
