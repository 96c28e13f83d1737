"""Where training runs: one device, all devices of a machine, or a cluster; and how a batch is shared out among them."""

import json
import os

import keras
import tensorflow as tf

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.training.config import TrainConfig


def strategy(config: TrainConfig) -> tf.distribute.Strategy:
    """The tf.distribute strategy; to be made before any other TensorFlow operation, as a cluster's workers meet in it."""
    name = _chosen(config)
    if name == "multi-worker":
        if _workers() < 1:
            raise InputError("--strategy multi-worker needs TF_CONFIG in the environment, such as "
                             '{"cluster": {"worker": ["host:port", "host:port"]}, "task": {"type": "worker", "index": 0}}')
        chosen = tf.distribute.MultiWorkerMirroredStrategy()
    elif name == "mirrored":
        chosen = tf.distribute.MirroredStrategy([device.name for device in _devices()])
    else:
        chosen = tf.distribute.get_strategy()
    replicas = chosen.num_replicas_in_sync
    if config.batch_size % (replicas * config.accumulation):
        raise InputError(f"--batch-size {config.batch_size} cannot be shared equally by {replicas} devices"
                         + (f" in {config.accumulation} pieces each" if config.accumulation > 1 else ""))
    return chosen


def is_chief(chosen: tf.distribute.Strategy) -> bool:
    """Whether this process writes the run folder."""
    resolver = chosen.cluster_resolver
    if resolver is None or not resolver.cluster_spec().as_dict():
        return True
    return resolver.task_type == "chief" or (resolver.task_type == "worker" and resolver.task_id == 0
                                             and "chief" not in resolver.cluster_spec().as_dict())


def precision(config: TrainConfig) -> str:
    """Keras's name for the configured precision; "mixed" becomes what this machine computes fast."""
    if config.precision != "mixed":
        return config.precision
    if tf.config.list_physical_devices("GPU"):
        return "mixed_float16"
    if _processor_has_bfloat16():
        return "mixed_bfloat16"
    raise InputError("--precision mixed needs a GPU or a processor with bfloat16 instructions (avx512_bf16, amx_bf16): use float32")


def batches(chosen: tf.distribute.Strategy, dataset):
    """An iterator over global batches of (rgb, cube) in which each replica gets its own equal part.

    `dataset(shard=(index, count))` gives the tf.data.Dataset of a worker's part of every batch.
    """

    def share(context: tf.distribute.InputContext) -> tf.data.Dataset:
        part = dataset(shard=(context.input_pipeline_id, context.num_input_pipelines))
        replicas = context.num_replicas_in_sync // context.num_input_pipelines
        if replicas == 1:
            return part

        def split(*tensors):
            return tf.data.Dataset.from_tensor_slices(tuple(tf.stack(tf.split(tensor, replicas)) for tensor in tensors))

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
    try:
        cluster = json.loads(os.environ.get("TF_CONFIG", "{}")).get("cluster", {})
        return sum(len(cluster.get(kind, [])) for kind in ("chief", "worker"))
    except (ValueError, AttributeError, TypeError) as error:
        raise InputError(f"TF_CONFIG is not the JSON that TensorFlow documents ({error})") from error


def _devices():
    return tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")


def _processor_has_bfloat16() -> bool:
    try:
        with open("/proc/cpuinfo") as file:
            flags = next((line for line in file if line.startswith("flags")), "").split()
    except OSError:
        return False
    return bool({"avx512_bf16", "amx_bf16"} & set(flags))
