"""How fast training is fed, and how much memory building and opening a dataset of full-size scenes takes."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np

from hsi_inr_tf.files import write_json
from hsi_inr_tf.ranges import whole

BUILDERS = Path(__file__).parents[3] / "tfds_builders"


@dataclass(frozen=True)
class Options:
    dataset: str = "cave"
    """Dataset to feed from; built before."""
    data_dir: Path | None = None
    """Where tfds build wrote it; by default TFDS's own place."""
    split: str | None = None
    """Scenes to feed from; by default all."""
    model: str = "inr-compact"
    """The model whose training the batches are for."""
    patch: Annotated[int, whole(1, 4096)] = 64
    """Side of a crop."""
    batch_size: Annotated[int, whole(1, 65536)] = 16
    """Crops a batch."""
    steps: Annotated[int, whole(1)] = 100
    """Batches to time; the model is timed over a tenth of them."""
    scenes: Annotated[int, whole(1, 10_000)] = 4
    """Scenes of 1392 x 1300 x 31 to generate for the builder's peak memory; 0 leaves that out."""
    workers: Annotated[int, whole(0, 1024)] = 0
    """Build them on this many Apache Beam processes instead of one process."""
    json: Path | None = None
    """Also write the figures to this file."""


def run(options: Options) -> None:
    """Measure the feeding rate against what a model consumes, and the peak memory of building full-size
    scenes.
    """
    found = feeding(options)
    if options.scenes:
        found |= building(options.scenes, options.workers)
    if options.json:
        write_json(options.json, found)


def feeding(options: Options) -> dict:
    from hsi_inr_tf.data import Augmentation, open_scenes, patches

    scenes = open_scenes(options.dataset, options.data_dir, options.split)
    shared: dict[str, Any] = {"patch": options.patch, "batch_size": options.batch_size, "seed": 0}
    rates = {}
    for name, augmentation in (
        ("flips", Augmentation()),
        ("relit", Augmentation(exposure=1.0, modulation=0.2, mixing=0.25)),
    ):
        batches = iter(patches(scenes, steps=options.steps + 5, augmentation=augmentation, **shared))
        for _ in range(5):
            next(batches)
        began = time.monotonic()
        count = sum(len(rgb) for rgb, _ in batches)
        rates[name] = count / (time.monotonic() - began)
    consumed = training_rate(options, next(iter(patches(scenes, steps=1, **shared))))
    megabytes = options.patch**2 * (len(scenes.wavelengths) + 3) * 4 / 1e6
    print(
        f"{options.dataset}: {len(scenes)} scenes, crops of {options.patch} x {options.patch}, batches of "
        f"{options.batch_size}"
    )
    for name, rate in rates.items():
        times = f"{rate / consumed:8.1f} times what {options.model} consumes"
        print(f"  fed, {name:<6} {rate:8.0f} crops/s {rate * megabytes:8.0f} MB/s {times}")
    print(f"  {options.model:<11} {consumed:8.1f} crops/s in training, alone")
    return {"crops_per_second": rates, "consumed_per_second": consumed, "model": options.model}


def training_rate(options: Options, batch: tuple[np.ndarray, np.ndarray]) -> float:
    """Crops per second that the model's training steps take on this machine, fed one ready batch again and
    again.
    """
    import keras

    from hsi_inr_tf import models

    rgb, cube = batch
    model = models.build(options.model, bands=cube.shape[-1])
    model.compile(optimizer=keras.optimizers.Adam(1e-4), loss={"hsi": "mae"})
    for _ in range(3):
        model.train_on_batch({"rgb": rgb}, {"hsi": cube})
    count = max(2, options.steps // 10)
    began = time.monotonic()
    for _ in range(count):
        model.train_on_batch({"rgb": rgb}, {"hsi": cube})
    return count * options.batch_size / (time.monotonic() - began)


def building(count: int, workers: int) -> dict:
    """Peak resident memory of `tfds build tfds_builders/ntire2018` and of opening what it built, each in its
    own process.
    """
    with tempfile.TemporaryDirectory() as folder:
        manual, data_dir = Path(folder) / "manual", Path(folder) / "built"
        for number in range(1, count + 1):
            full_size_scene(manual, number)
        command = ["from tensorflow_datasets.scripts.cli.main import launch_cli", "launch_cli()"]
        build = [
            "build",
            str(BUILDERS / "ntire2018" / "ntire2018_dataset_builder.py"),
            "--config",
            "clean",
            "--manual_dir",
            str(manual),
            "--data_dir",
            str(data_dir),
        ]
        if workers:
            build += [
                f"--beam_pipeline_options=direct_num_workers={workers},direct_running_mode=multi_processing"
            ]
        found = {"build": measured(command, build)}
        opening = f"open_scenes('ntire2018/clean', {str(data_dir)!r}).crop(0, 0, 0, 64)"
        found["open"] = measured(["from hsi_inr_tf.data import open_scenes", opening])
    for name, (seconds, peak) in found.items():
        print(f"  {name} {count} scenes of 1392 x 1300 x 31: {seconds:.0f} s, peak memory {peak:.0f} MB")
    return {name: {"seconds": seconds, "peak_mb": peak} for name, (seconds, peak) in found.items()}


def full_size_scene(root: Path, number: int) -> None:
    """One scene in NTIRE2018's files: smooth random values of 12 bits, MATLAB v7.3 with reversed axes, and a
    PNG.
    """
    import h5py
    from PIL import Image

    rng = np.random.default_rng(number)
    columns, rows, bands = 1300, 1392, 31
    spectral, clean = root / "NTIRE2018_Train1_Spectral", root / "NTIRE2018_Train1_Clean"
    spectral.mkdir(parents=True, exist_ok=True)
    clean.mkdir(exist_ok=True)
    slope = np.add.outer(np.linspace(0, 2000, columns), np.linspace(0, 1000, rows))
    with h5py.File(spectral / f"BGU_HS_{number:05d}.mat", "w", userblock_size=512) as file:
        shape, chunks = (bands, columns, rows), (1, columns, 64)
        data = file.create_dataset("rad", shape, "f8", chunks=chunks, compression="gzip", compression_opts=1)
        for band in range(bands):
            data[band] = np.round(slope * (0.4 + 0.02 * band) + rng.uniform(0, 60, slope.shape))
        file["bands"] = np.arange(400, 701, 10.0)[:, None]
    rgb = rng.integers(0, 256, (rows // 8, columns // 8, 3), np.uint8)
    Image.fromarray(rgb).resize((columns, rows)).save(clean / f"BGU_HS_{number:05d}_clean.png")


def measured(lines: Sequence[str], arguments: Sequence[object] = ()) -> tuple[float, float]:
    """(seconds, peak resident MB of the largest process) of Python `lines` run with `arguments` in a process
    of their own.
    """
    report = """import atexit, resource, sys
from hsi_inr_tf.cli.benchmarks.memory import peak_mb
children = lambda: resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
atexit.register(lambda: print(max(round(1024 * peak_mb()), children()), file=sys.stderr))"""
    began = time.monotonic()
    command = [sys.executable, "-c", "\n".join([report, *lines]), *map(str, arguments)]
    finished = subprocess.run(command, capture_output=True, text=True)
    if finished.returncode:
        raise RuntimeError(finished.stderr)
    kilobytes = next(int(line) for line in reversed(finished.stderr.splitlines()) if line.strip().isdigit())
    return time.monotonic() - began, kilobytes / 1024
