"""Where training runs: one device, all devices of a machine, or a cluster; and how a batch is shared out
among them.
"""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import keras
import tensorflow as tf

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.files import parse_json
from hsi_inr_tf.training.config import TrainConfig
from hsi_inr_tf.training.meeting import meet

TRAINERS = ("chief", "worker")  # the tasks of a cluster that train
ADDRESS = re.compile(r"[^\s/]+:\d{1,5}")
EXAMPLE = '{"cluster": {"worker": ["host:port", "host:port"]}, "task": {"type": "worker", "index": 0}}'


def strategy(config: TrainConfig) -> tf.distribute.Strategy:
    """The tf.distribute strategy; to be made before any other TensorFlow operation, as a cluster's workers
    meet in it.
    """
    name = _chosen(config)
    if name == "multi-worker":
        if _workers() < 1:
            raise InputError(f"--strategy multi-worker needs TF_CONFIG in the environment, such as {EXAMPLE}")
        meet(*_trainers())
        chosen = tf.distribute.MultiWorkerMirroredStrategy()
    elif name == "mirrored":
        chosen = tf.distribute.MirroredStrategy([device.name for device in _devices()])
    else:
        chosen = tf.distribute.get_strategy()
    replicas = chosen.num_replicas_in_sync
    if config.batch_size % (replicas * config.accumulation):
        raise InputError(
            f"--batch-size {config.batch_size} cannot be shared equally by {replicas} devices"
            + (f" in {config.accumulation} pieces each" if config.accumulation > 1 else "")
        )
    return chosen


def is_cluster(chosen: tf.distribute.Strategy) -> bool:
    """Whether other processes take part."""
    return chosen.cluster_resolver is not None and bool(chosen.cluster_resolver.cluster_spec().as_dict())


def sum_over_processes(chosen: tf.distribute.Strategy) -> Callable[..., list]:
    """A function from a few numbers of this process to their sums over all of the cluster; every process must
    call it.
    """
    if not is_cluster(chosen):
        return lambda *numbers: list(numbers)
    cluster = chosen.cluster_resolver.cluster_spec().as_dict()
    replicas = chosen.num_replicas_in_sync // sum(len(cluster.get(kind, ())) for kind in TRAINERS)

    @tf.function
    def sums(numbers):
        def exchange():
            return tf.distribute.get_replica_context().all_reduce(
                tf.distribute.ReduceOp.SUM, numbers / replicas
            )

        return chosen.run(exchange)

    def call(*numbers):
        return chosen.experimental_local_results(sums(tf.constant(numbers, tf.float64)))[0].numpy().tolist()

    return call


def is_chief(chosen: tf.distribute.Strategy) -> bool:
    """Whether this process writes the run folder."""
    if not is_cluster(chosen):
        return True
    resolver = chosen.cluster_resolver
    return resolver.task_type == "chief" or (
        resolver.task_type == "worker"
        and resolver.task_id == 0
        and "chief" not in resolver.cluster_spec().as_dict()
    )


def precision(config: TrainConfig) -> str:
    """Keras's name for the configured precision; "mixed" becomes what this machine computes fast."""
    if config.precision != "mixed":
        return config.precision
    if tf.config.list_physical_devices("GPU"):
        return "mixed_float16"
    if _processor_has_bfloat16():
        return "mixed_bfloat16"
    raise InputError(
        "--precision mixed needs a GPU or a processor with bfloat16 instructions (avx512_bf16, "
        "amx_bf16): use float32"
    )


@contextmanager
def computing_in(precision: str) -> Iterator[None]:
    """Within: layers are built to compute in this precision."""
    previous = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(previous)


def batches(chosen: tf.distribute.Strategy, dataset: Callable[..., tf.data.Dataset]) -> Iterator:
    """An iterator over global batches of (rgb, cube) in which each replica gets its own equal part.

    `dataset(shard=(index, count))` gives the tf.data.Dataset of a worker's part of every batch.
    """

    def share(context: tf.distribute.InputContext) -> tf.data.Dataset:
        part = dataset(shard=(context.input_pipeline_id, context.num_input_pipelines))
        replicas = context.num_replicas_in_sync // context.num_input_pipelines
        if replicas == 1:
            return part

        def split(*tensors):
            return tf.data.Dataset.from_tensor_slices(
                tuple(tf.stack(tf.split(tensor, replicas)) for tensor in tensors)
            )

        return part.flat_map(split).prefetch(2 * replicas)

    return iter(chosen.distribute_datasets_from_function(share))


def set_determinism(config: TrainConfig) -> None:
    """Seed every generator and, if asked for, allow only operations that repeat their bits."""
    keras.utils.set_random_seed(config.seed)
    if config.deterministic:
        tf.config.experimental.enable_op_determinism()


def _chosen(config):
    if config.strategy != "auto":
        return config.strategy
    if _workers() > 1:
        return "multi-worker"
    return "mirrored" if len(tf.config.list_physical_devices("GPU")) > 1 else "one"


def _workers() -> int:
    """How many processes train, by TF_CONFIG; InputError for one that TensorFlow would not understand."""
    text = os.environ.get("TF_CONFIG", "{}")
    try:
        stated = parse_json(text)
    except InputError as error:
        raise InputError(f"TF_CONFIG: {error}, expected such as {EXAMPLE}") from error
    cluster, task = stated.get("cluster", {}), stated.get("task", {})
    if not isinstance(cluster, dict) or not all(
        isinstance(hosts, list) and all(isinstance(host, str) and ADDRESS.fullmatch(host) for host in hosts)
        for hosts in cluster.values()
    ):
        raise InputError(f"TF_CONFIG names no lists of host:port by task, expected such as {EXAMPLE}")
    if cluster:
        kind, index = (task.get(name) if isinstance(task, dict) else None for name in ("type", "index"))
        if not isinstance(kind, str) or kind not in cluster:
            raise InputError(f"TF_CONFIG is of the task {kind}, expected one of {', '.join(cluster)}")
        if type(index) is not int or not 0 <= index < len(cluster[kind]):
            raise InputError(
                f"TF_CONFIG is of {kind} {index}, expected an index from 0 to {len(cluster[kind]) - 1}"
            )
    return sum(len(cluster.get(kind, [])) for kind in TRAINERS)


def _trainers() -> tuple[list[str], int]:
    """The addresses of the processes that train, by a TF_CONFIG that was checked, and which is this one."""
    stated = parse_json(os.environ["TF_CONFIG"])
    cluster, task = stated["cluster"], stated["task"]
    before = len(cluster.get("chief", [])) if task["type"] == "worker" else 0
    return [host for kind in TRAINERS for host in cluster.get(kind, [])], before + task["index"]


def _devices():
    return tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")


def _processor_has_bfloat16() -> bool:
    try:
        with open("/proc/cpuinfo") as file:
            flags = next((line for line in file if line.startswith("flags")), "").split()
    except OSError:
        return False
    return bool({"avx512_bf16", "amx_bf16"} & set(flags))
