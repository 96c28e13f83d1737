"""What a SavedModel would run, read before it is loaded: a graph is a program, and a stranger's may read and
write files.
"""

from pathlib import Path

from hsi_inr_tf.errors import InputError

LARGEST = 512 << 20  # bytes of saved_model.pb, whose weights lie beside it

# Arithmetic, shapes, loops and variables. None of them reaches a file, the network or Python.
OPERATORS = frozenset(
    """
    Abs Add AddN AddV2 All Any AssignVariableOp AvgPool BatchMatMul BatchMatMulV2 BatchToSpaceND BiasAdd
    BroadcastArgs BroadcastTo Cast Ceil ClipByValue Concat ConcatV2 Const Conv2D Conv2DBackpropInput Cos
    DecodeImage DecodeJpeg DecodePng DepthToSpace DepthwiseConv2dNative DisableCopyOnRead Einsum Elu Equal Erf
    Erfc Exp ExpandDims Fill Floor FloorDiv FloorMod FusedBatchNorm FusedBatchNormV3 Gather GatherNd GatherV2
    Greater GreaterEqual Identity IdentityN If LeakyRelu Less LessEqual Log Log1p LogicalAnd LogicalNot
    LogicalOr MatMul Max MaxPool Maximum Mean Min Minimum Mul Neg NoOp NotEqual OneHot Pack Pad PadV2
    PartitionedCall Placeholder PlaceholderWithDefault Pow Prod Range Rank ReadVariableOp RealDiv Reciprocal
    Relu Relu6 Reshape ResizeBilinear ResizeNearestNeighbor ReverseV2 Round Rsqrt Select SelectV2 Selu Shape
    ShapeN Sigmoid Sign Sin Size Slice Softmax Softplus SpaceToBatchND SpaceToDepth Split SplitV Sqrt Square
    SquaredDifference Squeeze StatefulPartitionedCall StatelessIf StatelessWhile StaticRegexFullMatch
    StopGradient StridedSlice StringJoin Sub Sum Tanh TensorListFromTensor TensorListGetItem
    TensorListReserve TensorListSetItem TensorListStack Tile Transpose Unpack VarHandleOp VarIsInitializedOp
    While ZerosLike
    """.split()  # noqa: SIM905 - a list of literals has a line for each
)
# What TensorFlow itself adds for storing variables; nothing that a signature runs may reach it.
SAVING = frozenset(("MergeV2Checkpoints", "RestoreV2", "SaveV2", "ShardedFilename"))
SAVERS = ("__inference__traced_save_", "__inference__traced_restore_")


def check(folder: Path) -> None:
    """InputError unless the SavedModel in `folder` holds only operators that exports of this package need.

    To be called before the model is loaded.
    """
    from google.protobuf.message import DecodeError
    from tensorflow.core.protobuf import saved_model_pb2

    path = folder / "saved_model.pb"
    if (size := path.stat().st_size) > LARGEST:
        raise InputError(f"{path} has {size >> 20} MiB, expected at most {LARGEST >> 20}")
    saved = saved_model_pb2.SavedModel()
    try:
        saved.ParseFromString(path.read_bytes())
    except DecodeError as error:
        raise InputError(f"{path} is damaged ({error}), expected a SavedModel") from error
    if not saved.meta_graphs:
        raise InputError(f"{path} holds no graph, expected a SavedModel")
    for meta in saved.meta_graphs:
        _check_nodes(meta.graph_def.node, OPERATORS, path)
        called = set(meta.object_graph_def.concrete_functions)
        for function in meta.graph_def.library.function:
            name = function.signature.name
            saver = name.startswith(SAVERS) and name not in called
            _check_nodes(function.node_def, OPERATORS | SAVING if saver else OPERATORS, path)
            for node in function.node_def:
                if any(called_by.startswith(SAVERS) for called_by in _functions(node)):
                    raise InputError(f"{path}: {name} stores variables, expected a graph that computes only")


def _check_nodes(nodes, allowed, path):
    for node in nodes:
        if node.op not in allowed:
            raise InputError(
                f"{path} runs the operator {node.op}, which no model of hsi-inr export needs: "
                "reconstruct, evaluate and serve load it with --trust"
            )


def _functions(node):
    """The names of the functions that a node's attributes name."""
    for value in node.attr.values():
        if value.HasField("func"):
            yield value.func.name
        yield from (one.name for one in value.list.func)
