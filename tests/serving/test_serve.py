"""scripts/serve.py as a real process on real sockets."""

import asyncio
import base64
import gzip
import io
import json
import re
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
import tyro
from PIL import Image

from hsi_inr_tf import export
from hsi_inr_tf.cli import serve
from hsi_inr_tf.cli.benchmarks import load
from hsi_inr_tf.cli.main import main
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.inference import load as load_model
from hsi_inr_tf.serving.client import reconstruct
from hsi_inr_tf.serving.limits import RequestLimit

pytest.importorskip("kserve", reason="needs the extra serving")


@pytest.fixture(scope="module")
def model(random_model, tmp_path_factory):
    """A small model with random weights as a SavedModel folder."""
    return export.saved_model(*random_model(), tmp_path_factory.mktemp("served") / "1")


@pytest.fixture(scope="module")
def server(model):
    with load.serving(model) as server:
        yield server


def url(server):
    return f"http://127.0.0.1:{server.port}"


def test_good_requests_stay_right_while_malformed_ones_arrive(model, server):
    cases, bad = load.good_cases(model, server, sides=(32, 64)), load.bad_cases(server)
    load.measure(server, cases, bad, clients=2, seconds=3)
    before = server.resident_mb()
    tally = load.measure(server, cases, bad, clients=2, seconds=5)
    assert tally.wrong == []
    assert len(tally.milliseconds) >= len(cases)
    assert set(tally.refused) == set(bad)
    assert server.resident_mb() < before + 100  # the body of 256 MB is not kept, nor is anything else


def test_rest_v1_answers_as_tf_serving_does(model, server):
    rgb = np.random.default_rng(2).random((2, 16, 24, 3), np.float32)
    cubes = [load_model(model).reconstruct(picture).data for picture in rgb]
    for body, key in (
        ({"instances": rgb.tolist()}, "predictions"),
        ({"inputs": {"rgb": rgb.tolist()}}, "outputs"),
        ({"instances": [{"rgb": picture.tolist()} for picture in rgb]}, "predictions"),
    ):
        kind = {"Content-Type": "application/json; charset=utf-8"}
        status, answer, _ = server.post("/v1/models/loaded:predict", json.dumps(body), kind)
        assert status == 200
        np.testing.assert_allclose(json.loads(answer)[key], cubes, atol=1e-5)


def test_the_client_gets_cubes_and_wavelengths_and_is_refused_in_a_sentence(model, server):
    rgb = np.random.default_rng(3).integers(0, 256, (2, 33, 50, 3), np.uint8)
    cubes, wavelengths = reconstruct(url(server), "loaded", rgb)
    reconstructor = load_model(model)
    np.testing.assert_allclose(cubes, [reconstructor.reconstruct(picture).data for picture in rgb], atol=1e-5)
    assert tuple(wavelengths) == reconstructor.description.wavelengths
    with pytest.raises(InputError, match=r"refuses \(400\).*at most"):
        reconstruct(url(server), "loaded", np.zeros((1, 1025, 1024, 3), np.uint8))
    with pytest.raises(InputError, match=r"refuses \(404\)"):
        reconstruct(url(server), "another", rgb)
    with pytest.raises(InputError, match="does not answer"):
        reconstruct("http://127.0.0.1:9", "loaded", rgb)


