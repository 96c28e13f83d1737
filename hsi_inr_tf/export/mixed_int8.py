"""int8 for a hypernetwork, floats for the MLP that it writes.

Generated weights are activations, and TFLite gives an activation one range for the whole tensor: eight bits
over the range of all of theta (and over RGB, its square and gamma at the MLP's input) cost a model of 0.9 M
parameters 1.3 dB and 8 degrees on CAVE. So the convolutions up to the one that writes theta are int8, that
one and what follows are not: no loss to speak of.
"""

import warnings
from collections.abc import Callable

from tensorflow.lite.tools import flatbuffer_utils


def convert(converter_of: Callable, representative: Callable) -> bytes:
    """An int8 model. `converter_of()` gives a fresh converter set to int8, `representative()` yields lists of
    inputs.

    A model without generated weights (no BATCH_MATMUL) is int8 throughout.
    """
    import tensorflow as tf

    plain = converter_of()
    plain.optimizations = []
    plain.representative_dataset = None
    keep = float_tensors(plain.convert())
    if not keep:
        return converter_of().convert()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the debugger runs TensorFlow's own interpreter, which is deprecated
        options = tf.lite.experimental.QuantizationDebugOptions(denylisted_nodes=keep)
        debugger = tf.lite.experimental.QuantizationDebugger(
            converter=converter_of(), debug_dataset=representative, debug_options=options
        )
        return debugger.get_nondebug_quantized_model()


def float_tensors(flatbuffer: bytes) -> list[str]:
    """Outputs of the operators that stay in floats: all but those that the convolutions writing theta depend
    on.
    """
    model = flatbuffer_utils.convert_bytearray_to_object(flatbuffer)
    graph = model.subgraphs[0]
    kinds = [flatbuffer_utils.opcode_to_name(model, operator.opcodeIndex) for operator in graph.operators]
    maker = {tensor: index for index, operator in enumerate(graph.operators) for tensor in operator.outputs}

    def before(index, stop=()):
        """The operators that operator `index` depends on, not looking beyond those of a kind in `stop`."""
        found, open_ = set(), [index]
        while open_:
            made_by = {
                maker[tensor] for tensor in graph.operators[open_.pop()].inputs if tensor in maker
            } - found
            found |= made_by
            open_ += [maker_ for maker_ in made_by if kinds[maker_] not in stop]
        return found

    products = [index for index, kind in enumerate(kinds) if kind == "BATCH_MATMUL"]
    if not products:
        return []
    heads = {
        index
        for product in products
        for index in before(product, stop=("CONV_2D",))
        if kinds[index] == "CONV_2D"
    }
    int8 = set().union(*(before(head) for head in heads)) - heads
    return [
        graph.tensors[tensor].name.decode()
        for index, operator in enumerate(graph.operators)
        if index not in int8
        for tensor in operator.outputs
    ]
