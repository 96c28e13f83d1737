"""The model as kserve sees it: V1 and V2 requests in, cubes out. The same class runs in hsi-inr serve and
on a cluster.
"""

import asyncio
import base64
import binascii
import struct
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from kserve import InferOutput, InferRequest, InferResponse, Model
from kserve.errors import InvalidInput
from kserve.utils.utils import generate_uuid

from hsi_inr_tf.cubes import HyperspectralImage
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.inference import Reconstructor
from hsi_inr_tf.pictures import Picture
from hsi_inr_tf.pictures.images import decode_picture
from hsi_inr_tf.serving.limits import Limits
from hsi_inr_tf.serving.refusals import Refused, TooLong

UNCERTAINTY = "uncertainty"


class ServedModel(Model):
    """Answers with the cube [height, width, bands] in [0, 1] of every picture in a request.

    V1, as TF Serving's :predict: {"instances": [..]} -> {"predictions": [..]}, or {"inputs": ..} ->
    {"outputs": ..}. An instance is rgb [height, width, 3] in [0, 1], {"rgb": ..}, {"image_bytes": {"b64":
    ..}} or {"b64": ..}: a picture's file. V2: one input, "rgb" FP32 or UINT8 [batch, height, width, 3] (or
    without batch) or "image_bytes" BYTES [batch], files (as base64 in REST); outputs "hsi" FP32 [batch,
    height, width, bands] and "wavelengths" FP32 [bands] in nm and, of a calibrated model and only if it is
    among the outputs that are asked for, "uncertainty" FP32 of the shape of "hsi", half-widths of 90 %
    intervals.
    """

    def __init__(self, name: str, reconstructor: Reconstructor, limits: Limits, workers: int = 2) -> None:
        super().__init__(name)
        self.reconstructor = reconstructor
        self.limits = limits
        # The event loop must stay free to answer others.
        self.executor = ThreadPoolExecutor(workers, "reconstruct")
        self.ready = True

    def get_input_types(self) -> list[dict]:
        return [
            {"name": "rgb", "datatype": "FP32", "shape": [-1, -1, -1, 3]},
            {"name": "image_bytes", "datatype": "BYTES", "shape": [-1]},
        ]

    def get_output_types(self) -> list[dict]:
        bands = len(self.reconstructor.description.wavelengths)
        cube = {"datatype": "FP32", "shape": [-1, -1, -1, bands]}
        outputs = [{"name": "hsi", **cube}, {"name": "wavelengths", "datatype": "FP32", "shape": [bands]}]
        return outputs + ([{"name": UNCERTAINTY, **cube}] if self.reconstructor.uncertainty else [])

    def validate(self, payload: Any) -> Any:
        return (
            payload  # kserve's own look at it ends in a traceback in the log; `predict` refuses what is wrong
        )

    async def predict(self, payload, headers=None, response_headers=None):
        answer = self._v2 if isinstance(payload, InferRequest) else self._v1
        return await self.in_turn(answer, payload)

    async def in_turn(self, work, *arguments):
        """`work(*arguments)` in a thread, once there is one. Raises Refused for whatever is wrong with them,
        and TooLong after `limits.seconds`: what has not begun by then, or by gRPC's deadline, never does.
        """
        working = asyncio.get_running_loop().run_in_executor(self.executor, _refusing, work, *arguments)
        try:
            async with asyncio.timeout(self.limits.seconds):
                return await working
        except TimeoutError as error:
            raise TooLong(f"the answer took longer than {self.limits.seconds:g} s, ask for less") from error

    def _v1(self, payload) -> dict:
        if not isinstance(payload, dict):
            raise InputError(
                'the request is no JSON object, expected {"instances": [...]} or {"inputs": ...} as '
                "application/json"
            )
        if ("instances" in payload) == ("inputs" in payload):
            raise InputError('the request must have either "instances" or "inputs"')
        if "instances" in payload:
            instances = payload["instances"]
            if not isinstance(instances, list):
                raise InputError('"instances" must be a list with at least one picture')
            self._counted(instances)
            return {
                "predictions": self._cubes(
                    [self._instance(value) for value in instances], self.limits.json_pixels
                )
            }
        inputs = payload["inputs"]
        if isinstance(inputs, dict) and len(inputs) == 1:
            name, inputs = next(iter(inputs.items()))
            if name == "image_bytes":
                files = self._counted(inputs if isinstance(inputs, list) else [inputs])
                return {
                    "outputs": self._cubes(
                        [self._instance({name: file}) for file in files], self.limits.json_pixels
                    )
                }
        batch = _numbers(inputs)
        return {"outputs": self._cubes(_pictures(batch), self.limits.json_pixels)}

    def _instance(self, value) -> Picture | np.ndarray:
        if not isinstance(value, dict):
            return _numbers(value)
        if set(value) == {"rgb"}:
            return _numbers(value["rgb"])
        file = value.get("image_bytes", value)
        file = file.get("b64") if isinstance(file, dict) else file
        if not isinstance(file, str):
            raise InputError(
                'a picture must be numbers [height, width, 3], {"rgb": ...} or {"image_bytes": {"b64": ...}}'
            )
        return self.decoded(_from_base64(file))

    def _v2(self, request: InferRequest) -> InferResponse:
        _check(request)
        if len(request.inputs) != 1 or request.inputs[0].name not in ("rgb", "image_bytes"):
            names = ", ".join(str(tensor.name) for tensor in request.inputs)
            raise InputError(f'expected one input, "rgb" or "image_bytes", but got {names or "none"}')
        pictures = self._v2_pictures(request.inputs[0])
        wanted = request.request_outputs
        binary = request.from_grpc or (
            all(output.binary_data for output in wanted) if wanted else request.use_binary_outputs
        )
        asked = {output.name for output in wanted or ()}
        known = [output["name"] for output in self.get_output_types()]
        if unknown := sorted(asked - set(known)):
            raise InputError(f"there is no output {unknown[0]}, expected {', '.join(known)}")
        most = self.limits.pixels if binary else self.limits.json_pixels
        images = self._images(pictures, most, UNCERTAINTY in asked)
        if len({image.shape for image in images}) > 1:
            raise InputError(
                "the pictures of one V2 request must have one size, since its answer is one tensor"
            )
        answers = {
            "hsi": np.stack([image.data for image in images]),
            "wavelengths": np.array(self.reconstructor.description.wavelengths, np.float32),
        }
        if UNCERTAINTY in asked:
            answers[UNCERTAINTY] = np.stack([np.asarray(image.uncertainty) for image in images])
        outputs = []
        for name, values in answers.items():
            if asked and name not in asked:  # kserve leaves them out over REST only
                continue
            output = InferOutput(name, list(values.shape), "FP32")
            output.set_data_from_numpy(values, binary_data=bool(binary))
            outputs.append(output)
        return InferResponse(
            request.id or generate_uuid(),
            self.name,
            outputs,
            use_binary_outputs=bool(binary),
            requested_outputs=wanted,
        )

    def _v2_pictures(self, tensor) -> Sequence[Picture | np.ndarray]:
        if tensor.name == "image_bytes":
            if tensor.datatype != "BYTES":
                raise InputError(f"input image_bytes has datatype {tensor.datatype}, expected BYTES")
            files = self._counted(_values(tensor).reshape(-1))
            if not all(isinstance(file, str | bytes) for file in files):
                raise InputError("input image_bytes holds what is no text, expected files as base64")
            return [self.decoded(_from_base64(file) if isinstance(file, str) else file) for file in files]
        if tensor.datatype not in ("FP32", "FP64", "UINT8"):
            raise InputError(f"input rgb has datatype {tensor.datatype}, expected FP32 or UINT8")
        return _pictures(_values(tensor))

    def decoded(self, file: bytes) -> Picture:
        """A picture's file, read as `hsi-inr reconstruct` reads it."""
        return decode_picture(file, max_pixels=self.limits.pixels)

    def _counted(self, pictures):
        """The same; InputError for none and for more than are taken, before any is decoded."""
        if not 0 < len(pictures) <= self.limits.pictures:
            raise InputError(
                f"the request holds {len(pictures)} pictures, expected 1 to {self.limits.pictures}"
            )
        return pictures

    def _cubes(self, pictures: Sequence[Picture | np.ndarray], most: int) -> list[np.ndarray]:
        return [image.data for image in self._images(pictures, most)]

    def _images(self, pictures, most: int, uncertainty: bool = False) -> list[HyperspectralImage]:
        """What the pictures become; InputError for more than `most` pixels, with uncertainty half of it."""
        self._counted(pictures)
        most = most // 2 if uncertainty else most
        arrays = [picture.pixels if isinstance(picture, Picture) else picture for picture in pictures]
        pixels = sum(array.shape[0] * array.shape[1] for array in arrays if array.ndim == 3)
        if pixels > most:
            hint = ": ask for binary tensors (V2)" if pixels <= self.limits.pixels else ""
            raise InputError(
                f"the request holds {pixels} pixels, at most {most} are taken for this kind of answer{hint}"
            )
        return [self.reconstructor.reconstruct(one, uncertainty=uncertainty) for one in pictures]


