"""What the paper's three tables share: train each row under one budget, score it, write JSON and Markdown, go
on if interrupted.
"""

import gc
import math
import os
import platform
import shutil
import sys
import time
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

from hsi_inr_tf.cli.benchmarks import table_text
from hsi_inr_tf.data.datasets import known
from hsi_inr_tf.data.splits import training_part
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.evaluation import regression_reconstructor, scored
from hsi_inr_tf.files import read_json, read_text, write_json, write_text
from hsi_inr_tf.metrics import PROTOCOLS
from hsi_inr_tf.ranges import between, one_of, whole
from hsi_inr_tf.training.losses import LOSSES

CALIBRATION_SECONDS = 20.0  # of processor time, to learn what a step costs


@dataclass(frozen=True)
class TableOptions:
    """Options of table1, table2 and table3."""

    out: Path
    """Folder for runs, scores, table.json and table.md. What is done there is not run again."""
    minutes: Annotated[float | None, between(0, 1e6, optional=True)] = None
    """Budget of a row: processor minutes of training (all cores together). Default 30, unless --steps is
    given.
    """
    steps: Annotated[int | None, whole(1, optional=True)] = None
    """Budget of a row: training steps, instead of minutes."""
    width_scale: Annotated[float, between(0, 16)] = 1.0
    """Multiply the widths of hypernetworks and baselines; the table says so."""
    seeds: tuple[Annotated[int, whole(0)], ...] = (0,)
    """Each row is trained once for each; the table shows the mean and the spread."""
    rows: tuple[str, ...] = ()
    """Only these rows, by the name of their model; all by default."""
    dataset: str = "cave"
    """Dataset, see hsi-inr evaluate."""
    data_dir: Path | None = None
    """Where tfds build wrote it; by default TFDS's own place."""
    split: str | None = None
    """Named split (cave-22-10, ...): its part "train" is trained on, its "test", or else "validation",
    scored. By default cave-22-10 for cave, and elsewhere the builder's own."""
    allow_missing: bool = False
    """Go on without scenes that this copy of the data lacks."""
    protocol: Annotated[str, one_of(PROTOCOLS)] = "full"
    """How to score."""
    batch_size: Annotated[int, whole(1, 65536)] = 8
    """Crops of 64x64 in a step; the same crops for every row of a seed."""
    loss: Annotated[str, one_of(LOSSES)] = "l1"
    """Training loss, see hsi-inr train."""


@dataclass(frozen=True)
class Row:
    """One line of a table. `widths` are the model's arguments that --width-scale multiplies, at their full
    size.

    `quoted` holds the paper's numbers, {dataset: {"PSNR": .., "SSIM": .., "SAM": ..}}.
    """

    title: str
    model: str
    widths: dict = field(default_factory=dict)
    learning_rate: Annotated[float, between(0, 1000)] = 1e-3
    quoted: dict = field(default_factory=dict)

    def overrides(self, scale: float) -> dict:
        if scale == 1.0:
            return {}
        return {name: max(4, 4 * round(width * scale / 4)) for name, width in self.widths.items()}


def run_table(options: TableOptions, title: str, rows: tuple[Row, ...]) -> None:
    """Train and score every row that is not done, and write table.json and table.md anew after each."""
    from hsi_inr_tf.data import open_scenes

    options, rows = _checked(options, rows)
    open_part = partial(open_scenes, options.dataset, options.data_dir, allow_missing=options.allow_missing)
    trained_on, scored_on = _parts(options)
    train, held_out = open_part(trained_on), open_part(scored_on)
    settings = _claimed(options, trained_on, scored_on)
    regression = scored(regression_reconstructor(train), held_out, options.protocol).to_dict()
    paper_data = options.dataset.split("/")[0]
    entries = [
        {
            "title": row.title,
            "model": row.model,
            "overrides": row.overrides(options.width_scale),
            "learning_rate": row.learning_rate,
            "quoted": row.quoted.get(paper_data, {}),
            "seeds": [],
        }
        for row in rows
    ]
    content = {
        "title": title,
        "command": " ".join(sys.argv),
        "machine": _machine(),
        **settings,
        "regression": regression,
        "rows": entries,
    }
    for seed in options.seeds:
        for row, entry in zip(rows, entries, strict=True):
            entry["seeds"].append(_result(options, row, seed, train, held_out))
            write_json(options.out / "table.json", content)
            write_text(options.out / "table.md", table_text.markdown(content))
    print(read_text(options.out / "table.md"))
    print(f"wrote {options.out / 'table.md'} and {options.out / 'table.json'}")


def _result(options, row, seed, train, held_out) -> dict:
    """The scores of a row for one seed: read if they are there, otherwise trained for."""
    folder = options.out / f"{row.model}-seed{seed}"
    done = folder / "scores.json"
    if not done.is_file():
        print(f"{row.title} ({row.model}), seed {seed}", flush=True)
        write_json(done, _trained_and_scored(options, row, seed, train, held_out, folder))
    return read_json(done)


