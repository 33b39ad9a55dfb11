"""Tiny folders that look like Vosk models, zips of them, and a web server that serves them well and badly."""

from __future__ import annotations

import io
import struct
import threading
import zipfile
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def fst(kind: bytes = b"const", flags: int = 0, states: int = 1) -> bytes:
    """An OpenFst file with `states` states and no arcs."""
    start = struct.pack("<ii", 2125659606, len(kind)) + kind + struct.pack("<i", 8) + b"standard"
    return start + struct.pack("<iiQqqq", 2, flags, 0, 0, states, 0) + bytes(20 * states)


MODEL: Mapping[str, bytes] = {
    "am/final.mdl": b"\0B<TransitionModel> " + bytes(range(256)) * 4000,
    "conf/mfcc.conf": b"--sample-frequency=16000\n",
    "conf/model.conf": b"--endpoint.silence-phones=1\n",
    "graph/HCLr.fst": fst(),
    "graph/Gr.fst": fst(flags=2),
    "graph/disambig_tid.int": b"1\n",
}
"""A model with a grammar whose words are inside its graph. Vosk could not load it; `check` accepts it."""


def zipped(files: Mapping[str, bytes] = MODEL, top: str = "vosk-model-tiny/") -> bytes:
    """A zip of `files`, uncompressed, below the folder `top`."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(top + name, data)
    return buffer.getvalue()


class Server(ThreadingHTTPServer):
    """Serves `body` at every address on 127.0.0.1; `asked` holds the Range of each request."""

    def __init__(self, body: bytes) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.body = body
        self.etag: str | None = '"one"'
        self.status = 200
        self.ranges = True
        self.cut_after: int | None = None
        self.asked: list[str | None] = []
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        wanted = self.headers["Range"]
        self.server.asked.append(wanted)
        if self.server.status != 200:
            self.send_error(self.server.status)
            return
        body, status, start = self.server.body, 200, 0
        same = self.headers["If-Range"] in (None, self.server.etag)
        if wanted and same and self.server.ranges:
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
            status = 206 if start < len(body) else 416
        self.send_response(status)
        if status == 206:
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        if status == 416:
            self.send_header("Content-Range", f"bytes */{len(body)}")
        if self.server.etag:
            self.send_header("ETag", self.server.etag)
        rest = b"" if status == 416 else body[start:]
        self.send_header("Content-Length", str(len(rest)))
        self.end_headers()
        cut, self.server.cut_after = self.server.cut_after, None
        self.wfile.write(rest[:cut])

    def log_message(self, format: str, *args: object) -> None:
        pass