def _refusing(work, *arguments):
    """`work(*arguments)`, where whatever is wrong with them becomes a Refused."""
    try:
        return work(*arguments)
    except InputError as error:
        raise Refused(str(error)) from error
    except InvalidInput as error:
        raise Refused(error.reason) from error


def _check(request: InferRequest) -> None:
    """InputError for fields of other types than V2 has, which JSON beside binary tensors may hold."""
    if request.from_grpc:
        return
    if not isinstance(request.id, str | None):
        raise InputError('"id" must be a string')
    outputs = request.request_outputs or []
    for holder in (request, *request.inputs, *outputs):
        if not isinstance(holder.parameters, dict | None):
            raise InputError('"parameters" must be an object')
    for holder in (*request.inputs, *outputs):
        if not isinstance(holder.name, str):
            raise InputError('"name" must be a string')


def _pictures(batch) -> list[np.ndarray]:
    if batch.ndim not in (3, 4) or batch.shape[-1] != 3 or 0 in batch.shape:
        raise InputError(f"rgb has shape {list(batch.shape)}, expected [batch, height, width, 3]")
    return list(batch) if batch.ndim == 4 else [batch]


def _values(tensor) -> np.ndarray:
    try:
        return tensor.as_numpy()
    except (ValueError, TypeError, OverflowError, struct.error) as error:
        raise InputError(
            f"input {tensor.name} does not hold {tensor.datatype} of shape {tensor.shape} ({error})"
        ) from error


def _numbers(values) -> np.ndarray:
    try:
        return np.asarray(values, np.float32)
    except (ValueError, TypeError) as error:
        raise InputError("rgb must be numbers in rows of one length, [height, width, 3]") from error


def _from_base64(text: str) -> bytes:
    if text.startswith("data:"):  # as browsers write files into pages
        text = text.partition(",")[2]
    try:
        return base64.b64decode("".join(text.split()), validate=True)  # encoders break lines
    except (binascii.Error, ValueError) as error:
        raise InputError("image_bytes is not base64") from error
