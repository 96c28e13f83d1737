"""What a server takes, and an ASGI layer that stops reading a request that is larger."""

import asyncio
import json
from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """`body`: bytes of a request. `pixels`: of all pictures of a request together. `json_pixels`: the same where the
    answer is JSON, which takes some 350 bytes a pixel and is built in memory. `requests`: at the same time."""

    body: int = 32 << 20
    pixels: int = 1 << 20
    json_pixels: int = 1 << 16
    requests: int = 64


class BodyLimit:
    """ASGI middleware: answers 413 to requests whose body is longer than `limit` bytes, without keeping it in memory.

    The rest of such a body is read and thrown away for up to `patience` seconds: clients send all of it before they read an answer.
    """

    def __init__(self, app, limit: int, patience: float = 30.0):
        self.app = app
        self.limit = limit
        self.patience = patience

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        chunks, length = [], int(declared) if declared.isdigit() else 0
        more = True
        if length <= self.limit:
            length = 0
            while more and length <= self.limit:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return None
                chunks.append(message.get("body", b""))
                length += len(chunks[-1])
                more = message.get("more_body", False)
        if length > self.limit:
            chunks.clear()
            return await self._refuse(receive, send, more)
        body = b"".join(chunks)
        chunks.clear()
        sent = False

        async def replay():
            nonlocal body, sent
            if sent:
                return await receive()
            sent, message, body = True, {"type": "http.request", "body": body, "more_body": False}, b""
            return message

        return await self.app(scope, replay, send)

    async def _refuse(self, receive, send, more):
        try:
            async with asyncio.timeout(self.patience):
                while more:
                    message = await receive()
                    more = message.get("more_body", False)
        except TimeoutError:
            pass
        answer = json.dumps({"error": f"the request's body is larger than {self.limit} bytes"}).encode()
        length = str(len(answer)).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", length), (b"connection", b"close")]
        await send({"type": "http.response.start", "status": 413, "headers": headers})
        await send({"type": "http.response.body", "body": answer})
