"""V2 requests whose tensors follow their JSON as bytes, as Triton's clients send them over REST."""

import base64
import json
import struct


def with_files_as_base64(body: bytes, length: int) -> tuple[bytes, int]:
    """The same request with files in its JSON as base64, where kserve takes only text for BYTES; and the
    length of its JSON. `length` is that of the JSON in `body`. Raises ValueError, KeyError, TypeError,
    AttributeError or struct.error for what is no such request.
    """
    head = json.loads(body[:length])
    others, start = [], length
    for tensor in head["inputs"]:
        size = (tensor.get("parameters") or {}).get("binary_data_size")
        if size is None or "data" in tensor:
            continue
        if type(size) is not int or size < 0:
            raise ValueError("binary_data_size must be a number of bytes")
        raw, start = body[start : start + size], start + size
        if tensor.get("datatype") == "BYTES":
            del tensor["parameters"]["binary_data_size"]
            tensor["data"] = [_text(element) for element in _elements(raw)]
        else:
            others.append(raw)
    packed = json.dumps(head).encode()
    return packed + b"".join(others), len(packed)


def _elements(raw):
    """The elements of a BYTES tensor: each is its length, little endian in 4 bytes, and as many bytes."""
    at = 0
    while at < len(raw):
        (size,) = struct.unpack_from("<I", raw, at)
        (element,) = struct.unpack_from(f"{size}s", raw, at + 4)
        at += 4 + size
        yield element


def _text(element: bytes) -> str:
    """base64 of a file; what is text is taken to be that already."""
    try:
        return element.decode()
    except UnicodeDecodeError:
        return base64.b64encode(element).decode()
