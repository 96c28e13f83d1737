"""Requests that are nonsense, over real sockets: a status, a sentence, and one line of log each."""

import asyncio
import json
import re
import socket
import time

import grpc
import numpy as np
import pytest

from hsi_inr_tf import export
from hsi_inr_tf.cli.benchmarks import load

pytest.importorskip("kserve", reason="needs the extra serving")
SERVICE = "/inference.GRPCInferenceService/"


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    return tmp_path_factory.mktemp("log") / "server.log"


@pytest.fixture(scope="module")
def server(random_model, tmp_path_factory, log):
    path = tmp_path_factory.mktemp("hostile") / "model.tflite"
    export.tflite(*random_model(), path, height=None, width=None)
    with open(log, "wb") as file, load.serving(path, log=file) as server:
        yield server


@pytest.fixture
def new_lines(server, log):
    """What the server has logged since the test began."""
    before = log.stat().st_size

    def lines():
        end = time.monotonic() + 3
        while log.stat().st_size == before and time.monotonic() < end:
            time.sleep(0.02)
        time.sleep(0.05)  # for more than one
        text = log.read_bytes()[before:].decode()
        assert "Traceback" not in text, text
        return text.splitlines()

    return lines


def raw(server, request: bytes, wait=10.0) -> bytes:
    """What the server says to bytes on a connection of their own, until it closes it or falls silent."""
    answer = b""
    with socket.create_connection(("127.0.0.1", server.port), timeout=wait) as connection:
        try:
            connection.sendall(request)
            while piece := connection.recv(1 << 16):
                answer += piece
        except (TimeoutError, ConnectionError):
            pass
    return answer


def binary(**fields):
    """A V2 request with one tensor of 8 x 8 pixels, whose JSON has other `fields`."""
    data = np.zeros((1, 8, 8, 3), np.uint8).tobytes()
    tensor = {
        "name": "rgb",
        "shape": [1, 8, 8, 3],
        "datatype": "UINT8",
        "parameters": {"binary_data_size": len(data)},
    }
    tensor.update(fields.pop("tensor", {}))
    head = json.dumps({"inputs": [tensor], **fields}).encode()
    kind = {"Content-Type": "application/octet-stream", "Inference-Header-Content-Length": str(len(head))}
    return head + data, kind


JSON = {"Content-Type": "application/json"}
INFER, PREDICT = "/v2/models/loaded/infer", "/v1/models/loaded:predict"
TENSOR = {"name": "image_bytes", "shape": [1], "datatype": "BYTES", "data": ["aGVsbG8="]}
# What is asked -> (path, body, headers), the status.
POSTED = {
    "id a number": ((INFER, *binary(id=5)), 400),
    "id a list": ((INFER, *binary(id=[1])), 400),
    "parameters a number": ((INFER, *binary(parameters=5)), 400),
    "parameters of a tensor a number": ((INFER, *binary(tensor={"parameters": 5})), 400),
    "parameters of an output a list": ((INFER, *binary(outputs=[{"name": "hsi", "parameters": [1]}])), 400),
    "name a number": ((INFER, *binary(tensor={"name": 5})), 400),
    "name a list": ((INFER, *binary(tensor={"name": ["rgb"]})), 400),
    "outputs a number": ((INFER, *binary(outputs=5)), 400),
    "output without name": ((INFER, *binary(outputs=[{}])), 400),
    "shape of words": ((INFER, *binary(tensor={"shape": ["a"]})), 400),
    "shape negative": ((INFER, *binary(tensor={"shape": [-1, -1, 8, 3]})), 400),
    "shape huge": ((INFER, *binary(tensor={"shape": [10**18, 8, 8, 3]})), 400),
    "size negative": ((INFER, *binary(tensor={"parameters": {"binary_data_size": -5}})), 400),
    "size a word": ((INFER, *binary(tensor={"parameters": {"binary_data_size": "x"}})), 400),
    "datatype unknown": ((INFER, *binary(tensor={"datatype": "COMPLEX"})), 400),
    "datatype a number": ((INFER, *binary(tensor={"datatype": 5})), 400),
    "header length a word": (
        (INFER, b"{}", {"Content-Type": "application/octet-stream", "Inference-Header-Content-Length": "x"}),
        400,
    ),
    "header length too large": (
        (INFER, b"{}", {"Content-Type": "application/octet-stream", "Inference-Header-Content-Length": "9"}),
        400,
    ),
    "id a number, in JSON": ((INFER, json.dumps({"id": 5, "inputs": [TENSOR]}), JSON), 400),
    "parameters a number, in JSON": ((INFER, json.dumps({"parameters": 5, "inputs": [TENSOR]}), JSON), 400),
    "bytes a number": ((INFER, json.dumps({"inputs": [{**TENSOR, "data": [5]}]}), JSON), 400),
    "bytes nested": ((INFER, json.dumps({"inputs": [{**TENSOR, "data": [["x"]]}]}), JSON), 400),
    "bytes null": ((INFER, json.dumps({"inputs": [{**TENSOR, "data": [None]}]}), JSON), 400),
    "bytes half a character": ((INFER, '{"inputs": [{"name": "image_bytes", "shape": [1],'
                                '"datatype": "BYTES", "data": ["\\ud800"]}]}', JSON), 400),
    "events": ((PREDICT, b"{}", {"Content-Type": "application/cloudevents+json"}), 400),
    "events in V2": ((INFER, b"{}", {"Content-Type": "application/cloudevents+json"}), 400),
    "events in headers": ((PREDICT, b"{}", {**JSON, "ce-id": "1", "ce-source": "x", "ce-type": "y",
                                            "ce-specversion": "1.0"}), 400),
    "no UTF-8": ((PREDICT, b'{"instances": ["\xff\xfe"]}', JSON), 400),
    "a version": (("/v2/models/loaded/versions/3/infer", json.dumps({"inputs": [TENSOR]}), JSON), 501),
    "an explanation": (("/v1/models/loaded:explain", b'{"instances": []}', JSON), 501),
    "another model": (("/v1/models/another:predict", b"{}", JSON), 404),
    "a model outside ASCII": (("/v1/models/na%C3%AFve%20%F0%9F%98%80:predict", b"{}", JSON), 404),
    "a model that is no UTF-8": (("/v1/models/%ff%fe:predict", b"{}", JSON), 404),
    "another model in V2": (("/v2/models/na%C3%AFve/infer", json.dumps({"inputs": [TENSOR]}), JSON), 404),
    "nowhere": (("/v9/models", b"", JSON), 404),
    "nowhere, long": (("/" + "x" * 5000, b"", JSON), 404),
    "a question that is posted": (("/v2/health/ready", b"", JSON), 405),
}  # fmt: skip


