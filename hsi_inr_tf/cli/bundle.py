"""From a finished run to a bundled model: weights, description and a .tflite for where TensorFlow is not
installed.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

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
    """Bundle a run with the package: model.weights.h5, description.json and model.tflite (float32, any
    size).
    """
    from hsi_inr_tf import export
    from hsi_inr_tf.trained import bundles
    from hsi_inr_tf.trained.weights import load_run

    model, description = load_run(options.run, options.which)
    out = options.out or bundles.PRETRAINED / description.model
    size = export.model_folder(model, description, out, largest=LARGEST)
    print(f"{out}: {model.count_params():,} parameters, {size / 1e6:.1f} MB")
