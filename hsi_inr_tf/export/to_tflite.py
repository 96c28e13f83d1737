"""Writing a model as a TFLite file of builtin operators."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from hsi_inr_tf.annotations import PathLike
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.export import flatbuffer
from hsi_inr_tf.export.sides import check_sides
from hsi_inr_tf.files import replacing, work_folder
from hsi_inr_tf.inference.uncertainty import uncertainty_of
from hsi_inr_tf.quiet import quietly
from hsi_inr_tf.trained import exported_files
from hsi_inr_tf.trained.description import ModelDescription

if TYPE_CHECKING:
    from hsi_inr_tf.models.base import SpectralModel

QUANTISATIONS = ("none", "float16", "dynamic", "int8", "int16x8")


def tflite(
    model: "SpectralModel",
    description: ModelDescription,
    path: PathLike,
    *,
    height: int | None,
    width: int | None,
    quantize: str = "none",
    representative: Iterable[np.ndarray] | None = None,
    uncertainty: bool = False,
) -> Path:
    """Write `model` as a .tflite file at `path`; gives the path back.

    It takes one picture, "rgb" float32 [1, height, width, 3] in [0, 1], and gives "hsi" [1, height, width,
    bands]. With height and width None the input is resizable, to sides that are multiples of the stride: for
    interpreters that can do that, which those in browsers cannot. Implicit models then have the signatures
    "sample" and "query" besides, as in a SavedModel (but for int8 and int16x8). `quantize` is one of
    QUANTISATIONS; int8 (see mixed_int8) and int16x8 need `representative`, an iterable of pictures [height,
    width, 3] such as the model will see. With `uncertainty` there is a second output of that name and of the
    shape of "hsi", the half-widths of a calibrated model, in float32 only.
    """
    path = Path(path)
    check_sides(model, height, width)
    _check(quantize, representative)
    if uncertainty and quantize != "none":
        raise InputError(f"half-widths are exported in float32 only, expected no quantisation {quantize}")
    widths = uncertainty_of(description) if uncertainty else None
    export = {"format": "tflite", "height": height, "width": width, "quantize": quantize}
    description = replace(description, provenance={**description.provenance, "export": export})
    with replacing(path) as written, work_folder(path) as work:
        with quietly():  # the converter has much to say, some of it whatever the log level is
            converted = _convert(model, work, height, width, quantize, representative, widths)
            # The converter sorts graphs by name.
            converted = flatbuffer.with_first(converted, "serving_default")
        written.write_bytes(converted)
        exported_files.append(written, description)
    return path


def _check(quantize, representative):
    if quantize not in QUANTISATIONS:
        raise InputError(f"unknown quantisation '{quantize}', expected one of {', '.join(QUANTISATIONS)}")
    if quantize in ("int8", "int16x8") and representative is None:
        raise InputError(
            f"quantisation {quantize} needs representative pictures to measure the ranges of activations"
        )


def _convert(model, work, height, width, quantize, representative, uncertainty) -> bytes:
    import tensorflow as tf

    from hsi_inr_tf.export import graphs

    # By way of a SavedModel: converting the concrete function of a Keras 3 model leaves its weights out.
    widths = graphs.HalfWidths(uncertainty) if uncertainty else None
    root = graphs.holder(model, widths)
    signatures = {"serving_default": graphs.fixed(model, height, width, widths)}
    if height is None and model.continuous and quantize not in ("int8", "int16x8"):
        signatures |= graphs.continuous(model, tf.TensorSpec([1, None, None, 3], tf.float32, "rgb"))
    root.signature_functions = signatures
    folder = str(work / "saved_model")
    tf.saved_model.save(root, folder, signatures=signatures)
    pictures = [
        [picture[None].astype("float32")] for picture in (() if representative is None else representative)
    ]

    def converter():
        made = tf.lite.TFLiteConverter.from_saved_model(folder, signature_keys=list(signatures))
        made.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
        if quantize != "none":
            made.optimizations = [tf.lite.Optimize.DEFAULT]
        if quantize == "float16":
            made.target_spec.supported_types = [tf.float16]
        if quantize in ("int8", "int16x8"):
            made.representative_dataset = lambda: pictures
        if quantize == "int16x8":
            made.target_spec.supported_ops = [
                tf.lite.OpsSet.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8,
                tf.lite.OpsSet.TFLITE_BUILTINS,
            ]
        return made

    if quantize == "int8":
        from hsi_inr_tf.export import mixed_int8

        return mixed_int8.convert(converter, lambda: pictures)
    return converter().convert()
