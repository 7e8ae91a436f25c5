"""A client of a language server: what an editor asks, over stdio, without sending any configuration."""

import itertools
import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue
from threading import Thread

import pytest

SECONDS = 60


@dataclass
class Editor:
    """Opens files and asks about places in them."""

    server: subprocess.Popen
    messages: Queue = field(default_factory=Queue)
    ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    problems: dict[str, list[dict]] = field(default_factory=dict)
    asked_for: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        Thread(target=self._listen, daemon=True).start()

    def start(self) -> None:
        text = {"completion": {"completionItem": {"documentationFormat": ["markdown"]}}, "hover": {}}
        self.ask("initialize", {"processId": None, "rootUri": None, "capabilities": {"textDocument": text}})
        self.tell("initialized", {})

    def open(self, folder: Path, text: str) -> str:
        """Show a text as that of a new file in the folder; nothing is written."""
        uri = (folder / f"{next(self.ids)}.yaml").as_uri()
        document = {"uri": uri, "languageId": "yaml", "version": next(self.ids), "text": text}
        self.tell("textDocument/didOpen", {"textDocument": document})
        return uri

    def completions(self, folder: Path, text: str) -> dict[str, dict]:
        """What is offered where the text has a `|`, by label."""
        uri, place = self._at_cursor(folder, text)
        answer = self.ask("textDocument/completion", {"textDocument": {"uri": uri}, "position": place})
        return {item["label"]: item for item in (answer["items"] if isinstance(answer, dict) else answer or [])}

    def hover(self, folder: Path, text: str) -> str:
        """What is shown where the text has a `|`."""
        uri, place = self._at_cursor(folder, text)
        answer = self.ask("textDocument/hover", {"textDocument": {"uri": uri}, "position": place})
        return json.dumps(answer and answer["contents"])

    def diagnostics(self, folder: Path, text: str) -> list[dict]:
        """What is underlined in the text."""
        uri = self.open(folder, text)
        while uri not in self.problems:
            self._take()
        return self.problems[uri]

    def _at_cursor(self, folder: Path, text: str) -> tuple[str, dict]:
        before, _, after = text.partition("|")
        line, column = before.count("\n"), len(before) - before.rfind("\n") - 1
        return self.open(folder, before + after), {"line": line, "character": column}

    def ask(self, method: str, params: dict) -> object:
        number = next(self.ids)
        self._send({"id": number, "method": method, "params": params})
        while (found := self._take()).get("id") != number or "method" in found:
            pass
        assert "error" not in found, found
        return found.get("result")

    def tell(self, method: str, params: dict) -> None:
        self._send({"method": method, "params": params})

    def _take(self) -> dict:
        """The next message; what the server asks is answered with nothing."""
        message = self.messages.get(timeout=SECONDS)
        if message is None:
            pytest.fail("the language server ended")
        if message.get("method") == "textDocument/publishDiagnostics":
            self.problems[message["params"]["uri"]] = message["params"]["diagnostics"]
        elif "method" in message and "id" in message:
            self.asked_for.append(message["method"])
            self._send({"id": message["id"], "result": None})
        return message

    def _send(self, message: dict) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.server.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self.server.stdin.flush()

    def _listen(self) -> None:
        stdout = self.server.stdout
        while head := stdout.readline():
            length = int(head.partition(b":")[2])
            while stdout.readline().strip():
                pass
            self.messages.put(json.loads(stdout.read(length)))
        self.messages.put(None)


@pytest.fixture(scope="module")
def editor(program: Callable[..., str]) -> Iterator[Editor]:
    """The server that editors of YAML use."""
    words = [program("yaml-language-server", get="npm install --global yaml-language-server"), "--stdio"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
        found = Editor(server)
        found.start()
        yield found
        server.kill()
