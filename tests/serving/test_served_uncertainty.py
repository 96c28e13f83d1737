"""A calibrated model answers with half-widths if they are among the outputs asked for, and not otherwise."""

import io
import json
import struct
import zipfile

import numpy as np
import pytest
from PIL import Image

from hsi_inr_tf import HyperspectralImage
from hsi_inr_tf.cli.benchmarks import load
from hsi_inr_tf.inference import load as load_model

pytest.importorskip("kserve", reason="needs the extra serving")
JSON = {"Content-Type": "application/json"}
PIXELS = np.random.default_rng(5).integers(0, 256, (20, 30, 3), np.uint8)


@pytest.fixture(scope="module")
def server():
    with load.serving("inr-edge") as server:
        yield server


@pytest.fixture(scope="module")
def image():
    return load_model("inr-edge").reconstruct(PIXELS, uncertainty=True)


def asked(server, **more):
    tensor = {
        "name": "rgb",
        "shape": [1, *PIXELS.shape],
        "datatype": "UINT8",
        "data": PIXELS.ravel().tolist(),
    }
    body = json.dumps({"inputs": [tensor], **more})
    status, answer, _ = server.post("/v2/models/loaded/infer", body, JSON)
    return status, json.loads(answer)


def test_rest_answers_what_is_asked_for(server, image):
    status, answer = asked(server, outputs=[{"name": "uncertainty"}, {"name": "hsi"}])
    assert status == 200
    widths, hsi = (np.reshape(one["data"], one["shape"])[0] for one in answer["outputs"])
    np.testing.assert_allclose(widths, image.uncertainty, atol=1e-5)
    np.testing.assert_allclose(hsi, image.data, atol=1e-5)


def test_it_is_absent_unless_asked_for_and_metadata_lists_it(server):
    import urllib.request

    assert [one["name"] for one in asked(server)[1]["outputs"]] == ["hsi", "wavelengths"]
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/v2/models/loaded") as answer:
        outputs = {one["name"]: one["shape"] for one in json.load(answer)["outputs"]}
    assert outputs["uncertainty"] == outputs["hsi"] == [-1, -1, -1, 31]


def test_an_output_that_there_is_not_is_refused(server):
    status, answer = asked(server, outputs=[{"name": "variance"}])
    assert status == 400 and "no output variance, expected hsi, wavelengths, uncertainty" in answer["error"]


def test_grpc_answers_it_too(server, image):
    import grpc
    from kserve.protocol.grpc import grpc_predict_v2_pb2 as pb
    from kserve.protocol.grpc.grpc_predict_v2_pb2_grpc import GRPCInferenceServiceStub

    file = png()
    request = pb.ModelInferRequest(
        model_name="loaded",
        raw_input_contents=[struct.pack("<I", len(file)) + file],
        inputs=[pb.ModelInferRequest.InferInputTensor(name="image_bytes", datatype="BYTES", shape=[1])],
        outputs=[pb.ModelInferRequest.InferRequestedOutputTensor(name="uncertainty")],
    )
    with grpc.insecure_channel(f"127.0.0.1:{server.grpc_port}") as channel:
        answer = GRPCInferenceServiceStub(channel).ModelInfer(request)
    (output,) = answer.outputs  # the one that was asked for
    assert output.name == "uncertainty"
    widths = np.frombuffer(answer.raw_output_contents[0], np.float32)
    np.testing.assert_allclose(widths.reshape(output.shape)[0], image.uncertainty, atol=1e-5)


def png():
    file = io.BytesIO()
    Image.fromarray(PIXELS).save(file, "PNG")
    return file.getvalue()


def test_files_hold_it_if_they_are_to(server, image, tmp_path):
    address = "/v1/models/loaded/cube?format=envi"
    kind = {"Content-Type": "application/octet-stream"}
    for query, expected in (("", None), ("&uncertainty=yes", image.uncertainty)):
        status, body, _ = server.post(address + query, png(), kind)
        assert status == 200
        zipfile.ZipFile(io.BytesIO(body)).extractall(tmp_path)
        cube = HyperspectralImage.load(tmp_path / "cube.hdr")
        if expected is None:
            assert cube.uncertainty is None
        else:
            np.testing.assert_allclose(cube.uncertainty, expected, atol=1e-5)
    status, body, _ = server.post(f"{address}&uncertainty=perhaps", png(), kind)
    assert status == 400 and "expected no or yes" in json.loads(body)["error"]
