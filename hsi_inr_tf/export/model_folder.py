"""Writing a folder that `load` opens like a bundled model: weights, description and a .tflite."""

import os
from pathlib import Path

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.export.to_tflite import tflite
from hsi_inr_tf.export.work_folder import work_folder
from hsi_inr_tf.trained import bundles
from hsi_inr_tf.trained.description import ModelDescription
from hsi_inr_tf.trained.weights import save_weights


def model_folder(
    model,
    description: ModelDescription,
    out: Path,
    *,
    largest: int | None = None,
) -> int:
    """Write model.weights.h5, description.json and model.tflite (float32, of any size unless the model has a
    patch) to the folder `out`; gives their size in bytes.

    None is replaced before all three are complete; other files in `out` stay. InputError if they would have
    more than `largest` bytes.
    """
    with work_folder(out) as work:
        save_weights(model, work / bundles.WEIGHTS)
        (work / bundles.DESCRIPTION).write_text(description.to_json(), "utf-8")
        tflite(model, description, work / bundles.LITE, height=model.patch, width=model.patch)
        written = list(work.iterdir())
        size = sum(path.stat().st_size for path in written)
        if largest and size > largest:
            raise InputError(
                f"{out}: the model would have {size / 1e6:.1f} MB, expected at most {largest / 1e6:g}"
            )
        out.mkdir(exist_ok=True)
        for path in written:
            os.replace(path, out / path.name)
    return size
