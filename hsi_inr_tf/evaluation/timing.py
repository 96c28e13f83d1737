"""How long a model takes for one picture, with a given number of threads.

TensorFlow fixes its threads when a process starts, so every measurement is a process of its own.
"""

import json
import os
import subprocess
import sys
import time

import numpy as np

from hsi_inr_tf.annotations import PathLike
from hsi_inr_tf.errors import InputError


def milliseconds(model: PathLike, height: int, width: int, threads: int, repeats: int = 10) -> float:
    """Median milliseconds that `model`, anything `hsi_inr_tf.load` opens, takes for a picture, after two
    calls to warm up.
    """
    environment = {**os.environ, "TF_NUM_INTRAOP_THREADS": str(threads), "TF_NUM_INTEROP_THREADS": "1"}
    command = [
        sys.executable,
        "-m",
        "hsi_inr_tf.evaluation.timing",
        str(model),
        *(str(n) for n in (height, width, threads, repeats)),
    ]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise InputError(f"timing {model} failed: {(done.stderr.strip().splitlines() or ['no message'])[-1]}")
    return json.loads(done.stdout.splitlines()[-1])["milliseconds"]


def _measure(model, height, width, threads, repeats):
    from hsi_inr_tf.inference import load
    from hsi_inr_tf.inference.litert_engine import LiteRTEngine
    from hsi_inr_tf.inference.onnx_engine import ONNXEngine
    from hsi_inr_tf.trained import exported_files

    if exported_files.is_tflite(model):
        engine = LiteRTEngine(model, threads)
    else:
        engine = ONNXEngine(model, threads) if model.endswith(".onnx") else load(model, "tensorflow").engine
    rgb = np.random.default_rng(0).random((1, height, width, 3), np.float32)
    times = []
    for _ in range(repeats + 2):
        start = time.perf_counter()
        engine(rgb)
        times.append(1e3 * (time.perf_counter() - start))
    return float(np.median(times[2:]))


if __name__ == "__main__":
    print(json.dumps({"milliseconds": _measure(sys.argv[1], *(int(value) for value in sys.argv[2:]))}))
