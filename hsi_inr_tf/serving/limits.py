"""What a server takes, and the ASGI layers that refuse what is beyond it."""

import asyncio
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass

PATIENCE = 30.0
OF_THE_BODY = (b"content-length", b"content-encoding")  # headers that change as it is unpacked


@dataclass(frozen=True)
class Limits:
    """`body`: bytes of a request. `pixels`: of all pictures of a request together. `json_pixels`: the same
    where the answer is JSON, which takes some 350 bytes a pixel and is built in memory. `pictures`: of one
    request. `requests`: at the same time. `seconds`: until an answer, once the body is there.
    """

    body: int = 32 << 20
    pixels: int = 1 << 20
    json_pixels: int = 1 << 16
    pictures: int = 64
    requests: int = 64
    seconds: float = 120.0


class RequestLimit:
    """ASGI middleware: answers 503 to what is posted while `limit` requests are under way. Questions about
    health are answered.
    """

    def __init__(self, app: Callable, limit: int) -> None:
        self.app = app
        self.limit = limit
        self.under_way = 0

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http" or scope["method"] != "POST":
            return await self.app(scope, receive, send)
        if self.under_way >= self.limit:
            return await _refuse(503, f"{self.limit} requests are under way, ask again later", receive, send)
        self.under_way += 1
        try:
            return await self.app(scope, receive, send)
        finally:
            self.under_way -= 1


class BodyLimit:
    """ASGI middleware: answers 413 to requests whose body is longer than `limit` bytes, without keeping it in
    memory, and 408 to those whose body takes longer than `patience` seconds. Bodies that say they are gzip
    are unpacked, within the same limit; 415 to those in another encoding.
    """

    def __init__(self, app: Callable, limit: int, patience: float = PATIENCE) -> None:
        self.app = app
        self.limit = limit
        self.patience = patience

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        headers = dict(scope["headers"])
        encoding = headers.get(b"content-encoding", b"").decode("latin-1").strip().lower()
        if encoding not in ("", "identity", "gzip", "x-gzip"):
            reason = f"the request's body is encoded as {encoding[:40]}, expected gzip or no Content-Encoding"
            return await _refuse(415, reason, receive, send)
        declared = headers.get(b"content-length", b"0")
        chunks, length = [], int(declared) if declared.isdigit() else 0
        more = True
        if length <= self.limit:
            length = 0
            try:
                async with asyncio.timeout(self.patience):  # a body that trickles in holds a place
                    while more and length <= self.limit:
                        message = await receive()
                        if message["type"] == "http.disconnect":
                            return None
                        chunks.append(message.get("body", b""))
                        length += len(chunks[-1])
                        more = message.get("more_body", False)
            except TimeoutError:
                reason = f"the request's body did not arrive within {self.patience:g} s"
                return await _refuse(408, reason, receive, send, more=False)
        if length > self.limit:
            chunks.clear()
            return await _refuse(
                413, f"the request's body is larger than {self.limit} bytes", receive, send, more
            )
        body = b"".join(chunks)
        chunks.clear()
        if encoding.endswith("gzip"):
            try:
                body = await asyncio.to_thread(_unpacked, body, self.limit)
            except zlib.error as error:
                reason = f"the request's body cannot be unpacked ({error}), expected gzip as it says"
                return await _refuse(400, reason, receive, send, more=False)
            if len(body) > self.limit:
                reason = f"the request's body is larger than {self.limit} bytes once unpacked"
                return await _refuse(413, reason, receive, send, more=False)
            kept = [(name, value) for name, value in scope["headers"] if name not in OF_THE_BODY]
            scope = {**scope, "headers": [*kept, (b"content-length", str(len(body)).encode())]}
        sent = False

        async def replay():
            nonlocal body, sent
            if sent:
                return await receive()
            sent, message, body = True, {"type": "http.request", "body": body, "more_body": False}, b""
            return message

        return await self.app(scope, replay, send)


def _unpacked(packed: bytes, limit: int) -> bytes:
    """What gzip holds, in `limit` + 1 bytes at most; zlib.error for what is damaged or cut off."""
    member = zlib.decompressobj(zlib.MAX_WBITS | 16)  # with gzip's header
    unpacked = member.decompress(packed, limit + 1)
    if len(unpacked) <= limit and not member.eof:
        raise zlib.error("it ends too early")
    if member.unused_data:
        raise zlib.error("something follows its end")
    return unpacked


async def _refuse(status, reason, receive, send, more=True):
    """What is left of the body is read for up to PATIENCE seconds and thrown away: clients send it all before
    they read.
    """
    try:
        async with asyncio.timeout(PATIENCE):
            while more:
                message = await receive()
                more = message.get("more_body", False)
    except TimeoutError:
        pass
    answer = json.dumps({"error": reason}).encode()
    length = str(len(answer)).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", length), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": answer})
