"""`hsi-inr NAME`: every command in one table; scripts/NAME.py are the same commands in a checkout."""

import sys
from dataclasses import dataclass
from importlib import import_module

from hsi_inr_tf.cli import command, refusals, refuse


@dataclass(frozen=True)
class Command:
    """`module` in hsi_inr_tf/cli holds Options and run; `about` is its line in the list of commands.

    Its help ends with the `examples`. `defaults` names the module's function that gives the Options which
    flags change. A command with names of its own (`has_names`) has main(argv) instead of Options and run.
    """

    module: str
    about: str
    examples: tuple[str, str]
    defaults: str | None = None
    has_names: bool = False


COMMANDS = {
    "reconstruct": Command("reconstruct", "photographs to hyperspectral cubes", (
        "hsi-inr reconstruct photo.jpg --model inr-compact --out photo.hdr",
        "hsi-inr reconstruct holiday/ --model inr-edge --out cubes --format netcdf --wavelengths 420:680:5")),
    "view": Command("view", "figures of a cube, and a page to explore it in", (
        "hsi-inr view photo.hdr",
        "hsi-inr view photo.hdr --reference measured.hdr --points 120,80 40,200 --out report")),
    "points": Command("points", "where in a scene to measure spectra that a model is adapted to", (
        "hsi-inr points photo.jpg",
        "hsi-inr points photo.jpg --count 24 --out measure.csv --wavelengths 400:700:5")),
    "adapt": Command("adapt", "adapt a model to spectra measured in the scene", (
        "hsi-inr adapt inr-compact --picture photo.jpg --points photo-points.csv --out my-model",
        "hsi-inr adapt inr-edge --picture photo.jpg --cube coarse.hdr --out my-model")),
    "train": Command("train", "train a model; the same command goes on with an interrupted run", (
        "hsi-inr train --model inr-compact --dataset cave --split cave-22-10 --loss l1+sam --out runs/mine",
        "hsi-inr train --config runs/mine/config.json --seed 1 --out runs/mine-1"), defaults="from_file"),
    "evaluate": Command("evaluate", "score a model, beside polynomial regression", (
        "hsi-inr evaluate runs/mine --dataset cave --split cave-22-10:test --protocol full",
        "hsi-inr evaluate inr-edge --dataset folder:leaves --split test --json scores.json")),
    "export": Command("export", "SavedModel, TFLite and ONNX, compared with Keras", (
        "hsi-inr export inr-compact --format saved_model --out models/inr-compact",
        "hsi-inr export runs/mine --format tflite --size 256 --quantize float16 --out mine.tflite")),
    "serve": Command("serve", "a server: REST and gRPC", (
        "hsi-inr serve inr-compact --port 8080",
        "hsi-inr serve models/inr-compact --host 0.0.0.0 --max-pixels 4000000")),
    "build": Command("build", "build a dataset, as `tfds build` does", (
        "hsi-inr build reflectance_collage",
        "hsi-inr build cave --manual-dir downloads --data-dir datasets")),
    "inspect-data": Command("inspect_data", "value ranges and a contact sheet of a dataset", (
        "hsi-inr inspect-data cave --split cave-22-10:test",
        "hsi-inr inspect-data folder:leaves --out leaves.png")),
    "benchmark": Command("benchmark", "measurements and the paper's tables: benchmark NAME", (
        "hsi-inr benchmark speed --sizes 512 --engines litert --threads 2",
        "hsi-inr benchmark folds runs/fold-0 runs/fold-1"), has_names=True),
    "bundle": Command("bundle", "from a finished run to a folder of weights, description and .tflite", (
        "hsi-inr bundle runs/mine --out models/mine",
        "hsi-inr bundle runs/mine --which best --out models/mine-best")),
    "push": Command("push", "send a model folder to the Hugging Face Hub", (
        "hsi-inr push models/mine hf://me/mine",
        "hsi-inr push my-model hf://me/greenhouse --private")),
    "demo": Command("demo", "the whole path on an embedded dataset, from building it to a report", (
        "hsi-inr demo",
        "hsi-inr demo --out runs/tour --steps 500")),
}  # fmt: skip


def main(argv: list[str] | None = None) -> None:
    """Run the command that the command line names."""
    name, *rest = (sys.argv[1:] if argv is None else argv) or ["--help"]
    if name in ("-h", "--help"):
        print(overview())
    elif name == "--version":
        from hsi_inr_tf import __version__

        print(f"hsi_inr_tf {__version__}")
    elif name in COMMANDS:
        run(name, rest)
    else:
        refuse(f"no command '{name}', expected one of {', '.join(COMMANDS)}")


def overview() -> str:
    """What `hsi-inr --help` prints."""
    width = max(map(len, COMMANDS))
    return "\n".join([
        "usage: hsi-inr NAME [OPTIONS]        hsi-inr NAME --help shows the options of one\n",
        *(f"  {name:<{width}}  {one.about}" for name, one in COMMANDS.items()),
        "\nexamples:",
        *(f"  {one.examples[0]}" for one in list(COMMANDS.values())[:3]),
    ])  # fmt: skip


def run(name: str, argv: list[str] | None = None) -> None:
    """Run one command with its arguments, by default those of this process."""
    chosen = COMMANDS[name]
    with refusals():
        module = import_module(f"hsi_inr_tf.cli.{chosen.module}")  # only this one: others may need extras
    if chosen.has_names:
        return module.main(argv)
    defaults = getattr(module, chosen.defaults) if chosen.defaults else None
    command(module.run, module.Options, argv, defaults, f"hsi-inr {name}", chosen.examples)
