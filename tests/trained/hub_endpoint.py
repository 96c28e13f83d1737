"""A server on this machine that speaks as much of the Hub's API as loading and pushing a model need."""

import base64
import hashlib
import json
import re
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOKEN = "hf_of_this_test"


class Endpoint:
    """`files`: repository -> {path: bytes}; `url` to be given as HF_ENDPOINT."""

    def __init__(self):
        self.files: dict[str, dict[str, bytes]] = {}
        self.requests: list[str] = []

    def commit(self, repository):
        held = self.files[repository]
        return hashlib.sha1(b"".join(path.encode() + held[path] for path in sorted(held))).hexdigest()


def _handler(endpoint):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *arguments):
            endpoint.requests.append(f"{self.command} {self.path}")

        def answer(self, body, status=200, **headers):
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)

        def missing(self, code="RepoNotFound"):
            self.answer({"error": "Repository not found"}, 404, X_Error_Code=code)

        def do_HEAD(self):
            self.do_GET()

        def do_GET(self):
            path = self.path.partition("?")[0]
            if match := re.fullmatch(r"/api/models/([^/]+/[^/]+)/revision/.+", path):
                if match[1] not in endpoint.files:
                    return self.missing()
                names = sorted(endpoint.files[match[1]])
                siblings = [{"rfilename": name} for name in names]
                return self.answer(
                    {"id": match[1], "sha": endpoint.commit(match[1]), "siblings": siblings, "private": False}
                )
            if match := re.fullmatch(r"/api/models/([^/]+/[^/]+)/tree/.+", path):
                held = endpoint.files.get(match[1], {})
                return self.answer(
                    [
                        {
                            "type": "file",
                            "path": name,
                            "size": len(data),
                            "oid": hashlib.sha1(data).hexdigest(),
                        }
                        for name, data in sorted(held.items())
                    ]
                )
            if match := re.fullmatch(r"/([^/]+/[^/]+)/resolve/[^/]+/(.+)", path):
                data = endpoint.files.get(match[1], {}).get(match[2])
                if data is None:
                    return self.missing("EntryNotFound")
                return self.answer(
                    data, ETag=f'"{hashlib.sha1(data).hexdigest()}"', X_Repo_Commit=endpoint.commit(match[1])
                )
            return self.missing()

        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                return self.answer({"error": "Invalid credentials"}, 401)
            if self.path == "/api/repos/create":
                asked = json.loads(body)
                name = "/".join(filter(None, (asked.get("organization"), asked["name"])))
                if name in endpoint.files:
                    return self.answer({"error": "exists", "url": f"{endpoint.url}/{name}"}, 409)
                endpoint.files[name] = {}
                return self.answer({"url": f"{endpoint.url}/{name}", "name": name, "id": name})
            if match := re.fullmatch(r"/api/models/([^/]+/[^/]+)/preupload/.+", self.path):
                files = [
                    {"path": file["path"], "uploadMode": "regular", "shouldIgnore": False}
                    for file in json.loads(body)["files"]
                ]
                return self.answer({"files": files})
            if match := re.fullmatch(r"/api/models/([^/]+/[^/]+)/commit/.+", self.path.partition("?")[0]):
                for line in body.splitlines():
                    entry = json.loads(line)
                    if entry["key"] == "file":
                        endpoint.files[match[1]][entry["value"]["path"]] = base64.b64decode(
                            entry["value"]["content"]
                        )
                oid = endpoint.commit(match[1])
                return self.answer({"commitUrl": f"{endpoint.url}/{match[1]}/commit/{oid}", "commitOid": oid})
            return self.answer({}) if self.path == "/api/validate-yaml" else self.missing()

    return Handler


@contextmanager
def serving():
    """An Endpoint that answers as long as the block lasts."""
    endpoint = Endpoint()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(endpoint))
    endpoint.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield endpoint
    finally:
        server.shutdown()
        server.server_close()
