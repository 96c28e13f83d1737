"""A bounded load test of hsi-inr serve over loopback: good requests of mixed sizes, malformed ones between
them.
"""

import base64
import contextlib
import http.client
import io
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from pathlib import Path
from typing import IO, Annotated, Any

import numpy as np
import tyro

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.files import write_json
from hsi_inr_tf.ranges import between, whole

LARGE = 256 << 20  # bytes of the body that is too large
TOLERANCE = (
    1e-4  # of relative radiance; JSON and binary answers carry every digit, other batches round otherwise
)


@dataclass(frozen=True)
class Options:
    model: Annotated[str, tyro.conf.Positional] = "inr-compact"
    """A bundled model (inr-compact, inr-edge), a run folder, a SavedModel folder or a .tflite file."""
    clients: tuple[Annotated[int, whole(1, 1024)], ...] = (1, 8, 8, 8)
    """Clients that ask at the same time, one measurement each; repeated ones show whether the server's memory
    grows.
    """
    seconds: Annotated[float, between(0, 1e6)] = 20.0
    """Length of a measurement."""
    sides: tuple[Annotated[int, whole(1, 1 << 14)], ...] = (64, 128, 256)
    """Sides of the pictures."""
    json: Path | None = None
    """Also write the figures to this file."""


@dataclass
class Tally:
    """What one measurement saw."""

    milliseconds: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


def run(options: Options) -> None:
    """Load test of hsi-inr serve: good requests from several clients, malformed ones between them."""
    rows: list[dict] = []
    with serving(options.model) as server:
        cases = good_cases(options.model, server, options.sides)
        bad = bad_cases(server)
        # Builds graphs and buffers for every size.
        measure(server, cases, bad, clients=1, seconds=min(5.0, options.seconds))
        print(
            f"{'clients':>7} {'answers/s':>9} {'p50 ms':>8} {'p99 ms':>8} {'refused':>8} {'wrong':>6} "
            f"{'server MB':>10}"
        )
        for clients in options.clients:
            tally = measure(server, cases, bad, clients, options.seconds)
            fast, slow = np.percentile(tally.milliseconds, (50, 99))
            row = {
                "clients": clients,
                "per_second": len(tally.milliseconds) / options.seconds,
                "p50_ms": float(fast),
                "p99_ms": float(slow),
                "refused": tally.refused,
                "wrong": tally.wrong,
                "resident_mb": server.resident_mb(),
            }
            rows.append(row)
            print(
                f"{clients:7d} {row['per_second']:9.1f} {fast:8.1f} {slow:8.1f} "
                f"{sum(tally.refused.values()):8d} "
                f"{len(tally.wrong):6d} {row['resident_mb']:10.0f}",
                flush=True,
            )
        print(
            "refused, each with a sentence: "
            + ", ".join(f"{name} {count}" for name, count in sorted(tally.refused.items()))
        )
    if options.json:
        write_json(options.json, {"model": options.model, "sides": options.sides, "rows": rows})
    if wrong := [line for row in rows for line in row["wrong"]]:
        raise InputError(f"{len(wrong)} answers were wrong, the first: {wrong[0]}")


@dataclass(frozen=True)
class Running:
    """A server process and where it listens."""

    process: subprocess.Popen
    port: int
    grpc_port: int
    name: str

    def resident_mb(self) -> float:
        """The memory that it holds."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    def post(self, path: str, body: Any, headers: dict) -> tuple[int, bytes, dict]:
        """(status, body, headers) of the answer to one request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read(), dict(answer.headers)
        finally:
            connection.close()


@contextlib.contextmanager
def serving(
    model: str, *arguments: str, wait: float = 600.0, log: IO | int = subprocess.DEVNULL
) -> Iterator[Running]:
    """Runs hsi-inr serve on free ports of loopback, gives a Running once it is ready, and ends it with
    SIGTERM. What it prints goes to `log`.
    """
    port, grpc_port = _free_port(), _free_port()
    ports = ("--port", str(port), "--grpc-port", str(grpc_port))
    process = subprocess.Popen(
        [sys.executable, "-m", "hsi_inr_tf", "serve", str(model), "--name", "loaded", *ports, *arguments],
        stdout=log,
        stderr=log,
    )
    server = Running(process, port, grpc_port, "loaded")
    try:
        _until_ready(server, wait)
        yield server
        process.send_signal(signal.SIGTERM)
        if status := process.wait(60):
            raise RuntimeError(f"the server ended with status {status}")
    finally:
        process.kill()
        process.wait()


def good_cases(model: str, server: Running, sides: Sequence[int]) -> list:
    """Requests with their right answers: pairs (ask, expected cube); ask() gives the server's cube."""
    from PIL import Image

    from hsi_inr_tf.inference import load
    from hsi_inr_tf.serving import importing_kserve
    from hsi_inr_tf.serving.client import reconstruct

    with importing_kserve():
        from kserve.protocol.grpc import grpc_predict_v2_pb2, grpc_predict_v2_pb2_grpc
    rpc = (grpc_predict_v2_pb2, grpc_predict_v2_pb2_grpc.GRPCInferenceServiceStub)
    reconstructor = load(model)
    generator = np.random.default_rng(0)
    cases = []
    for side in sides:
        rgb = generator.integers(0, 256, (side, side + 8, 3), np.uint8)
        expected = reconstructor.reconstruct(rgb).data
        file = io.BytesIO()
        Image.fromarray(rgb).save(file, "PNG")
        png = file.getvalue()
        cases.append(
            (
                lambda rgb=rgb: reconstruct(f"http://127.0.0.1:{server.port}", server.name, rgb[None])[0][0],
                expected,
            )
        )
        cases.append((lambda png=png: _ask_grpc(server, png, *rpc), expected))
        if side <= 128:
            cases.append((lambda png=png: _ask_v1(server, png), expected))
    return cases


