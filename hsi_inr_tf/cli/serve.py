"""Serving a trained model over HTTP and gRPC."""

import re
import socket
from dataclasses import dataclass
from typing import Annotated

import tyro

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.inference import engines
from hsi_inr_tf.ranges import one_of, whole


@dataclass(frozen=True)
class Options:
    model: Annotated[str, tyro.conf.Positional]
    """A bundled model (inr-compact, inr-edge), a run folder, a SavedModel folder or a .tflite file."""
    engine: Annotated[str, one_of(engines.NAMES)] = "auto"
    """What computes: LiteRT where the model has a .tflite, else TensorFlow (auto), or one of them."""
    trust: bool = False
    """Load a SavedModel whatever its program may do, to files too: for makers whom you trust."""
    name: str | None = None
    """The model's name in addresses; by default that of its preset."""
    host: str = "127.0.0.1"
    """The address to listen at; 0.0.0.0 is all of them, for anyone who can reach this machine."""
    port: Annotated[int, whole(1, 65535)] = 8080
    """The port of the REST protocols, V1 and V2."""
    grpc_port: Annotated[int | None, whole(1, 65535, optional=True)] = 8081
    """The port of the gRPC protocol, V2; None for no gRPC."""
    max_body_mb: Annotated[int, whole(1, 65536)] = 32
    """Requests with a larger body are refused (413)."""
    max_pixels: Annotated[int, whole(1)] = 1 << 20
    """Requests with more pixels are refused (400), by what pictures' headers say."""
    max_json_pixels: Annotated[int, whole(1)] = 1 << 16
    """The same where the answer is JSON instead of binary tensors."""
    workers: Annotated[int, whole(1, 1024)] = 2
    """Pictures that are reconstructed at the same time."""


def run(options: Options) -> None:
    """Serve a trained model with kserve: REST V1 (as TF Serving), REST V2 and gRPC V2. See
    docs/serving.md.
    """
    from hsi_inr_tf.inference import load
    from hsi_inr_tf.serving import importing_kserve

    with importing_kserve():
        from hsi_inr_tf.serving.limits import Limits
        from hsi_inr_tf.serving.model import ServedModel
        from hsi_inr_tf.serving.server import Server

    _check(options)
    reconstructor = load(options.model, options.engine, options.trust)
    limits = Limits(options.max_body_mb << 20, options.max_pixels, options.max_json_pixels)
    name = options.name or reconstructor.description.model
    _check_name(name)  # a stranger's description may say anything
    model = ServedModel(name, reconstructor, limits, options.workers)
    grpc = f"; gRPC at {options.host}:{options.grpc_port}" if options.grpc_port is not None else ""
    print(
        f"serving {model.name} at http://{options.host}:{options.port}/v1/models/{model.name}:predict and "
        f"/v2/models/{model.name}/infer{grpc}. Stop with Ctrl-C.",
        flush=True,
    )
    Server(options.host, options.port, options.grpc_port).serve(model)


def _check(options):
    if options.name is not None:
        _check_name(options.name)
    if not options.host:
        raise InputError("--host is empty, expected an address such as 127.0.0.1")
    if options.port == options.grpc_port:
        raise InputError(f"--port and --grpc-port are both {options.port}, expected two ports")
    for port in (options.port, options.grpc_port):
        if port is not None:
            _check_free(options.host, port)


def _check_name(name):
    if not re.fullmatch(r"[\w.-]{1,100}", name, re.ASCII):
        raise InputError(
            f"--name {name[:100]} cannot stand in an address, expected up to 100 ASCII letters, digits, "
            "points and dashes"
        )


def _check_free(host, port):
    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except (OSError, OverflowError, TypeError, ValueError) as error:  # of names that are none
        reason = getattr(error, "strerror", None) or error
        raise InputError(
            f"cannot listen at {host}:{port} ({reason}), choose another --host or --port"
        ) from error