@pytest.mark.parametrize(
    ("path", "body", "kind", "reason"),
    [
        ("/v1/models/loaded:predict", b"[" * 100_000, "application/json", "Unrecognized request format"),
        ("/v1/models/loaded:predict", b"null", "application/json", "no JSON object"),
        ("/v1/models/loaded:predict", b"hello", "text/plain", "no JSON object"),
        ("/v1/models/loaded:predict", b'{"instances": []}', "application/json", "holds 0 pictures"),
        (
            "/v1/models/loaded:predict",
            b'{"instances": 3}',
            "application/json",
            "list with at least one picture",
        ),
        (
            "/v1/models/loaded:predict",
            b'{"instances": [[[[0, 0, 2.5]]]]}',
            "application/json",
            "expected \\[0, 1\\]",
        ),
        ("/v1/models/loaded:predict", b'{"instances": [{"b64": "?"}]}', "application/json", "base64"),
        ("/v2/models/loaded/infer", b'{"inputs": "x"}', "application/json", "valid list"),
        ("/v2/models/loaded/infer", b'{"inputs": []}', "application/json", "expected one input"),
        ("/v2/models/loaded/infer", b"junk", "application/octet-stream", "header is missing"),
        ("/v2/repository/models/loaded/unload", b"", "application/json", "fixed when it starts"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_a_sentence(server, path, body, kind, reason):
    status, answer, _ = server.post(path, body, {"Content-Type": kind})
    assert status == 400
    message = json.loads(answer)["error"]
    assert re.search(reason, message)
    assert "Traceback" not in message and len(message) < 400


def test_a_body_of_unknown_length_is_cut_off_at_the_limit(server):
    chunks = (bytes(1 << 20) for _ in range(40))
    status, answer, _ = server.post("/v1/models/loaded:predict", chunks, {"Content-Type": "application/json"})
    assert status == 413
    assert "larger than" in json.loads(answer)["error"]


def test_no_more_than_the_limit_is_taken_at_once_and_that_is_answered():
    """90 requests at once through the layer alone, with a limit of 64 and a model that waits for all of
    them.
    """
    arrived, answers = asyncio.Event(), []

    async def model(scope, receive, send):
        await arrived.wait()
        await send({"type": "http.response.start", "status": 200})

    async def ask(app, method):
        async def receive():
            return {"type": "http.request", "body": b"{}", "more_body": False}

        async def send(message):
            answers.extend([message["status"]] if "status" in message else [])

        await app({"type": "http", "method": method}, receive, send)

    async def all_at_once():
        app = RequestLimit(model, limit=64)
        asking = [asyncio.create_task(ask(app, "POST")) for _ in range(90)] + [
            asyncio.create_task(ask(app, "GET"))
        ]
        await asyncio.sleep(0.1)
        arrived.set()
        await asyncio.gather(*asking)
        await ask(app, "POST")  # there is room again

    asyncio.run(all_at_once())
    assert (answers.count(503), answers.count(200)) == (26, 66)


def test_sigterm_lets_the_request_under_way_finish(model):
    with load.serving(model) as server:
        reconstruct(url(server), "loaded", np.zeros((1, 64, 64, 3), np.uint8))
        answers = []
        rgb = np.zeros((1, 1000, 1000, 3), np.uint8)
        asking = threading.Thread(
            target=lambda: answers.append(reconstruct(url(server), "loaded", rgb)[0].shape)
        )
        asking.start()
        time.sleep(0.3)  # the request is on its way or being computed
        server.process.send_signal(signal.SIGTERM)
        asking.join()
        assert server.process.wait(60) == 0
    assert answers == [(1, 1000, 1000, 31)]


def test_a_taken_port_is_named_and_ends_with_status_2(model, server):
    ended = subprocess.run(
        [sys.executable, "-m", "hsi_inr_tf", "serve", str(model), "--port", str(server.port)],
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 2
    assert f"cannot listen at 127.0.0.1:{server.port}" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_v2_rest_takes_files_as_base64(model, server):
    rgb = np.random.default_rng(4).integers(0, 256, (20, 30, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(rgb).save(file, "PNG")
    text = base64.b64encode(file.getvalue()).decode()
    body = json.dumps(
        {"inputs": [{"name": "image_bytes", "shape": [1], "datatype": "BYTES", "data": [text]}]}
    )
    status, answer, _ = server.post("/v2/models/loaded/infer", body, {"Content-Type": "application/json"})
    assert status == 200
    hsi, wavelengths = json.loads(answer)["outputs"]
    expected = load_model(model).reconstruct(rgb).data
    np.testing.assert_allclose(np.reshape(hsi["data"], hsi["shape"])[0], expected, atol=1e-5)
    assert wavelengths["data"][0] == 400


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--port", "99999"], "cannot listen at 127.0.0.1:99999"),
        (["--port", "8099", "--grpc-port", "8099"], "both 8099"),
        (["--name", "a/b"], "cannot stand in an address"),
    ],
)
def test_settings_that_cannot_be_are_refused_before_anything_is_loaded(arguments, reason):
    with pytest.raises(InputError, match=reason):
        serve.run(tyro.cli(serve.Options, args=["no-such-model", *arguments]))


def test_numbers_out_of_their_range_are_refused_by_the_command(capsys):
    with pytest.raises(SystemExit) as end:
        main(["serve", "no-such-model", "--workers", "0"])
    assert end.value.code == 2 and "--workers" in capsys.readouterr().err


def post(address, body, headers=None):
    """(status, body, headers) of a POST."""
    import urllib.error
    import urllib.request

    request = urllib.request.Request(address, body, headers or {})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read(), dict(answer.headers)
    except urllib.error.HTTPError as error:
        return error.code, error.read(), dict(error.headers)


def png(side=24, seed=0):
    pixels = np.random.default_rng(seed).integers(0, 256, (side, side + 8, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return pixels, file.getvalue()


@pytest.mark.parametrize("format", ["npz", "envi"])
def test_a_photograph_is_answered_with_its_cube_as_a_file(model, server, tmp_path, format):
    import zipfile

    from hsi_inr_tf import HyperspectralImage

    pixels, file = png()
    status, body, headers = post(f"{url(server)}/v1/models/{server.name}/cube?format={format}", file)
    assert status == 200 and "attachment" in headers["content-disposition"], body[:200]
    path = tmp_path / "cube.npz"
    if format == "npz":
        path.write_bytes(body)
    else:
        zipfile.ZipFile(io.BytesIO(body)).extractall(tmp_path)
        path = tmp_path / "cube.hdr"
    cube = HyperspectralImage.load(path)
    assert cube.data == pytest.approx(load_model(model).reconstruct(pixels).data, abs=1e-5)
    assert len(cube.wavelengths) == 31


@pytest.mark.parametrize(
    ("query", "body", "message"),
    [("", b"no picture", "no picture"), ("", b"", "no body"), ("?format=tiff", png()[1], "npz or envi")],
)
def test_uploads_that_cannot_be_answered_are_refused_in_a_sentence(server, query, body, message):
    status, answer, _ = post(f"{url(server)}/v1/models/{server.name}/cube{query}", body)
    assert status == 400 and message in json.loads(answer)["error"]


@pytest.mark.parametrize("count", [0, 65, 5000])
def test_no_picture_and_too_many_are_refused_before_they_are_decoded(server, count):
    _, file = png(1)
    text = base64.b64encode(file).decode()
    body = json.dumps({"inputs": {"image_bytes": [text] * count}}).encode()
    began = time.monotonic()
    status, answer, _ = post(
        f"{url(server)}/v1/models/{server.name}:predict", body, {"content-type": "application/json"}
    )
    assert status == 400 and f"holds {count} pictures, expected 1 to 64" in json.loads(answer)["error"]
    assert time.monotonic() - began < 5


def test_base64_with_line_ends_and_data_addresses_are_taken(server):
    _, file = png(16)
    plain = base64.b64encode(file).decode()
    address = f"{url(server)}/v1/models/{server.name}:predict"
    answers = []
    for text in (plain, base64.encodebytes(file).decode(), f"data:image/png;base64,{plain}"):
        body = json.dumps({"instances": [{"b64": text}]}).encode()
        status, answer, _ = post(address, body, {"content-type": "application/json"})
        assert status == 200, answer
        answers.append(json.loads(answer))
    assert answers[0] == answers[1] == answers[2]


def test_bodies_packed_with_gzip_are_unpacked(model, server):
    pixels, file = png(16)
    text = base64.b64encode(file).decode()
    expected = load_model(model).reconstruct(pixels).data
    v1 = json.dumps({"instances": [{"b64": text}]}).encode()
    status, answer, _ = post(
        f"{url(server)}/v1/models/{server.name}:predict",
        gzip.compress(v1, mtime=0),
        {"content-type": "application/json", "content-encoding": "gzip"},
    )
    assert status == 200, answer
    np.testing.assert_allclose(json.loads(answer)["predictions"][0], expected, atol=1e-5)
    # As Triton's client packs a binary request: the length of its JSON is that of the unpacked one.
    raw = len(file).to_bytes(4, "little") + file
    asked = {"name": "image_bytes", "shape": [1], "datatype": "BYTES"}
    asked["parameters"] = {"binary_data_size": len(raw)}
    head = json.dumps({"inputs": [asked], "outputs": [{"name": "hsi"}]}).encode()
    headers = {"content-type": "application/octet-stream", "inference-header-content-length": str(len(head))}
    for packed in (False, True):
        body = gzip.compress(head + raw, mtime=0) if packed else head + raw
        encoding = {"content-encoding": "gzip"} if packed else {}
        status, answer, _ = post(f"{url(server)}/v2/models/loaded/infer", body, headers | encoding)
        assert status == 200, answer
        (hsi,) = json.loads(answer)["outputs"]  # the one that was asked for
        np.testing.assert_allclose(np.reshape(hsi["data"], hsi["shape"])[0], expected, atol=1e-5)


BOMB = gzip.compress(bytes(40 << 20))  # 40 MB in 40 KB


@pytest.mark.parametrize(
    ("encoding", "body", "status", "message"),
    [
        ("gzip", BOMB, 413, "larger than 33554432 bytes once unpacked"),
        ("gzip", b"{}", 400, "cannot be unpacked"),
        ("gzip", gzip.compress(b"{}", mtime=0)[:-4], 400, "ends too early"),
        ("gzip", gzip.compress(b"{}", mtime=0) * 2, 400, "follows its end"),
        ("br", b"{}", 415, "encoded as br, expected gzip"),
        ("deflate", b"{}", 415, "encoded as deflate, expected gzip"),
        ("gzip, gzip", b"{}", 415, "encoded as gzip, gzip, expected gzip"),
    ],
    ids=lambda value: "body" if isinstance(value, bytes) else str(value),
)
def test_other_encodings_and_what_is_no_gzip_are_refused(server, encoding, body, status, message):
    headers = {"content-type": "application/json", "content-encoding": encoding}
    got, answer, _ = post(f"{url(server)}/v1/models/{server.name}:predict", body, headers)
    assert got == status and message in json.loads(answer)["error"]


def test_a_body_that_trickles_in_is_refused_after_a_while():
    from hsi_inr_tf.serving.limits import BodyLimit

    sent = []

    async def receive():
        await asyncio.sleep(0.05)
        return {"type": "http.request", "body": b"x", "more_body": True}

    async def send(message):
        sent.append(message)

    async def app(scope, receive, send):
        raise AssertionError("never called")

    scope = {"type": "http", "method": "POST", "headers": []}
    asyncio.run(BodyLimit(app, 1000, patience=0.3)(scope, receive, send))
    assert sent[0]["status"] == 408 and b"did not arrive within 0.3 s" in sent[1]["body"]
