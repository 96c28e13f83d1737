"""Writing a folder that `load` opens like a bundled model: weights, description and a .tflite."""

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.export.to_tflite import tflite
from hsi_inr_tf.files import PARTIAL, replacing_folder
from hsi_inr_tf.trained import bundles
from hsi_inr_tf.trained.description import ModelDescription
from hsi_inr_tf.trained.weights import save_weights

if TYPE_CHECKING:
    from hsi_inr_tf.models.base import SpectralModel


def model_folder(
    model: "SpectralModel",
    description: ModelDescription,
    out: Path,
    *,
    largest: int | None = None,
    training: str | None = None,
) -> int:
    """Write model.weights.h5, description.json and model.tflite (float32, of any size unless the model has a
    patch) to the folder `out`; gives their size in bytes.

    With `training`, the text of a configuration, training.json too. The folder is replaced in one step when
    all are complete; other files in `out` stay. InputError if the model would have more than `largest` bytes.
    """
    if out.exists() and out.samefile(Path.cwd()):
        raise InputError(f"{out} is the folder that the command runs in, expected another")
    with replacing_folder(out) as work:
        save_weights(model, work / bundles.WEIGHTS)
        (work / bundles.DESCRIPTION).write_text(description.to_json(), "utf-8")
        tflite(model, description, work / bundles.LITE, height=model.patch, width=model.patch)
        written = list(work.iterdir())
        size = sum(path.stat().st_size for path in written)
        if largest and size > largest:
            raise InputError(
                f"{out}: the model would have {size / 1e6:.1f} MB, expected at most {largest / 1e6:g}"
            )
        if training is not None:
            (work / bundles.TRAINING).write_text(training, "utf-8")
        _keep_others(out, work)
    return size


def _keep_others(old, new):
    """Let what only the `old` folder holds lie in the `new` one too, at no cost where links can be made."""
    for path in old.iterdir() if old.is_dir() else ():
        if not (new / path.name).exists() and not path.name.startswith(PARTIAL):
            if path.is_dir() and not path.is_symlink():
                shutil.copytree(path, new / path.name, symlinks=True, copy_function=_linked)
            else:
                _linked(path, new / path.name)


def _linked(source, target):
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, target, follow_symlinks=False)
