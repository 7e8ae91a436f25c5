"""Paths, links and make targets that the documentation names exist."""

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

import compiler
from compiler.foundation import resources

ROOT = Path(__file__).resolve().parents[2]
GUIDES = sorted((ROOT / "docs" / "guides").glob("*.md"))
REFERENCE = sorted((ROOT / "docs" / "reference").glob("*.md"))
PAGES = [ROOT / "README.md", ROOT / "ARCHITECTURE.md", ROOT / "CONTRIBUTING.md", *GUIDES]
IN_PACKAGE = re.compile(r"(?<![\w./-])compiler/[\w./*-]*")
IN_REPOSITORY = re.compile(r"(?<![\w./-])(?:compiler|docs|tests|bench|schemas|templates)/[\w./*-]*")
MAKE = re.compile(r"(?:^|\$ |`)make ([a-z][a-z-]*)", re.MULTILINE)
PLACEHOLDER = re.compile(r"<[^>]*>\S*")


@cache
def tokens_of(page: Path) -> list[Token]:
    tokens = MarkdownIt("commonmark").enable("table").parse(page.read_text(encoding="utf-8"))
    return [inner for token in tokens for inner in (token, *(token.children or ()))]


def code_of(page: Path) -> Iterator[str]:
    yield from (token.content for token in tokens_of(page) if token.type in {"code_inline", "fence"})


def exists(path: str) -> bool:
    """Whether the repository has it; what is packaged may exist only where it is installed."""
    folder, _, rest = path.partition("/")
    top = ROOT / folder
    if folder == "compiler":
        top = Path(compiler.__file__).parent
    elif folder in {"schemas", "templates"}:
        top = resources.shipped_folder(folder)
    return any(top.glob(rest)) if "*" in rest else (top / rest).exists()


def missing_paths(text: str, pattern: re.Pattern[str]) -> list[str]:
    """Paths that do not exist; of a path with a placeholder (`templates/<class>/`) what precedes the placeholder."""
    named = pattern.findall(PLACEHOLDER.sub("", text))
    return [path for path in named if not exists(path.rstrip("."))]


@cache
def anchors(page: Path) -> set[str]:
    """The fragments that a link may name: explicit ids, and headings as GitHub turns them into ids."""
    titles = [
        following.children or [] for token, following in pairwise(tokens_of(page)) if token.type == "heading_open"
    ]
    texts = ["".join(child.content for child in title).lower() for title in titles]
    ids = re.findall(r'<a id="([^"]+)">', page.read_text(encoding="utf-8"))
    return {*ids, *(re.sub(r"[^\w -]", "", text).replace(" ", "-") for text in texts)}


def make_targets() -> set[str]:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
class TestPage:
    def test_each_path_of_the_package_exists(self, page: Path) -> None:
        assert [path for code in code_of(page) for path in missing_paths(code, IN_PACKAGE)] == []

    def test_each_make_target_exists(self, page: Path) -> None:
        named = {target for code in code_of(page) for target in MAKE.findall(f"{code}\n")}
        assert named - make_targets() == set()

    def test_each_relative_link_leads_to_a_file(self, page: Path) -> None:
        links = (str(token.attrs["href"]) for token in tokens_of(page) if token.type == "link_open")
        local = (link.partition("#")[0] for link in links if not re.match(r"[a-z]+:|#", link))
        targets = [(page.parent / link).resolve().relative_to(ROOT).as_posix() for link in local]
        assert [path for path in targets if not exists(path)] == []


@pytest.mark.parametrize("page", [*PAGES, *REFERENCE], ids=lambda page: page.stem)
def test_each_fragment_of_a_link_exists(page: Path) -> None:
    links = (str(token.attrs["href"]) for token in tokens_of(page) if token.type == "link_open")
    parts = (link.partition("#") for link in links if "#" in link and not re.match(r"[a-z]+:", link))
    named = [(page.parent / path if path else page, fragment) for path, _, fragment in parts]
    assert [fragment for path, fragment in named if fragment not in anchors(path)] == []


@pytest.mark.parametrize("name", ["ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_each_path_that_a_maintainer_reads_of_exists(name: str) -> None:
    """A guide also names files of the reader's own project, so that only these two pages are held to all folders."""
    missing = [path for code in code_of(ROOT / name) for path in missing_paths(code, IN_REPOSITORY)]
    assert missing == []


def test_a_missing_path_is_reported() -> None:
    text = "`compiler/cli/`, `compiler/*.py`, `compiler/rooms/`, `compiler/gone.py` and `templates/<class>/<id>/`"
    assert missing_paths(text, IN_REPOSITORY) == ["compiler/rooms/", "compiler/gone.py"]


def test_make_targets_are_read_from_the_makefile() -> None:
    assert {"build", "test", "docs"} <= make_targets()
    assert "rooms" not in make_targets()
    assert MAKE.findall("$ make rooms   # make it\n") == ["rooms"]
