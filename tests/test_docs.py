"""What the documentation says is what happens: pages made from the code are fresh, and every console shows what is printed.

A page is worked through from top to bottom in a folder of its own, which a comment at its top names (`<!-- starts in: … -->`).
Of the block below it a comment says: `<!-- file: path -->` writes it there, and `<!-- from: path -->` holds it to a file of this
repository. `pytest --update-goldens` rewrites what was printed, and what was taken from files.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs" / "guides").glob("*.md"))]
STARTS = re.compile(r"\A<!-- starts in: (.+?) -->")
BLOCK = re.compile(
    r"(?:<!-- (?P<what>file|from): (?P<path>\S+) -->\n)?```(?P<kind>\w*)\n(?P<text>.*?)^```", re.MULTILINE | re.DOTALL
)
COMMAND = re.compile(r"^\$ (.*(?:\\\n.*)*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)


@dataclass
class Reader:
    """Somebody who types what a page shows, in the folder that it starts in."""

    folder: Path
    environment: dict[str, str]

    def types(self, command: str) -> str:
        run = subprocess.run(
            ["sh", "-c", command], cwd=self.folder, env=self.environment, check=False, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        lines = (line.rstrip() for line in run.stdout.splitlines())
        return "".join(f"{line}\n" for line in lines).strip("\n")

    def follows(self, block: re.Match[str]) -> str:
        """What the block has to be, once the reader did what it says."""
        text = block["text"]
        if block["what"] == "from":
            return (ROOT / block["path"]).read_text(encoding="utf-8")
        if block["what"] == "file":
            file = self.folder / block["path"]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        elif block["kind"] == "console":
            return "".join(self._format_command(*found.groups()) for found in COMMAND.finditer(text))
        return text

    def _format_command(self, command: str, _: str) -> str:
        said = self.types(command)
        return f"$ {command}\n{said}\n" if said else f"$ {command}\n"


def shim(folder: Path) -> Path:
    """A `modelyard` that is the code under test, wherever that is installed."""
    folder.mkdir()
    command = folder / "modelyard"
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m compiler "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    return folder


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    python_path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    path = os.pathsep.join([str(shim(tmp_path / "bin")), os.environ["PATH"]])
    os_environ = {"PATH": path, "PYTHONPATH": python_path, "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"}
    git = {f"GIT_{who}_{what}": "docs@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    return Reader(tmp_path / "project", os_environ | git)


def start(folder: Path, page: str) -> None:
    """Lay out what the page starts from: the sample portfolio unless it says otherwise."""
    named = STARTS.match(page)
    if named and named[1] == "an empty folder":
        folder.mkdir()
    elif named:
        shutil.copytree(ROOT / named[1], folder)
    else:
        shutil.copytree(ROOT / "models", folder / "models")
        shutil.copyfile(ROOT / "modelyard.yaml", folder / "modelyard.yaml")


@pytest.mark.slow
@pytest.mark.generated
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_shows_what_happens(page: Path, reader: Reader, golden) -> None:
    written = page.read_text(encoding="utf-8")
    start(reader.folder, written)
    made = BLOCK.sub(lambda block: block[0].replace(f"\n{block['text']}```", f"\n{reader.follows(block)}```"), written)
    golden(page, made)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_console_says_where_both_streams_of_a_pipe_go(page: Path) -> None:
    """Two writers on one console come in an order that no page can promise."""
    commands = (
        found[1]
        for block in BLOCK.finditer(page.read_text(encoding="utf-8"))
        for found in COMMAND.finditer(block["text"])
    )
    assert [
        command
        for command in commands
        if re.search(r"(?<![.])modelyard [^|]*\|(?!\|)", command) and "2>" not in command
    ] == []


@pytest.mark.generated
def test_the_reference_is_made_from_the_code(request: pytest.FixtureRequest) -> None:
    check = [] if request.config.getoption("--update-goldens") else ["--check"]
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    run = subprocess.run(
        [sys.executable, ROOT / "docs" / "generate.py", *check], env={**os.environ, "PYTHONPATH": path},
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert run.returncode == 0, f"{run.stderr}run `make docs` and read the diff"


LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")


@pytest.mark.parametrize(
    "page", [*PAGES, ROOT / "ARCHITECTURE.md", ROOT / "CONTRIBUTING.md"], ids=lambda page: page.stem
)
def test_no_link_leads_nowhere(page: Path) -> None:
    links = LINK.findall(page.read_text(encoding="utf-8"))
    shipped = ("compiler", "schemas", "templates") if not (ROOT / "compiler").is_dir() else ()
    targets = [(page.parent / link).resolve() for link in links]
    assert [str(at) for at in targets if not at.exists() and at.relative_to(ROOT).parts[0] not in shipped] == []
