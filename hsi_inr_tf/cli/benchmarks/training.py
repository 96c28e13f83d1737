"""Training speed: patches a second by model, batch and compiler, how long training waits for data, and
memory.
"""

import json
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Literal

from hsi_inr_tf.cli.benchmarks.memory import peak_mb
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.files import write_json
from hsi_inr_tf.ranges import between, whole

MODELS = ("inr-compact", "inr-paper", "mst-plus-plus", "hscnn-r")


@dataclass(frozen=True)
class Options:
    models: tuple[str, ...] = MODELS
    """Presets to train."""
    batch_sizes: tuple[Annotated[int, whole(1, 65536)], ...] = (8,)
    """Patches a step."""
    patch: Annotated[int, whole(1, 4096)] = 64
    """Side of a patch in pixels."""
    jit: tuple[bool, ...] = (False, True)
    """Without and with XLA."""
    precision: Literal["float32", "mixed", "mixed_float16", "mixed_bfloat16"] = "float32"
    """As for hsi-inr train."""
    seconds: Annotated[float, between(0, 1e6)] = 20.0
    """How long each is timed, after two steps that are not."""
    dataset: str | None = None
    """Dataset to read, see hsi-inr train; by default eight made-up scenes of 512 x 512 in memory."""
    data_dir: Path | None = None
    """Where tfds build wrote it."""
    json: Path | None = None
    """Also write the rows to this file."""


def run(options: Options) -> None:
    """Patches a second in training, each row in a process of its own, and the share of time spent waiting for
    data.
    """
    from hsi_inr_tf import models
    from hsi_inr_tf.data import open_scenes

    if unknown := set(options.models) - set(models.names()):
        raise InputError(f"unknown model '{min(unknown)}', expected of {', '.join(models.names())}")
    if not options.models:
        raise InputError("--models names none, expected at least one")
    if options.dataset is not None:
        open_scenes(options.dataset, options.data_dir)
    rows = []
    print(
        f"{'model':<16} {'batch':>5} {'XLA':>4} {'patches/s':>10} {'s per step':>11} {'data wait':>10} "
        f"{'compile, s':>11} "
        f"{'memory, MB':>11}",
        flush=True,
    )
    for model in options.models:
        for batch_size in options.batch_sizes:
            for jit in options.jit:
                row = {
                    "model": model,
                    "batch_size": batch_size,
                    "jit": jit,
                    **_measured(options, model, batch_size, jit),
                }
                rows.append(row)
                print(
                    f"{model:<16} {batch_size:>5} {'yes' if jit else 'no':>4} "
                    f"{row['patches_per_second']:>10.2f} "
                    f"{row['seconds_per_step']:>11.3f} {row['data_wait']:>9.1%} "
                    f"{row['compile_seconds']:>11.1f} "
                    f"{row['peak_mb']:>11.0f}",
                    flush=True,
                )
    for model in options.models if len(options.batch_sizes) > 1 else ():
        for jit in options.jit:
            print(_cost([row for row in rows if (row["model"], row["jit"]) == (model, jit)]))
    if options.json:
        settings = {
            name: value
            for name, value in asdict(options).items()
            if name not in ("json", "models", "batch_sizes", "jit")
        }
        write_json(
            options.json, {**settings, "data_dir": options.data_dir and str(options.data_dir), "rows": rows}
        )


def _cost(rows) -> str:
    """Straight lines through seconds and memory by batch: what a step costs at all, and what each patch
    adds.
    """
    import numpy as np

    batches = [row["batch_size"] for row in rows]
    each, once = np.polyfit(batches, [row["seconds_per_step"] for row in rows], 1)
    more, base = np.polyfit(batches, [row["peak_mb"] for row in rows], 1)
    return (
        f"{rows[0]['model']}{', XLA' if rows[0]['jit'] else ''}: a step takes {once:.3f} s + {each:.3f} s "
        "a patch, "
        f"and {base:.0f} MB + {more:.0f} MB a patch"
    )


def _measured(options, model, batch_size, jit) -> dict:
    task = {
        "model": model,
        "batch_size": batch_size,
        "jit": jit,
        "patch": options.patch,
        "precision": options.precision,
        "seconds": options.seconds,
        "dataset": options.dataset,
        "data_dir": options.data_dir and str(options.data_dir),
    }
    finished = subprocess.run(
        [sys.executable, "-m", __name__, json.dumps(task)], capture_output=True, text=True
    )
    if finished.returncode:
        raise RuntimeError(f"{model}, batch {batch_size}: {finished.stderr[-2000:]}")
    return json.loads(finished.stdout.splitlines()[-1])


def measure(
    model: str,
    batch_size: int,
    jit: bool,
    patch: int,
    precision: str,
    seconds: float,
    dataset: str | None,
    data_dir: str | None,
) -> dict:
    """Time training steps on batches that are read, cut and flipped as in training."""
    import numpy as np
    import tensorflow as tf

    from hsi_inr_tf import data, models
    from hsi_inr_tf.training import TrainConfig, devices
    from hsi_inr_tf.training.loop import resolved
    from hsi_inr_tf.training.optimizers import optimizer
    from hsi_inr_tf.training.step import training_step

    config = resolved(
        TrainConfig(
            model=model, batch_size=batch_size, jit=jit, patch=patch, precision=precision, strategy="one"
        )
    )
    devices.set_determinism(config)
    scenes = data.open_scenes(dataset, data_dir) if dataset else _scenes()
    with devices.computing_in(config.precision):
        network = models.build(model)
    chosen = optimizer(config, 1)
    chosen.build(network.trainable_variables)
    strategy = devices.strategy(config)
    batches = iter(data.patches(scenes, patch=patch, batch_size=batch_size, seed=0))
    step = tf.function(training_step(network, chosen, None, config, strategy))

    began = time.perf_counter()
    for _ in range(2):
        float(step(*next(batches)))
    compile_seconds = time.perf_counter() - began
    waits: list[float] = []
    steps: list[float] = []
    while sum(steps) < seconds or len(steps) < 3:
        began = time.perf_counter()
        rgb, cube = next(batches)
        waits.append(time.perf_counter() - began)
        float(step(rgb, cube))
        steps.append(time.perf_counter() - began)
    return {
        "seconds_per_step": float(np.median(steps)),
        "patches_per_second": batch_size * len(steps) / sum(steps),
        "data_wait": sum(waits) / sum(steps),
        "steps": len(steps),
        "compile_seconds": compile_seconds,
        "parameters": int(sum(np.prod(weight.shape) for weight in network.trainable_weights)),
        "peak_mb": peak_mb(),
    }


def _scenes():
    """Eight scenes of smooth spectra, stored in 16 bits as CAVE is."""
    import numpy as np

    from hsi_inr_tf.data import Scenes

    rng = np.random.default_rng(0)
    curves = np.abs(np.cos(np.pi * np.arange(4)[:, None] * np.linspace(0, 1, 31)))
    cubes = [(rng.random((512, 512, 4)) @ curves / 4 * 65535).astype(np.uint16) for _ in range(8)]
    return Scenes.from_arrays(
        [rng.integers(0, 256, (512, 512, 3), np.uint8) for _ in cubes], cubes, white=65535
    )


if __name__ == "__main__":
    print(json.dumps(measure(**json.loads(sys.argv[1]))))
