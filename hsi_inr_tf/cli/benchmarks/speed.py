"""Milliseconds, multiply-adds and memory of models beside each other: Keras, SavedModel and LiteRT, by
picture size and threads.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Annotated

import numpy as np

from hsi_inr_tf.annotations import PathLike
from hsi_inr_tf.cli.benchmarks.memory import peak_mb
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.files import write_json
from hsi_inr_tf.ranges import whole


@dataclass(frozen=True)
class Options:
    models: tuple[str, ...] = ("inr-compact", "inr-edge", "mst-plus-plus", "hscnn-r", "polynomial-regression")
    """Presets; their weights do not matter here, so they are random."""
    sizes: tuple[Annotated[int, whole(1, 1 << 14)], ...] = (64, 256, 512, 1024)
    """Sides of square pictures, in pixels."""
    engines: tuple[str, ...] = ("keras", "saved_model", "litert")
    """What runs them."""
    threads: tuple[Annotated[int, whole(1, 1024)], ...] = (1, 2)
    """Numbers of threads."""
    rounds: Annotated[int, whole(1, 10_000)] = 3
    """Every round measures each once, in turn, each in a process of its own; the median of the rounds
    counts.
    """
    repeats: Annotated[int, whole(1, 100_000)] = 3
    """Calls a round, after one to warm up; a round gives their median."""
    json: Path | None = None
    """Also write the rows to this file."""


def run(options: Options) -> None:
    """Compare the speed of models in one run: each measurement in a process of its own, in turn, medians over
    the rounds.
    """
    from tqdm import tqdm

    from hsi_inr_tf import models

    unknown = set(options.engines) - {"keras", "saved_model", "litert"}
    if unknown:
        raise InputError(f"unknown engine '{min(unknown)}', expected keras, saved_model or litert")
    if unknown := set(options.models) - set(models.names()):
        raise InputError(f"unknown model '{min(unknown)}', expected of {', '.join(models.names())}")
    if not options.models:
        raise InputError("--models names none, expected at least one")
    measured: dict[tuple, list[dict]] = {}
    cases = list(product(options.sizes, options.engines, options.threads, options.models))
    with (
        tempfile.TemporaryDirectory() as folder,
        tqdm(total=options.rounds * len(cases), unit="measurement") as bar,
    ):
        for _ in range(options.rounds):
            for case in cases:
                bar.set_postfix_str(f"{case[3]} {case[0]} {case[1]}")
                measured.setdefault(case, []).append(_in_a_process(case, Path(folder), options.repeats))
                bar.update()
    rows = [_row(case, results) for case, results in measured.items()]
    print(text(rows, reference="mst-plus-plus"))
    if options.json:
        write_json(options.json, rows)


def text(rows: Sequence[dict], reference: str) -> str:
    """The rows as a table; the last column says how many times faster than `reference` in the same place."""
    lines = [
        f"{'size':>5} {'engine':<12}{'threads':>7}  "
        f"{'model':<22}{'ms':>9}{'patches/s':>11}{'G mult-adds':>13}{'peak MB':>9}"
        f"{'parameters':>12}  vs {reference}"
    ]
    times = {(row["size"], row["engine"], row["threads"], row["model"]): row["milliseconds"] for row in rows}
    for row in rows:
        place = (row["size"], row["engine"], row["threads"])
        beside = times.get((*place, reference))
        faster = f"{beside / row['milliseconds']:.1f}x" if beside else "-"
        lines.append(
            f"{row['size']:>5} {row['engine']:<12}{row['threads']:>7}  "
            f"{row['model']:<22}{row['milliseconds']:>9.1f}"
            f"{row['patches_per_second']:>11.0f}{row['multiply_adds'] / 1e9:>13.3f}{row['peak_mb']:>9.0f}"
            f"{row['parameters']:>12,}  {faster}"
        )
    return "\n".join(lines)


def _row(case, results):
    size, engine, threads, model = case
    milliseconds = float(np.median([result["milliseconds"] for result in results]))
    return {
        "size": size,
        "engine": engine,
        "threads": threads,
        "model": model,
        "milliseconds": milliseconds,
        "patches_per_second": 1e3 / milliseconds * (size / 64) ** 2,
        "peak_mb": float(np.median([result["peak_mb"] for result in results])),
        "multiply_adds": results[0]["multiply_adds"],
        "parameters": results[0]["parameters"],
    }


def _in_a_process(case, folder, repeats):
    size, engine, threads, model = case
    path = _exported(model, engine, size, folder)
    environment = {**os.environ, "TF_NUM_INTRAOP_THREADS": str(threads), "TF_NUM_INTEROP_THREADS": "1"}
    command = [
        sys.executable,
        "-m",
        __name__,
        model,
        str(path),
        engine,
        str(size),
        str(threads),
        str(repeats),
    ]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise InputError(
            f"measuring {model} failed: {(done.stderr.strip().splitlines() or ['no message'])[-1]}"
        )
    return json.loads(done.stdout.splitlines()[-1]) | json.loads(
        (folder / f"{model}-{size}.json").read_text()
    )


def _exported(model, engine, size, folder):
    """The file of this model for this engine and size, written once; beside it what it costs."""
    saved_model, tflite = folder / model / "1", folder / f"{model}-{size}.tflite"
    costs = folder / f"{model}-{size}.json"
    if not costs.exists():
        from hsi_inr_tf import export, models
        from hsi_inr_tf.optics import VISIBLE, camera_named
        from hsi_inr_tf.trained.description import ModelDescription

        network = models.build(model)
        description = ModelDescription.of(network, model, VISIBLE, camera_named())
        if not saved_model.exists():
            export.saved_model(network, description, saved_model, warm_up=False)
        export.tflite(network, description, tflite, height=size, width=size)
        costs.write_text(
            json.dumps({"parameters": network.count_params(), "multiply_adds": multiply_adds(tflite)})
        )
    return {"keras": model, "saved_model": saved_model, "litert": tflite}[engine]


def _operators(interpreter) -> list[dict]:
    """The operators of a .tflite model, which LiteRT keeps to itself (tried on 2.3.0)."""
    return interpreter._get_ops_details()


def multiply_adds(tflite: PathLike) -> int:
    """Multiply-adds of one inference, from the shapes in the .tflite file: convolutions, dense layers and
    matrix products.
    """
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(str(tflite))
    shapes = {tensor["index"]: tensor["shape"] for tensor in interpreter.get_tensor_details()}
    total = 0
    for operator in _operators(interpreter):
        name, inputs, outputs = operator["op_name"], operator["inputs"], operator["outputs"]
        if name in ("CONV_2D", "FULLY_CONNECTED"):
            total += int(np.prod(shapes[outputs[0]])) * int(np.prod(shapes[inputs[1]][1:]))
        elif name == "DEPTHWISE_CONV_2D":
            total += int(np.prod(shapes[outputs[0]])) * int(np.prod(shapes[inputs[1]][1:3]))
        elif name == "TRANSPOSE_CONV":
            total += int(np.prod(shapes[inputs[2]])) * int(np.prod(shapes[inputs[1]][:3]))
        elif name == "BATCH_MATMUL":
            total += int(np.prod(shapes[outputs[0]])) * int(shapes[inputs[0]][-1])
    return total


def _measure(model, path, engine, size, threads, repeats):
    import time

    rgb = np.random.default_rng(0).random((1, size, size, 3), np.float32)
    if engine == "litert":
        from hsi_inr_tf.inference.litert_engine import LiteRTEngine

        call = LiteRTEngine(path, threads)
    elif engine == "saved_model":
        from hsi_inr_tf.inference.saved_model_engine import SavedModelEngine

        call = SavedModelEngine(path)
    else:
        from hsi_inr_tf import models
        from hsi_inr_tf.inference.keras_engine import KerasEngine
        from hsi_inr_tf.optics import VISIBLE, camera_named
        from hsi_inr_tf.trained.description import ModelDescription

        network = models.build(model)
        call = KerasEngine(network, ModelDescription.of(network, model, VISIBLE, camera_named()))
    times = []
    for _ in range(repeats + 1):
        start = time.perf_counter()
        call(rgb)
        times.append(1e3 * (time.perf_counter() - start))
    return {"milliseconds": float(np.median(times[1:])), "peak_mb": peak_mb()}


if __name__ == "__main__":
    name, file, kind, side, count, calls = sys.argv[1:]
    print(json.dumps(_measure(name, Path(file), kind, int(side), int(count), int(calls))))
