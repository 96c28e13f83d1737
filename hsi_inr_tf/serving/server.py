"""kserve's ModelServer with what it lacks for the open: limits, a chosen address, plain refusals, and an
orderly end.
"""

import asyncio
import logging
import struct
import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import kserve.model_server
from grpc import aio
from kserve import ModelServer
from kserve.errors import InvalidInput
from kserve.protocol.dataplane import DataPlane
from kserve.protocol.grpc import grpc_predict_v2_pb2_grpc
from kserve.protocol.grpc.servicer import InferenceServicer
from kserve.protocol.model_repository_extension import ModelRepositoryExtension

from hsi_inr_tf.serving import refusals
from hsi_inr_tf.serving.binary_request import with_files_as_base64
from hsi_inr_tf.serving.limits import BodyLimit, RequestLimit
from hsi_inr_tf.serving.model import ServedModel
from hsi_inr_tf.serving.refusals import Refused
from hsi_inr_tf.serving.upload import upload_to

LENGTH_OF_JSON = "inference-header-content-length"
GRACE = 30  # seconds that requests under way get to finish


class Server(ModelServer):
    """Serves one model at `host`: over REST (V1 and V2) at `port` and, unless it is None, over gRPC (V2) at
    `grpc_port`.
    """

    def __init__(self, host: str, port: int, grpc_port: int | None) -> None:
        super().__init__(http_port=port, enable_grpc=False, grace_period=GRACE, enable_latency_logging=False)
        self.host = host
        self.rpc_port = grpc_port
        self.dataplane = CheckedDataPlane(model_registry=self.registered_models)
        self.model_repository_extension = FixedRepository(model_registry=self.registered_models)

    def serve(self, model: ServedModel) -> None:
        """Serve until SIGTERM or Ctrl-C, then finish what is under way."""
        warnings.filterwarnings("ignore", message="ORJSONResponse is deprecated")  # kserve's concern
        self.limits = model.limits
        app = kserve.model_server.app
        app.add_middleware(BodyLimit, limit=model.limits.body)
        app.add_middleware(RequestLimit, limit=model.limits.requests)  # added last, so asked first
        app.add_api_route(f"/v1/models/{model.name}/metadata", _metadata_of(model), methods=["GET"])
        app.add_api_route(f"/v1/models/{model.name}/cube", upload_to(model), methods=["POST"])
        self.start([model])

    async def _serve(self):
        self._rest_server._add_exception_handlers = refusals.add_to  # kserve's write tracebacks into the log
        logging.getLogger("kserve.trace").setLevel(logging.WARNING)  # uvicorn logs a line a request already
        config = self._rest_server.config
        config.host = self.host  # kserve binds to every address
        config.http = "h11"  # which refuses headers of more than 64 KB; httptools holds what comes
        # Of connections, idle ones too; beyond it uvicorn refuses everyone.
        config.limit_concurrency = 16 * self.limits.requests
        if self.rpc_port is None:
            return await super()._serve()
        await asyncio.gather(super()._serve(), self._stop_with_rest(await self._start_grpc()))

    async def _stop_with_rest(self, grpc_server):
        while not self._uvicorn().should_exit:  # it takes the signals and sets it
            await asyncio.sleep(0.1)
        await grpc_server.stop(GRACE)

    async def _start_grpc(self):
        largest = self.limits.pixels * 4096 + (1 << 20)  # a cube of 1024 bands
        server = aio.server(
            ThreadPoolExecutor(2),
            interceptors=(refusals.Answering(),),
            maximum_concurrent_rpcs=self.limits.requests,
            options=[
                ("grpc.max_receive_message_length", self.limits.body),
                ("grpc.max_send_message_length", min(largest, 2**31 - 1)),
            ],
        )
        servicer = InferenceServicer(self.dataplane, self.model_repository_extension)
        grpc_predict_v2_pb2_grpc.add_GRPCInferenceServiceServicer_to_server(servicer, server)
        host = f"[{self.host}]" if ":" in self.host else self.host
        server.add_insecure_port(f"{host}:{self.rpc_port}")
        await server.start()
        return server

    def stop(self, sig: int) -> None:
        # kserve would unload the model here, and requests that have been accepted would find none.
        self._uvicorn().should_exit = True

    def _uvicorn(self):
        """The server of kserve's REST side, which kserve keeps to itself (tried on 0.21)."""
        return self._rest_server._server


class CheckedDataPlane(DataPlane):
    """Refuses, in a sentence, requests that kserve's decoder trips over."""

    def decode(self, body: Any, headers: dict[str, str] | None, *args: Any, **kwargs: Any) -> Any:
        kind = (headers or {}).get("content-type", "")
        if "cloudevents" in kind.lower() or any(name.startswith("ce-") for name in headers or ()):
            raise Refused("events are not taken, expected the request itself as application/json")
        if kind:  # "application/json; charset=utf-8" is JSON too
            headers = {**(headers or {}), "content-type": kind.split(";")[0].strip().lower()}
        try:
            return super().decode(body, headers, *args, **kwargs)
        except InvalidInput as error:
            raise Refused(error.reason) from error
        except (
            ValueError,
            TypeError,
            KeyError,
            AttributeError,
            IndexError,
            OverflowError,
            RuntimeError,
            struct.error,
        ) as error:
            raise Refused(f"the request cannot be read ({type(error).__name__}: {error})") from error

    def decode_inference_request(self, body: Any, headers: dict[str, str], model_name: str) -> Any:
        length = headers.get(LENGTH_OF_JSON)
        if isinstance(body, bytes) and length is not None:
            body, shorter = with_files_as_base64(body, int(length))
            headers = {**headers, LENGTH_OF_JSON: str(shorter)}
        return super().decode_inference_request(body, headers, model_name)


class FixedRepository(ModelRepositoryExtension):
    """No client may load or unload models."""

    async def load(self, model_name: str) -> None:
        raise Refused("this server's models are fixed when it starts")

    async def unload(self, model_name: str) -> None:
        raise Refused("this server's models are fixed when it starts")


def _metadata_of(model):
    """GET /v1/models/NAME/metadata: what the model says of itself."""
    description = model.reconstructor.description
    metadata = {
        "wavelengths": description.wavelengths,
        "camera": description.camera.to_dict(),
        "provenance": description.provenance,
    }

    async def answer():
        return {"model_spec": {"name": model.name}, "metadata": metadata}

    return answer
