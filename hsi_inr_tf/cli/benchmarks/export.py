"""How fast the same model runs in Keras, as a SavedModel and in LiteRT, with 1 and 2 threads, in one run."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import tyro
from tqdm import tqdm

from hsi_inr_tf.annotations import PathLike
from hsi_inr_tf.files import write_json
from hsi_inr_tf.ranges import whole


@dataclass(frozen=True)
class Options:
    model: Annotated[str, tyro.conf.Positional] = "inr-compact"
    """A bundled model (inr-compact, inr-edge) or a run folder."""
    sides: tuple[Annotated[int, whole(1, 1 << 14)], ...] = (128, 256, 512)
    """Sides of the pictures."""
    threads: tuple[Annotated[int, whole(1, 1024)], ...] = (1, 2)
    """Numbers of threads."""
    quantize: tuple[Literal["none", "float16", "dynamic"], ...] = ("none", "float16", "dynamic")
    """The TFLite files to time; int8 and int16x8 need calibration, see hsi-inr export."""
    repeats: Annotated[int, whole(1, 100_000)] = 20
    """Calls a measurement, of which the median counts."""
    rounds: Annotated[int, whole(1, 1000)] = 1
    """Measurements of each, in turn, of which the median counts: on a busy machine."""
    uncertainty: bool = False
    """Also time the .tflite that answers half-widths besides."""
    json: Path | None = None
    """Also write the rows to this file."""


def run(options: Options) -> None:
    """Milliseconds for one picture: Keras, SavedModel and LiteRT, each in a process of its own."""
    from hsi_inr_tf import export
    from hsi_inr_tf.evaluation.timing import milliseconds
    from hsi_inr_tf.trained.weights import load_trained

    model, description = load_trained(options.model)
    sides = [model.patch] if model.patch else options.sides
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        paths: dict[str, PathLike] = {
            "Keras": options.model,
            "SavedModel": export.saved_model(model, description, Path(folder, "saved_model")),
        }
        kinds: dict[str, dict[str, Any]] = (
            {"LiteRT, uncertainty": {"uncertainty": True}} if options.uncertainty else {}
        )
        for kind in options.quantize:
            kinds["LiteRT" if kind == "none" else f"LiteRT {kind}"] = {"quantize": kind}
        count = len(sides) * len(options.threads) * (len(paths) + len(kinds)) * options.rounds
        todo = tqdm(total=count, desc="timing", leave=False)
        for side in sides:
            for name, settings in kinds.items():
                file = Path(folder, f"{side}-{name}.tflite")
                paths[name] = export.tflite(model, description, file, height=side, width=side, **settings)
            times: dict[str, dict[int, list[float]]] = {name: {} for name in paths}
            for _ in range(options.rounds):
                for name, path in paths.items():
                    for threads in options.threads:
                        took = milliseconds(path, side, side, threads, options.repeats)
                        times[name].setdefault(threads, []).append(took)
                        todo.update()
            for name, found in times.items():
                medians = {threads: float(np.median(some)) for threads, some in found.items()}
                rows.append({"side": side, "engine": name, "milliseconds": medians})
        todo.close()
    print(f"{description.model}, milliseconds for one picture (median of {options.repeats})")
    print(
        f"{'side':>6} {'engine':<20}" + "".join(f"{f'{threads} threads':>12}" for threads in options.threads)
    )
    for row in rows:
        cells = "".join(f"{row['milliseconds'][threads]:12.1f}" for threads in options.threads)
        print(f"{row['side']:6d} {row['engine']:<20}{cells}")
    if options.json:
        write_json(options.json, {"model": options.model, "rows": rows})
