"""From a finished run to a bundled model: weights, description and a .tflite for where TensorFlow is not
installed.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from hsi_inr_tf.errors import InputError

WINDOW = 256  # four times a margin that holds the halo, so that tiles equal the whole
LARGEST = 8_000_000  # bytes a bundled model may have


@dataclass(frozen=True)
class Options:
    run: Annotated[Path, tyro.conf.Positional]
    """The run folder."""
    which: str = "last"
    """Its weights: last, or best on its validation scenes."""
    out: Path | None = None
    """The folder to write; by default hsi_inr_tf/pretrained/MODEL. A model card (README.md) that is there
    stays.
    """


def run(options: Options) -> None:
    """Bundle a run with the package: model.weights.h5, description.json and model.tflite (float16, windows of
    256x256).
    """
    from hsi_inr_tf import export
    from hsi_inr_tf.trained import bundles
    from hsi_inr_tf.trained.weights import load_run

    model, description = load_run(options.run, options.which)
    out = options.out or bundles.PRETRAINED / description.model
    partial = out.with_name(f".{out.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        model.save_weights(partial / bundles.WEIGHTS)
        (partial / bundles.DESCRIPTION).write_text(description.to_json())
        export.tflite(
            model, description, partial / bundles.LITE, height=WINDOW, width=WINDOW, quantize="float16"
        )
        size = sum(path.stat().st_size for path in partial.iterdir())
        if size > LARGEST:
            raise InputError(
                f"{options.run}: bundled it would have {size / 1e6:.1f} MB, expected at most "
                f"{LARGEST / 1e6:g}"
            )
        out.mkdir(exist_ok=True)
        for path in partial.iterdir():
            path.replace(out / path.name)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    print(f"{out}: {model.count_params():,} parameters, {size / 1e6:.1f} MB")
