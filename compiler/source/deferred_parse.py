"""Parses a file with libraries that are imported only then."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from compiler.source.yaml_parse import ParseResult


def parse_file(content: bytes | str, path: str) -> ParseResult:
    """The documents of a file, and findings; see `yaml_parse.parse`."""
    from compiler.source.yaml_parse import parse  # noqa: PLC0415 - its libraries take 30 ms, and most runs parse nothing

    return parse(content, path)
