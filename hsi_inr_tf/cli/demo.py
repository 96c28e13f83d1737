"""`make demo`: the whole path on the embedded dataset, from building it to a report in the browser."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.ranges import whole

NEXT = (
    (
        "hsi-inr reconstruct PHOTO.jpg --model inr-compact --out photo.hdr",
        "your own photograph, bundled weights",
    ),
    ("hsi-inr view photo.hdr", "its bands and spectra, as figures and a page"),
    ("hsi-inr serve --help", "a server for these models"),
    ("hsi-inr train --help", "training on CAVE, NUS, NTIRE2018, ARAD_1K or your own pairs"),
)


@dataclass(frozen=True)
class Options:
    out: Path = Path("runs/demo")
    """Folder for everything the demo makes."""
    steps: Annotated[int, whole(1)] = 3000
    """Training steps."""
    seed: Annotated[int, whole(0)] = 0
    """Decides the initial weights and every batch."""


def run(options: Options) -> None:
    """Build the embedded dataset, train inr-edge on it, score it beside regression and the bundled models,
    export it and write a report.
    """
    from hsi_inr_tf import export
    from hsi_inr_tf.cli.build import build_dataset
    from hsi_inr_tf.data import Augmentation, open_scenes
    from hsi_inr_tf.evaluation import comparison, regression_reconstructor, scored
    from hsi_inr_tf.evaluation.calibration import calibrated
    from hsi_inr_tf.inference import load
    from hsi_inr_tf.trained import bundled
    from hsi_inr_tf.trained.weights import load_run
    from hsi_inr_tf.training import TrainConfig, train
    from hsi_inr_tf.viz import report

    begun = time.monotonic()
    out = options.out
    if any(one.is_file() for one in (out, *out.parents)):
        raise InputError(f"--out {out} is a file or lies below one, expected a folder")
    data_dir = out / "data"

    _heading("1/6", "building the embedded dataset reflectance_collage")
    build_dataset("reflectance_collage", data_dir)

    _heading("2/6", "training inr-edge")
    config = TrainConfig(
        model="inr-edge",
        overrides={"trust": 0.6},
        dataset="reflectance_collage",
        data_dir=data_dir,
        augmentation=Augmentation(recolouring=0.3),
        out=out / "run",
        steps=options.steps,
        batch_size=4,
        patch=64,
        seed=options.seed,
        loss="l1+sam",
        learning_rate=1e-3,
        validate_every=2000,
        jit=True,
    )
    folder = train(config)

    _heading("3/6", "scoring it on the test scenes, beside polynomial regression and the bundled models")
    scenes = open_scenes("reflectance_collage", data_dir, "test")
    reconstructor = load(folder)
    regression = regression_reconstructor(open_scenes("reflectance_collage", data_dir, "train"))
    scores, baseline = scored(reconstructor, scenes, "full"), scored(regression, scenes, "full")
    others = {
        f"{name} as bundled, trained on other scenes": scored(load(name), scenes, "full")
        for name in bundled()
    }
    print(comparison("inr-edge", scores, baseline, others))

    _heading("4/6", "exporting SavedModel and TFLite")
    model, description = load_run(folder)
    scene = scenes[0]
    height, width = scenes.shape(0)
    saved_model, tflite = out / "export" / "inr-edge" / "1", out / "export" / "inr-edge.tflite"
    export.saved_model(model, description, saved_model)
    export.tflite(model, description, tflite, height=height, width=width)

    _heading("5/6", f"running both on the scene {scene.name}")
    cube = reconstructor.reconstruct(scene.rgb)
    for name, path in (("SavedModel", saved_model), ("TFLite", tflite)):
        difference = float(np.abs(load(path).reconstruct(scene.rgb).data - cube.data).max())
        print(f"{name}: largest difference from Keras {difference:.1e}")
        if not difference <= 1e-4:
            raise InputError(
                f"{path}: its cube differs from Keras's by {difference:.1e}, expected at most 1e-4"
            )

    _heading("6/6", "writing the report")
    page = out / "report.html"
    reconstructor = calibrated(reconstructor, open_scenes("reflectance_collage", data_dir, "validation"))
    files = {
        "the run: weights, configuration, log": str(folder),
        "for TensorFlow Serving": str(saved_model),
        "for devices": str(tflite),
        "the dataset, as tfds build writes it": str(data_dir),
    }
    report.write(
        page, reconstructor, regression, scenes, scores, baseline, others=others, files=files, commands=NEXT
    )
    print(f"\nDone in {(time.monotonic() - begun) / 60:.1f} minutes. What was made:")
    for what, where in (
        {"open it in a browser: pictures, error maps, spectra, scores": str(page)} | files
    ).items():
        print(f"  {where:<42} {what}")
    print("\nWhat to try next:")
    for line, what in NEXT:
        print(f"  {line}\n      {what}")


def _heading(number: str, text: str) -> None:
    print(f"\n[{number}] {text}", flush=True)
