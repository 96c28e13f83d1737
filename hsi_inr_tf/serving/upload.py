"""A photograph in, a cube file out: what a person with curl asks for."""

import io
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from fastapi import Request
from fastapi.responses import Response

from hsi_inr_tf import cubes
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.serving.model import ServedModel

# What `?format=` may ask for -> the type of the answer.
ANSWERS = {"npz": "application/octet-stream", "envi": "application/zip"}


def upload_to(model: ServedModel) -> Callable:
    """POST /v1/models/NAME/cube?format=npz|envi&uncertainty=no|yes with a picture's file as its body: the
    cube as .npz, or as ENVI header and values in a zip.
    """

    async def answer(request: Request, format: str = "npz", uncertainty: str = "no") -> Response:
        body = await request.body()
        written = await model.in_turn(_cube_file, model, body, format, uncertainty)
        name = f"cube.{'npz' if format == 'npz' else 'zip'}"
        return Response(
            written,
            media_type=ANSWERS[format],
            headers={"content-disposition": f'attachment; filename="{name}"'},
        )

    return answer


def _cube_file(model, body, format, uncertainty) -> bytes:
    if format not in ANSWERS:
        raise InputError(f"format is {format}, expected {' or '.join(ANSWERS)}")
    if uncertainty not in ("no", "yes"):
        raise InputError(f"uncertainty is {uncertainty}, expected no or yes")
    if not body:
        raise InputError("the request has no body, expected a picture's file: curl --data-binary @photo.jpg")
    image = model.reconstructor.reconstruct(model.decoded(body), uncertainty=uncertainty == "yes")
    with tempfile.TemporaryDirectory() as folder:
        path = cubes.write(image, Path(folder) / f"cube.{'npz' if format == 'npz' else 'hdr'}")
        if format == "npz":
            return path.read_bytes()
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for file in sorted(Path(folder).iterdir()):
                archive.write(file, file.name)
        return packed.getvalue()