def bad_cases(server: Running) -> dict:
    """Malformed requests by name: each gives the status and the body that the server answered with."""
    from PIL import Image

    jpeg = io.BytesIO()
    Image.fromarray(np.random.default_rng(1).integers(0, 256, (64, 64, 3), np.uint8)).save(jpeg, "JPEG")
    v1, v2 = f"/v1/models/{server.name}:predict", f"/v2/models/{server.name}/infer"
    as_json = {"Content-Type": "application/json"}

    def file(data):
        return json.dumps({"instances": [{"image_bytes": {"b64": base64.b64encode(data).decode()}}]})

    def tensor(values, shape, kind="FP32"):
        data = np.asarray(values).tobytes()
        head = json.dumps(
            {
                "inputs": [
                    {
                        "name": "rgb",
                        "shape": shape,
                        "datatype": kind,
                        "parameters": {"binary_data_size": len(data)},
                    }
                ]
            }
        ).encode()
        return head + data, {
            "Content-Type": "application/octet-stream",
            "Inference-Header-Content-Length": str(len(head)),
        }

    bomb = file(_bomb(10000))
    zeros = repeat(bytes(1 << 20))
    large = {"Content-Type": "application/json", "Content-Length": str(LARGE)}
    return {
        "wrong shape": lambda: server.post(v2, *tensor(np.zeros((8, 8), np.float32), [8, 8])),
        "too few values": lambda: server.post(v2, *tensor(np.zeros(7, np.float32), [1, 8, 8, 3])),
        "NaN": lambda: server.post(v2, *tensor(np.full((1, 8, 8, 3), np.nan, np.float32), [1, 8, 8, 3])),
        "wrong type": lambda: server.post(v1, json.dumps({"instances": [[[["a", "b", "c"]]]]}), as_json),
        "no JSON": lambda: server.post(v1, "{", as_json),
        "truncated JPEG": lambda: server.post(v1, file(jpeg.getvalue()[:600]), as_json),
        "10000x10000 PNG": lambda: server.post(v1, bomb, as_json),
        "256 MB body": lambda: server.post(v1, (next(zeros) for _ in range(LARGE >> 20)), large),
    }


def measure(server: Running, cases: Sequence[tuple], bad: dict, clients: int, seconds: float) -> Tally:
    """`clients` threads that ask the good cases in turn for `seconds`, while one more asks the bad ones."""
    tally, end = Tally(), time.monotonic() + seconds

    def ask(first):
        turn = first
        while time.monotonic() < end:
            request, expected = cases[turn % len(cases)]
            began = time.monotonic()
            try:
                difference = float(np.abs(request() - expected).max())
                problem = f"{difference:.1e} from the right answer" if difference > TOLERANCE else None
            except Exception as error:  # whatever goes wrong is what this test is for
                problem = f"{type(error).__name__}: {error}"
            with tally.lock:
                tally.milliseconds.append(1e3 * (time.monotonic() - began))
                if problem:
                    tally.wrong.append(f"request {turn % len(cases)}: {problem}")
            turn += 1

    def disturb():
        while time.monotonic() < end:
            for name, request in bad.items():
                try:
                    status, body, _ = request()
                    problem = (
                        None if status in (400, 413) and json.loads(body)["error"] else f"status {status}"
                    )
                except (OSError, ValueError, KeyError, http.client.HTTPException) as error:
                    problem = f"{type(error).__name__}: {error}"
                if problem:
                    tally.wrong.append(f"{name}: {problem}")
                tally.refused[name] = tally.refused.get(name, 0) + 1
            time.sleep(0.5)

    threads = [threading.Thread(target=ask, args=(first,)) for first in range(clients)] + [
        threading.Thread(target=disturb)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return tally


def _ask_v1(server, png):
    body = json.dumps({"instances": [{"image_bytes": {"b64": base64.b64encode(png).decode()}}]})
    status, answer, _ = server.post(
        f"/v1/models/{server.name}:predict", body, {"Content-Type": "application/json"}
    )
    if status != 200:
        raise RuntimeError(f"status {status}: {answer[:200]!r}")
    return np.float32(json.loads(answer)["predictions"][0])


def _ask_grpc(server, png, messages, stub):
    import grpc

    tensor = messages.ModelInferRequest.InferInputTensor(name="image_bytes", datatype="BYTES", shape=[1])
    contents = [struct.pack("<I", len(png)) + png]
    request = messages.ModelInferRequest(model_name=server.name, inputs=[tensor], raw_input_contents=contents)
    with grpc.insecure_channel(
        f"127.0.0.1:{server.grpc_port}", [("grpc.max_receive_message_length", -1)]
    ) as channel:
        answer = stub(channel).ModelInfer(request, timeout=120)
    return np.frombuffer(answer.raw_output_contents[0], np.float32).reshape(answer.outputs[0].shape)[0]


def _bomb(side):
    """A PNG of side x side white pixels in a few kilobytes."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packed = zlib.compressobj(9)
    pixels = b"".join([packed.compress(bytes(side // 8 + 2)) for _ in range(side)]) + packed.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _until_ready(server, wait):
    end = time.monotonic() + wait
    while time.monotonic() < end:
        if server.process.poll() is not None:
            raise InputError(
                f"hsi-inr serve ended with status {server.process.returncode}: run it by hand to see why"
            )
        with contextlib.suppress(OSError):
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
            connection.request("GET", "/v2/health/ready")
            if connection.getresponse().status == 200:
                return
        time.sleep(0.5)
    raise InputError(f"hsi-inr serve was not ready after {wait:g} s")
