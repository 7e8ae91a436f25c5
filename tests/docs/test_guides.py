"""README.md, ARCHITECTURE.md and the guides show what happens: shown files equal their sources, consoles show what commands print.

A comment above a fenced block claims what the block shows:

    <!-- file: PATH -->       a file that the reader writes; the commands further down use it
    <!-- from: PATH -->       a whole file of this repository
    <!-- part of: PATH -->    consecutive lines of a file of this repository

A comment at the top of a page, `<!-- starts in: FOLDER -->`, names the folder in which its commands start; without it they
start in the sample portfolio. `pytest --update-goldens` rewrites the consoles and the whole files.

Pages are parsed as CommonMark, because a regular expression for fences missed a block that was pasted without one.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from compiler.foundation import resources

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "ARCHITECTURE.md", *sorted((ROOT / "docs" / "guides").glob("*.md"))]
STARTS_IN = re.compile(r"\A<!-- starts in: (.+?) -->")
CLAIM = re.compile(r"<!-- (file|from|part of): (\S+) -->\s*")
COMMENT = re.compile(r"<!-- [^<>]* -->\s*")
COMMAND = re.compile(r"^\$ (.*(?:\\\n.*)*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
KEY_LINE = re.compile(r"[-\s]*[{\"]?[\w$./-]+\"?:(\s|$)")
PARSERS = {"yaml": lambda text: list(yaml.safe_load_all(text)), "json": json.loads}


@dataclass(frozen=True)
class Block:
    """A fenced block of a page, with the claim of the comment above it."""

    claim: str
    path: str
    language: str
    text: str
    first_line: int
    end_line: int


def parse_page(page: str) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(page)


def line_of(token: Token) -> int:
    return token.map[0] + 1 if token.map else 0


def shown_blocks(page: str) -> Iterator[Block]:
    previous = None
    for token in parse_page(page):
        if token.type == "fence" and token.map:
            claim = CLAIM.fullmatch(previous.content) if previous and previous.type == "html_block" else None
            kind, path = claim.groups() if claim else ("", "")
            yield Block(kind, path, token.info, token.content, token.map[0] + 1, token.map[1] - 1)
        previous = token


def replace_blocks(page: str, texts: dict[Block, str]) -> str:
    lines = page.splitlines(keepends=True)
    for block in sorted(texts, key=lambda block: block.first_line, reverse=True):
        lines[block.first_line : block.end_line] = texts[block].splitlines(keepends=True)
    return "".join(lines)


def source_text(path: str) -> str:
    """A file of the repository; what the package ships lies inside the package once that is installed."""
    folder, _, below = path.partition("/")
    file = resources.shipped_folder(folder) / below if folder in {"schemas", "templates"} else ROOT / path
    return file.read_text(encoding="utf-8")


def difference(block: Block) -> str | None:
    """How a block differs from the file that it claims to show."""
    if block.claim == "from" and block.text != source_text(block.path):
        return f"line {block.first_line}: the block differs from {block.path}; run `make docs`"
    if block.claim == "part of" and block.text not in source_text(block.path):
        return f"line {block.first_line}: {block.path} has no such lines"
    return None


def misplaced_claims(page: str) -> Iterator[str]:
    """Claims that no fenced block follows, and comments that look like a claim without being one."""
    tokens = parse_page(page)
    for token, next_token in zip(tokens, [*tokens[1:], None], strict=True):
        if token.type == "html_block" and not COMMENT.fullmatch(token.content):
            yield f"line {line_of(token)}: HTML in a page: {token.content.strip()}"
        if (
            token.type == "html_block"
            and CLAIM.fullmatch(token.content)
            and (not next_token or next_token.type != "fence")
        ):
            yield f"line {line_of(token)}: no fenced block follows {token.content.strip()}"


def pasted_code(page: str) -> Iterator[str]:
    """Code outside of a fenced block, by what Markdown makes of it."""
    titles = 0
    for token in parse_page(page):
        titles += token.type == "heading_open" and token.tag == "h1"
        if token.type == "heading_open" and (titles > 1 or not token.markup.startswith("#")):
            yield f"line {line_of(token)}: a second title, or a line of text above dashes"
        if token.type == "code_block":
            yield f"line {line_of(token)}: an indented block; put it between fences"
        if token.type == "inline":
            prose = "".join(child.content if child.type == "text" else "\n" for child in token.children or ())
            if re.search(r"\{\{|\}\}|\{%|%\}", prose):
                yield f"line {line_of(token)}: a template outside of a fenced block"
            lines = token.content.strip().splitlines()
            if len([line for line in lines if KEY_LINE.match(line)]) > 1 or lines[:1] in (["{"], ["["]):
                yield f"line {line_of(token)}: YAML or JSON outside of a fenced block"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
class TestPage:
    def test_each_shown_file_equals_its_source(self, page: Path) -> None:
        blocks = shown_blocks(page.read_text(encoding="utf-8"))
        assert [found for block in blocks if (found := difference(block))] == []

    def test_a_fenced_block_follows_each_claim(self, page: Path) -> None:
        assert list(misplaced_claims(page.read_text(encoding="utf-8"))) == []

    def test_code_is_fenced(self, page: Path) -> None:
        assert list(pasted_code(page.read_text(encoding="utf-8"))) == []

    def test_each_whole_document_claims_to_be_a_file(self, page: Path) -> None:
        """Otherwise nothing would notice when the language changes and the document is wrong."""
        blocks = shown_blocks(page.read_text(encoding="utf-8"))
        assert [block.first_line for block in blocks if "apiVersion: modelyard/v1" in block.text and not block.claim
                and block.language == "yaml"] == []  # fmt: skip

    def test_each_block_parses_in_its_language(self, page: Path) -> None:
        for block in shown_blocks(page.read_text(encoding="utf-8")):
            if parser := PARSERS.get(block.language):
                parser(block.text)

    def test_a_pipe_redirects_both_streams(self, page: Path) -> None:
        """Two programs that write to one console print in an order that no page can promise."""
        commands = (
            match[1] for block in shown_blocks(page.read_text("utf-8")) for match in COMMAND.finditer(block.text)
        )
        pipe = re.compile(r"(?<![.])modelyard [^|]*\|(?!\|)")
        assert [command for command in commands if pipe.search(command) and "2>" not in command] == []


FENCED_PAGE = "# Page\n\n<!-- from: LICENSE -->\n```text\n{}```\n"
PASTED_CODE = {
    "yaml": "name: x\ntype: ml\n",
    "yaml in a list": "- expression: has(model.canary)\n  message: it is not supported\n",
    "a comment of yaml": "# The description\n",
    "a document that ends": "name: x\n---\n",
    "jinja": "{% set port = 8080 %}\n",
    "a value of jinja": "image: {{ image }}\n",
    "json": '{\n"$schema": "x"\n}\n',
    "indented": "    name: x\n",
}


@pytest.mark.parametrize("code", PASTED_CODE.values(), ids=PASTED_CODE.keys())
def test_code_without_a_fence_is_reported(code: str) -> None:
    assert list(pasted_code(f"# Page\n\nA sentence.\n\n{code}"))
    assert list(pasted_code(f"# Page\n\nA sentence.\n\n```text\n{code}```\n")) == []


def test_a_shown_file_that_differs_is_reported() -> None:
    text = source_text("LICENSE")
    assert [difference(block) for block in shown_blocks(FENCED_PAGE.format(text))] == [None]
    assert difference(*shown_blocks(FENCED_PAGE.format(text.replace("Apache", "Apacha"))))
    [excerpt] = shown_blocks(FENCED_PAGE.format(text[:40] + "\n").replace("from:", "part of:"))
    assert difference(excerpt)


def test_a_claim_above_pasted_code_is_reported() -> None:
    assert list(misplaced_claims("# Page\n\n<!-- from: LICENSE -->\nname: x\n```yaml\nname: x\n```\n"))


def test_a_block_is_replaced_alone() -> None:
    """An empty block once had its source written above the opening fence, too."""
    page = FENCED_PAGE.format("")
    [block] = shown_blocks(page)
    assert replace_blocks(page, {block: "text\n"}) == FENCED_PAGE.format("text\n")


@dataclass
class Reader:
    """Types what a page shows, in the folder that the page starts in."""

    folder: Path
    environment: dict[str, str]

    def run(self, command: str) -> str:
        process = subprocess.run(
            ["sh", "-c", command], cwd=self.folder, env=self.environment, check=False, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        lines = (line.rstrip() for line in process.stdout.splitlines())
        return "".join(f"{line}\n" for line in lines).strip("\n")

    def follow(self, block: Block) -> str:
        """What the block has to show, once the reader did what it says."""
        if block.claim == "from":
            return source_text(block.path)
        if block.claim == "file":
            file = self.folder / block.path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block.text, encoding="utf-8")
        elif block.language == "console":
            return "".join(self._console_lines(match[1]) for match in COMMAND.finditer(block.text))
        return block.text

    def _console_lines(self, command: str) -> str:
        output = self.run(command)
        return f"$ {command}\n{output}\n" if output else f"$ {command}\n"


@pytest.fixture
def reader(tmp_path: Path, forking_modelyard: Path) -> Reader:
    path = os.pathsep.join([str(forking_modelyard.parent), os.environ["PATH"]])
    environment = {"PATH": path, "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"}
    git = {f"GIT_{who}_{what}": "docs@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    return Reader(tmp_path / "project", environment | git)


def lay_out(folder: Path, page: str) -> None:
    """Copy what the page starts from: the sample portfolio unless the page names something else."""
    start = STARTS_IN.match(page)
    if start and start[1] == "an empty folder":
        folder.mkdir()
    elif start:
        shutil.copytree(ROOT / start[1], folder)
    else:
        shutil.copytree(ROOT / "models", folder / "models")
        shutil.copyfile(ROOT / "modelyard.yaml", folder / "modelyard.yaml")


@pytest.mark.slow
@pytest.mark.generated
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_shows_what_happens(page: Path, reader: Reader, golden) -> None:
    written = page.read_text(encoding="utf-8")
    lay_out(reader.folder, written)
    golden(page, replace_blocks(written, {block: reader.follow(block) for block in shown_blocks(written)}))
