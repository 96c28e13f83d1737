"""Writing a folder that `load` opens like a bundled model: weights, description and a .tflite."""

import shutil
from pathlib import Path

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.export.to_tflite import tflite
from hsi_inr_tf.trained import bundles
from hsi_inr_tf.trained.description import ModelDescription

WINDOW = 256  # four times a margin that holds the halo, so that tiles equal the whole


def model_folder(
    model,
    description: ModelDescription,
    out: Path,
    *,
    quantize: str = "float16",
    largest: int | None = None,
) -> int:
    """Write model.weights.h5, description.json and model.tflite (windows of 256x256, or the model's patch) to
    the folder `out`; gives their size in bytes.

    The three appear together or not at all; other files in `out` stay. InputError if they would have more
    than `largest` bytes.
    """
    side = model.patch or -(-WINDOW // model.stride) * model.stride
    partial = out.with_name(f".{out.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        partial.mkdir(parents=True)
        model.save_weights(partial / bundles.WEIGHTS)
        (partial / bundles.DESCRIPTION).write_text(description.to_json())
        tflite(model, description, partial / bundles.LITE, height=side, width=side, quantize=quantize)
        size = sum(path.stat().st_size for path in partial.iterdir())
        if largest and size > largest:
            raise InputError(
                f"{out}: the model would have {size / 1e6:.1f} MB, expected at most {largest / 1e6:g}"
            )
        out.mkdir(exist_ok=True)
        for path in partial.iterdir():
            path.replace(out / path.name)
    except OSError as error:
        raise InputError(f"{out} cannot be written ({error.strerror or error})") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return size
