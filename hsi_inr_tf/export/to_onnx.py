"""Writing a model as an ONNX file, for runtimes that are not of TensorFlow's family."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hsi_inr_tf.annotations import PathLike
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.export.sides import check_sides
from hsi_inr_tf.files import replacing
from hsi_inr_tf.inference.onnx_engine import ONNXEngine
from hsi_inr_tf.quiet import quietly
from hsi_inr_tf.trained.description import ModelDescription
from hsi_inr_tf.trained.exported_files import MEMBER

if TYPE_CHECKING:
    from hsi_inr_tf.models.base import SpectralModel

OPSET = 18  # of ONNX's own operators; no others are used


def onnx(
    model: "SpectralModel",
    description: ModelDescription,
    path: PathLike,
    *,
    height: int | None,
    width: int | None,
) -> Path:
    """Write `model` as an ONNX file at `path`; gives the path back.

    It takes one picture, "rgb" float32 [1, height, width, 3] in [0, 1], and gives "hsi" [1, height, width,
    bands]. With height and width None it takes any sides that are multiples of the stride. The description
    lies in the file's metadata. Raises InputError, for models that tf2onnx cannot translate too; needs the
    extra onnx.
    """
    path = Path(path)
    check_sides(model, height, width)
    import tf2onnx

    from hsi_inr_tf.export import graphs

    export = {"format": "onnx", "height": height, "width": width}
    description = replace(description, provenance={**description.provenance, "export": export})
    function = graphs.fixed(model, height, width).get_concrete_function()
    names = [function.inputs[0].name], [function.outputs[0].name]
    with replacing(path) as temporary:
        with quietly():  # the converter has much to say
            # Not convert.from_function, which takes constants that the function captures for inputs.
            frozen = tf2onnx.tf_loader.from_function(function, *names)
            written, _ = tf2onnx.convert.from_graph_def(
                frozen,
                input_names=names[0],
                output_names=names[1],
                opset=OPSET,
                tensors_to_rename={names[0][0]: "rgb", names[1][0]: "hsi"},
            )
        written.metadata_props.add(key=MEMBER, value=description.to_json())
        temporary.write_bytes(written.SerializeToString())
        try:
            ONNXEngine(temporary)  # what tf2onnx cannot translate it leaves for others to find
        except InputError as error:
            raise InputError(f"{description.model} cannot be written as ONNX: {error}") from error
    return path