@pytest.mark.parametrize("name", POSTED)
def test_a_status_a_sentence_and_one_line_of_log(server, new_lines, name):
    (path, body, headers), expected = POSTED[name]
    status, answer, said = server.post(path, body, headers)
    assert status == expected, answer
    assert set(json.loads(answer)) == {"error"} and said["content-type"] == "application/json"
    sentence = json.loads(answer)["error"]
    assert 5 < len(sentence) < 400 and "\n" not in sentence
    (line,) = new_lines()
    assert str(expected) in line


@pytest.mark.parametrize(
    "request_line", ["DELETE /v1/models/loaded HTTP/1.1", "BREW /v2/health/ready HTTP/1.1"]
)
def test_methods_that_nothing_takes(server, new_lines, request_line):
    answer = raw(server, f"{request_line}\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    assert b" 405 " in answer.splitlines()[0] and b'{"error":"' in answer
    assert len(new_lines()) == 1


@pytest.mark.parametrize(
    "garbage",
    [b"\x00" * 1000 + b"\r\n\r\n", b"GET\r\n\r\n", b"GET / FTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00\r\n\r\n",
     b"POST /v1/models/loaded:predict HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
     b"POST /v1/models/loaded:predict HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"],
    ids=range(6),
)  # fmt: skip
def test_what_is_no_http_ends_its_connection_alone(server, new_lines, garbage):
    answer = raw(server, garbage, wait=3)
    assert not answer or b" 400 " in answer.splitlines()[0] or b" 505 " in answer.splitlines()[0]
    assert len(new_lines()) <= 1
    assert server.post("/v2/health/live", b"", JSON)[0] == 405  # others are answered


def test_headers_of_300_mb_are_not_held(server):
    before = server.resident_mb()
    line, sent = b"X: " + bytes(b"x" * (1 << 20)) + b"\r\n", 0
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        try:
            connection.sendall(b"GET /v2/health/live HTTP/1.1\r\nHost: x\r\n")
            for _ in range(300):
                connection.sendall(line)
                sent += 1
        except (ConnectionError, TimeoutError):
            pass
    assert sent < 20 and server.resident_mb() < before + 20


# ---- gRPC ----


def asked(server, method, body: bytes, timeout=20.0):
    """(code, details) of a request whose bytes are as they are."""
    with grpc.insecure_channel(f"127.0.0.1:{server.grpc_port}") as channel:
        try:
            channel.unary_unary(SERVICE + method)(body, timeout=timeout)
        except grpc.RpcError as error:
            return error.code(), error.details()
    return grpc.StatusCode.OK, ""


def message(name="loaded", **tensor):
    from kserve.protocol.grpc import grpc_predict_v2_pb2 as pb

    contents = tensor.pop("raw", [b"\x05\x00\x00\x00hello"])
    fields = {"name": "image_bytes", "datatype": "BYTES", "shape": [1], **tensor}
    inputs = [pb.ModelInferRequest.InferInputTensor(**fields)]
    return pb.ModelInferRequest(
        model_name=name, inputs=inputs, raw_input_contents=contents
    ).SerializeToString()


BAD = grpc.StatusCode.INVALID_ARGUMENT
RPC = {
    "garbage": ("ModelInfer", b"\xff" * 100, BAD),
    "text": ("ModelInfer", b"hello, world", BAD),
    "cut": ("ModelInfer", b"CUT", BAD),
    "garbage for a question": ("ModelReady", b"\xff\xfe\x00", BAD),
    "no model": ("ModelInfer", b"", grpc.StatusCode.NOT_FOUND),
    "no picture": ("ModelInfer", b"PICTURE", BAD),
    "no bytes": ("ModelInfer", b"BYTES", BAD),
    "other datatype": ("ModelInfer", b"DATATYPE", BAD),
    "other shape": ("ModelInfer", b"SHAPE", BAD),
    "two contents": ("ModelInfer", b"TWO", BAD),
    "a model outside ASCII": ("ModelInfer", b"MODEL", grpc.StatusCode.NOT_FOUND),
    "loading": ("RepositoryModelLoad", b"", BAD),
    "no such method": ("Explode", b"", grpc.StatusCode.UNIMPLEMENTED),
}


@pytest.mark.parametrize("name", RPC)
def test_over_grpc_a_code_a_sentence_and_one_line_of_log(server, new_lines, name):
    method, body, expected = RPC[name]
    bodies = {
        b"CUT": lambda: message()[:-7],
        b"PICTURE": message,
        b"BYTES": lambda: message(raw=[b"\xff\xff"]),
        b"DATATYPE": lambda: message(datatype="FP99"),
        b"SHAPE": lambda: message(datatype="FP32", shape=[-5]),
        b"TWO": lambda: message(raw=[b"a", b"b"]),
        b"MODEL": lambda: message("naïve 😀"),
    }
    code, details = asked(server, method, bodies.get(body, lambda: body)())
    assert code is expected, (code, details)
    assert 5 < len(details) < 400 and "\n" not in details
    (line,) = new_lines()
    assert re.search(rf"grpc {method} {expected.name}", line)


def test_what_is_no_grpc_disturbs_nobody(server, new_lines):
    for garbage in (
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x00" * 5000,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\xff" * 999,
    ):
        with socket.create_connection(("127.0.0.1", server.grpc_port), timeout=5) as connection:
            try:
                connection.sendall(garbage)
                while connection.recv(1 << 16):
                    pass
            except (TimeoutError, ConnectionError):
                pass
    assert asked(server, "ServerLive", b"")[0] is grpc.StatusCode.OK
    assert len(new_lines()) <= 1


def test_what_takes_too_long_is_given_up_and_what_waits_behind_it_never_begins():
    from hsi_inr_tf.serving.limits import Limits
    from hsi_inr_tf.serving.model import ServedModel
    from hsi_inr_tf.serving.refusals import TooLong, status_of

    model, begun = ServedModel("slow", None, Limits(seconds=0.1), workers=1), []

    async def ask():
        return await asyncio.gather(
            model.in_turn(time.sleep, 0.4), model.in_turn(begun.append, 1), return_exceptions=True
        )

    answers = asyncio.run(ask())
    assert [type(answer) for answer in answers] == [TooLong, TooLong] and "longer than 0.1 s" in str(
        answers[0]
    )
    model.executor.shutdown()
    assert begun == [] and status_of(answers[0])[0] == 503


def test_a_deadline_over_grpc_is_kept(server):
    picture = np.zeros((1000, 1000, 3), np.uint8)
    body = message(datatype="UINT8", shape=[1, 1000, 1000, 3], raw=[picture.tobytes()])
    began = time.monotonic()
    assert asked(server, "ModelInfer", body, timeout=0.001)[0] is grpc.StatusCode.DEADLINE_EXCEEDED
    assert time.monotonic() - began < 5
