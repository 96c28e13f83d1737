"""How scores and intervals change under stress: light, noise, JPEG, other cameras and lamps, metamers."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import tyro

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.ranges import whole

SUFFIXES = (".svg", ".png", ".pdf")
SHOWN = ("psnr", "mpsnr", "ssim", "sam")
REGRESSION = "regression"
MEASURED = ("nikon-5100", "sigma-sd-merrill")


@dataclass(frozen=True)
class Options:
    models: Annotated[tuple[str, ...], tyro.conf.Positional]
    """Bundled models (inr-compact, inr-edge), run folders, SavedModel folders or .tflite files."""
    dataset: str = "cave"
    """The dataset."""
    data_dir: Path | None = None
    """Where tfds build wrote the dataset; by default TFDS's own place."""
    split: str | None = None
    """The scenes, as NAME:PART or a split of the builder; by default those that models are scored on."""
    cameras: tuple[str, ...] = ()
    """Further cameras: CSV files (wavelength, R, G, B) or JSON files of rawtoaces."""
    side: Annotated[int, whole(16, 1 << 16)] = 256
    """Side of the part in the middle of each scene that is used, in pixels."""
    json: Path | None = None
    """Write all rows to this file."""
    out: Path | None = None
    """Figure to write (.svg, .png, .pdf)."""


def run(options: Options) -> None:
    """Score models under stress, beside polynomial regression fitted on the split's training part."""
    from tqdm import tqdm

    from hsi_inr_tf import data, inference
    from hsi_inr_tf.data.datasets import known
    from hsi_inr_tf.data.splits import training_part
    from hsi_inr_tf.evaluation import notes, regression_reconstructor, stress
    from hsi_inr_tf.files import replacing, write_json
    from hsi_inr_tf.optics import camera_named

    if not options.models:
        raise InputError("there is no model to test, expected at least one")
    if options.out and options.out.suffix not in SUFFIXES:
        raise InputError(f"--out {options.out}: expected a name that ends in {', '.join(SUFFIXES)}")
    models = {name: inference.load(name) for name in options.models}
    split = options.split or known(options.dataset).scored
    scenes = data.open_scenes(options.dataset, options.data_dir, split)
    learned_from = data.open_scenes(options.dataset, options.data_dir, training_part(split))
    for model in models.values():
        low, high = model.description.wavelengths[0], model.description.wavelengths[-1]
        scenes, learned_from = scenes.between(low, high), learned_from.between(low, high)
    others = [camera_named(name, scenes.wavelengths) for name in (*MEASURED, *options.cameras)]
    remarks = [f"{name}: {said}" for name, model in models.items()
               for said in notes(model.description, scenes, split == training_part(split))]  # fmt: skip
    for remark in remarks:
        print(f"note: {remark}", flush=True)
    models[REGRESSION] = regression_reconstructor(learned_from)
    changes = stress.stresses(scenes.camera, others)
    with tqdm(total=len(scenes) * len(changes) * len(models), desc="stress", unit="cube", leave=False) as bar:
        rows = stress.tested(models, scenes, options.side, changes, lambda: bar.update())
    meaning = " ".join(stress.sentences(rows))
    print(f"{options.dataset}, {split}, {len(scenes)} scenes, the middle {options.side} x {options.side}")
    print(f"{table(rows)}\n{meaning}")
    if options.json:
        content = {"dataset": options.dataset, "split": split, "side": options.side, "notes": remarks}
        write_json(options.json, {**content, "rows": [asdict(row) for row in rows], "meaning": meaning})
        print(f"wrote {options.json}")
    if options.out:
        with replacing(options.out) as file:
            _figure(rows).savefig(file, format=options.out.suffix.lstrip("."))
        print(f"wrote {options.out}")


def table(rows: list) -> str:
    """A line for each stress and model, as text."""
    from hsi_inr_tf.metrics import METRICS

    first, second = (max(len(getattr(row, name)) for row in rows) for name in ("stress", "model"))
    titles = [METRICS[name].title for name in SHOWN]
    head = "".join(f"{title:>9}" for title in (*titles, "held", "width"))
    lines = [f"{'':<{first}}  {'':<{second}}{head}"]
    before = None
    for row in rows:
        cells = [METRICS[name].text(row.mean[name]) for name in SHOWN]
        cells += [f"{row.coverage:.1%}", f"{row.half_width:.4f}"]
        shown = row.stress if row.stress != before else ""
        lines.append(f"{shown:<{first}}  {row.model:<{second}}" + "".join(f"{cell:>9}" for cell in cells))
        before = row.stress
    return "\n".join(lines)


def _figure(rows):
    """Spectral angle and coverage of each model, a line of dots for each stress."""
    from matplotlib.figure import Figure

    from hsi_inr_tf.cubes.summary import INK, LINE, MARKS

    stresses = list(dict.fromkeys(row.stress for row in rows))
    models = list(dict.fromkeys(row.model for row in rows))
    figure = Figure(figsize=(10, 1.2 + 0.26 * len(stresses)), layout="constrained")
    left, right = figure.subplots(1, 2, sharey=True)
    for number, model in enumerate(models):
        mine = [row for row in rows if row.model == model]
        place = [stresses.index(row.stress) for row in mine]
        colour = MARKS[number % len(MARKS)]
        left.plot([row.mean["sam"] for row in mine], place, "o", ms=5, color=colour, label=model)
        right.plot([100 * row.coverage for row in mine], place, "o", ms=5, color=colour)
    left.set(xlabel="spectral angle (degrees)", yticks=range(len(stresses)))
    left.set_yticklabels(stresses)
    left.invert_yaxis()
    left.legend(frameon=False)
    right.axvline(90, color=INK, lw=1, ls="--")
    right.set(xlabel="values within the 90 % interval (%)")
    for axes in (left, right):
        axes.grid(color=LINE, lw=0.6)
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(colors=INK)
    return figure
