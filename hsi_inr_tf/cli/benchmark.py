"""hsi-inr benchmark NAME: measurements and the paper's tables, listed in one table."""

import sys
from collections.abc import Sequence
from importlib import import_module

from hsi_inr_tf.cli import command, refusals, refuse

# Name of the subcommand and of its module in hsi_inr_tf/cli/benchmarks, and what it does.
TABLE = {
    "table1": "Table I of the paper: the INR beside six baselines and regression, under one budget",
    "table2": "Table II of the paper: cells per patch side (S = 2, 4, 8, 16)",
    "table3": "Table III of the paper: frequencies of the encoding (none, 3, 5)",
    "folds": "cross-validation: runs that held out different scenes, scored on those, in one table",
    "adapting": "what measured points and coarse cubes buy on scenes of groups that regression never saw",
    "stress": "scores and intervals under other light, noise, JPEG, blur, cameras, lamps and for metamers",
    "start": "what a person waits for each command from nothing: help, reconstruct, view, serve",
    "speed": "models beside each other in Keras, SavedModel and LiteRT: milliseconds, multiply-adds, memory",
    "cost": "a figure of accuracy against cost, from what table1, hsi-inr evaluate and speed wrote",
    "data": "feeding rate of training, and peak memory of building full-size scenes",
    "training": "patches a second in training, waiting for data, memory: by model, batch and compiler",
    "reconstruct": "peak memory and time of reconstructing photographs of growing size",
    "export": "Keras, SavedModel and LiteRT on the clock, with 1 and 2 threads",
    "load": "load test of hsi-inr serve: speed, memory, wrong answers, malformed requests",
}


def main(argv: Sequence[str] | None = None) -> None:
    """Run the benchmark that the command line names."""
    name, *rest = (sys.argv[1:] if argv is None else argv) or ["--help"]
    if name in TABLE:
        with refusals():
            module = import_module(
                f"hsi_inr_tf.cli.benchmarks.{name}"
            )  # only this one: others may need extras
        command(module.run, module.Options, rest, prog=f"hsi-inr benchmark {name}")
        return
    if name not in ("-h", "--help"):
        refuse(f"no benchmark '{name}', expected one of {', '.join(TABLE)}")
    print("usage: hsi-inr benchmark NAME [OPTIONS]        NAME --help shows the options of one\n")
    for name, what in TABLE.items():
        print(f"  {name:<12} {what}")
