"""What is inside a .tflite file: its operators, its tensors and its constants."""

from collections import Counter
from dataclasses import dataclass

from hsi_inr_tf.annotations import PathLike


@dataclass(frozen=True)
class Contents:
    """`operators` counts operators by name, `custom` those that are no builtins; `rank` is the highest rank
    of a tensor; `constants` are (bytes, name) of the constant tensors, largest first."""

    operators: dict[str, int]
    custom: dict[str, int]
    rank: int
    constants: tuple[tuple[int, str], ...]


def with_first(converted: bytes, signature: str) -> bytes:
    """The same .tflite file with the graph of `signature` as its first, which interpreters that are not
    asked for a signature run.
    """
    from tensorflow.lite.tools import flatbuffer_utils

    model = flatbuffer_utils.convert_bytearray_to_object(bytearray(converted))
    (at,) = (one.subgraphIndex for one in model.signatureDefs if one.signatureKey.decode() == signature)
    if at == 0:
        return converted
    place = {0: at, at: 0}
    graphs = model.subgraphs
    graphs[0], graphs[at] = graphs[at], graphs[0]
    for one in model.signatureDefs:
        one.subgraphIndex = place.get(one.subgraphIndex, one.subgraphIndex)
    model.signatureDefs.sort(key=lambda one: one.subgraphIndex)
    for options in (operator.builtinOptions for graph in graphs for operator in graph.operators):
        for name, value in vars(options).items() if options else ():
            if name.lower().endswith("subgraphindex"):  # of loops and branches
                setattr(options, name, place.get(value, value))
    return bytes(flatbuffer_utils.convert_object_to_bytearray(model))


def contents(path: PathLike) -> Contents:
    """Read the flatbuffer of the .tflite file at `path`."""
    from tensorflow.lite.tools import flatbuffer_utils

    model = flatbuffer_utils.read_model(str(path))
    names = [flatbuffer_utils.opcode_to_name(model, index) for index in range(len(model.operatorCodes))]
    is_custom = [code.customCode is not None for code in model.operatorCodes]
    used = [operator.opcodeIndex for graph in model.subgraphs for operator in graph.operators]
    tensors = [tensor for graph in model.subgraphs for tensor in graph.tensors]
    buffers = {tensor.buffer: tensor for tensor in tensors}
    sizes = [
        (len(data), tensor.name.decode())
        for index, tensor in buffers.items()
        if (data := model.buffers[index].data) is not None and len(data)
    ]
    return Contents(
        operators=dict(Counter(names[index] for index in used)),
        custom=dict(
            Counter(model.operatorCodes[index].customCode.decode() for index in used if is_custom[index])
        ),
        rank=max(len(tensor.shape) for tensor in tensors if tensor.shape is not None),
        constants=tuple(sorted(sizes, reverse=True)),
    )
