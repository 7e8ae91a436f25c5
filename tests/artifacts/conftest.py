"""A folder with names that programs could treat differently, and a server on loopback with the responses of a store."""

import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

RECIPE = "find . -type f | sed 's|^[.]/||' | LC_ALL=C sort | while IFS= read -r name; do sha256sum \"$name\"; done | sha256sum"


@pytest.fixture
def artifact(tmp_path: Path) -> Path:
    """Names with spaces, hidden names, names outside of ASCII, and names that sort differently by locale."""
    folder = tmp_path / "artifact"
    files = {
        "model.onnx": b"weights",
        "B.txt": b"",
        "a b/c  d.json": b"{}",
        "a-b": b"x",
        ".hidden/.file": b"y",
        "vocab/größe.txt": "ß".encode(),
        "vocab/日本.txt": b"z" * 3_000_000,
        "vocab.txt": b"w",
    }
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


@pytest.fixture
def recipe_digest():
    """The digest of a folder, computed without Modelyard."""

    def compute(folder: Path) -> str:
        run = subprocess.run(["sh", "-c", RECIPE], cwd=folder, check=True, capture_output=True, text=True)
        return f"sha256:{run.stdout.split()[0]}"

    return compute


class CountingProgress:
    """Records what was expected and what was read."""

    def __init__(self) -> None:
        self.expected, self.done = 0, 0

    def expect(self, size: int) -> None:
        self.expected += size

    def advance(self, size: int) -> None:
        self.done += size


@pytest.fixture
def progress() -> CountingProgress:
    return CountingProgress()


Responder = Callable[[BaseHTTPRequestHandler], tuple[int, dict[str, str], bytes]]


class LoopbackServer:
    """A server whose responses a test defines; `requests` holds the method and the path of each request."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str]] = []
        self.respond: Responder = lambda _request: (404, {}, b"")
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                outer.requests.append((self.command, self.path))
                status, headers, content = outer.respond(self)
                self.send_response(status)
                for name, value in {"Content-Length": str(len(content)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(content)

            def do_HEAD(self) -> None:
                self.do_GET()

            def log_message(self, *_arguments: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self._server.server_port}"
        self.url = f"http://{self.address}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    running_server = LoopbackServer()
    yield running_server
    running_server.stop()