def _trained_and_scored(options, row, seed, train, held_out, folder) -> dict:
    import keras

    from hsi_inr_tf import training
    from hsi_inr_tf.inference import Reconstructor
    from hsi_inr_tf.inference.keras_engine import KerasEngine
    from hsi_inr_tf.trained.weights import load_run

    plan_file = folder / "plan.json"
    if not plan_file.is_file():  # kept, so that a row that goes on has the steps it began with
        write_json(plan_file, _plan(options, row, seed, train))
    plan = read_json(plan_file)
    began = time.process_time()
    try:
        run = training.train(_config(options, row, seed, folder / "run", plan["steps"]), scenes=train)
    finally:
        plan["cpu_minutes"] += (time.process_time() - began) / 60
        write_json(plan_file, plan)
    # The last weights, not the best on some scenes: nothing is chosen by what is scored.
    model, description = load_run(run, "last")
    scores = scored(Reconstructor(KerasEngine(model, description)), held_out, options.protocol)
    # The state for going on, three times as large as the weights.
    shutil.rmtree(run / "checkpoints", ignore_errors=True)
    parameters = sum(math.prod(weight.shape) for weight in model.trainable_weights)
    del model
    keras.utils.clear_session()
    gc.collect()
    return {
        "seed": seed,
        **plan,
        "parameters": parameters,
        "provenance": description.provenance,
        "scores": scores.to_dict(),
    }


def _plan(options, row, seed, train) -> dict:
    """How many steps the budget buys; where it is in minutes, after measuring what a step costs."""
    if options.steps:
        return {"steps": options.steps, "cpu_minutes": 0.0}
    seconds = _seconds_per_step(options, row, seed, train)
    return {
        "steps": max(1, round(60 * options.minutes / seconds)),
        "cpu_seconds_per_step": seconds,
        "cpu_minutes": 0.0,
    }


def _seconds_per_step(options, row, seed, train) -> float:
    """Processor seconds of a training step, from a short run that is thrown away."""
    import keras

    from hsi_inr_tf import training

    times = []  # (step, processor time)

    class Clock(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            times.append((batch, time.process_time()))
            if len(times) > 2 and times[-1][1] - times[0][1] > CALIBRATION_SECONDS:
                self.model.stop_training = True

    with TemporaryDirectory() as folder:
        training.train(
            _config(options, row, seed, Path(folder) / "run", 500), scenes=train, callbacks=[Clock()]
        )
    (first, began), (last, ended) = times[0], times[-1]  # the first call also builds the graph
    keras.utils.clear_session()
    return (ended - began) / (last - first)


def _config(options, row, seed, out, steps):
    from hsi_inr_tf.training import TrainConfig

    return TrainConfig(
        model=row.model,
        overrides=row.overrides(options.width_scale),
        dataset=options.dataset,
        data_dir=options.data_dir,
        split=_parts(options)[0],
        out=out,
        steps=steps,
        batch_size=options.batch_size,
        seed=seed,
        loss=options.loss,
        learning_rate=row.learning_rate,
        warmup_steps=max(1, min(200, steps // 10)),
        validate_every=steps,
        tensorboard=False,
    )


def _checked(options, rows):
    """The options with the budget filled in, and the rows that are wanted."""
    if options.steps is not None and options.minutes is not None:
        raise InputError("both --steps and --minutes are given, expected one budget")
    if options.steps is None and options.minutes is None:
        options = replace(options, minutes=30.0)
    if min(options.width_scale, options.steps or 1, options.minutes or 1) <= 0 or not options.seeds:
        raise InputError("--steps, --minutes and --width-scale must be positive, and there must be a seed")
    unknown = set(options.rows) - {row.model for row in rows}
    if unknown:
        raise InputError(
            f"no row {', '.join(sorted(unknown))} in this table, expected some of "
            f"{', '.join(row.model for row in rows)}"
        )
    return options, tuple(row for row in rows if not options.rows or row.model in options.rows)


def _parts(options) -> tuple[str, str]:
    """The splits to train on and to score."""
    from hsi_inr_tf.data import splits

    if options.split is None:
        scored_on = known(options.dataset).scored
        return training_part(scored_on), scored_on
    if options.split not in splits.TABLE:
        raise InputError(f"unknown split '{options.split}', expected one of {', '.join(splits.TABLE)}")
    part = next((part for part in ("test", "validation") if part in splits.TABLE[options.split]), None)
    if part is None:
        raise InputError(
            f"split {options.split} holds no scenes out to score, expected one with a part test or validation"
        )
    return f"{options.split}:train", f"{options.split}:{part}"


def _claimed(options, trained_on, scored_on) -> dict:
    """What all rows share. InputError if the folder holds rows made otherwise."""
    shared = ("dataset", "protocol", "minutes", "steps", "width_scale", "batch_size", "loss")
    settings = {
        **{name: getattr(options, name) for name in shared},
        "trained_on": trained_on,
        "scored_on": scored_on,
    }
    file = options.out / "settings.json"
    if not file.is_file():
        write_json(file, settings)
    old = read_json(file)
    changed = [
        f"{name}: {old.get(name)}, now {value}" for name, value in settings.items() if old.get(name) != value
    ]
    if changed:
        raise InputError(
            f"{options.out} holds rows made with other settings ({'; '.join(changed)}): choose another --out"
        )
    return settings


def _machine() -> dict:
    return {"platform": platform.platform(), "cores": len(os.sched_getaffinity(0))}
