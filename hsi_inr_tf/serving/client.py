"""Asking a server for cubes, with the standard library and NumPy alone: REST V2 with binary tensors."""

import json
import urllib.error
import urllib.request

import numpy as np

from hsi_inr_tf.errors import InputError


def reconstruct(
    url: str, model: str, rgb: np.ndarray, timeout: float = 300.0
) -> tuple[np.ndarray, np.ndarray]:
    """(cubes [batch, height, width, bands], wavelengths [bands] in nm) of rgb [batch, height, width, 3],
    uint8 or float in [0, 1].

    `url` is the server's, as http://127.0.0.1:8080. Raises InputError with the server's sentence if it
    refuses.
    """
    rgb = np.asarray(rgb)
    rgb = rgb if rgb.dtype == np.uint8 else rgb.astype("<f4")
    data = rgb.tobytes()
    tensor = {
        "name": "rgb",
        "shape": rgb.shape,
        "datatype": "UINT8" if rgb.dtype == np.uint8 else "FP32",
        "parameters": {"binary_data_size": len(data)},
    }
    header = json.dumps({"inputs": [tensor], "parameters": {"binary_data_output": True}}).encode()
    request = urllib.request.Request(
        f"{url}/v2/models/{model}/infer",
        header + data,
        {"Content-Type": "application/octet-stream", "Inference-Header-Content-Length": str(len(header))},
    )
    try:
        with urllib.request.urlopen(request, timeout=timeout) as response:
            return _tensors(response.read(), int(response.headers["Inference-Header-Content-Length"]))
    except urllib.error.HTTPError as error:
        raise InputError(f"{url} refuses ({error.code}): {_sentence(error.read())}") from error
    except OSError as error:
        raise InputError(f"{url} does not answer ({error})") from error


def _tensors(answer, header):
    outputs = {}
    for output in json.loads(answer[:header])["outputs"]:
        size = output["parameters"]["binary_data_size"]
        outputs[output["name"]] = np.frombuffer(answer, "<f4", size // 4, header).reshape(output["shape"])
        header += size
    return outputs["hsi"], outputs["wavelengths"]


def _sentence(body):
    try:
        return json.loads(body)["error"]
    except (ValueError, KeyError, TypeError):
        return body[:200].decode("utf-8", "replace")
