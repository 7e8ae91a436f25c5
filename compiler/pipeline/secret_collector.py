"""Collects the values that are secrets by their name from the files that a session reads, so that no output shows them.

Policies look for secrets only in valid models; this finds them in broken files, too, and in those that do not parse.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from compiler.foundation.named_secrets import (
    escaped_secrets_in_text,
    mentions_secret,
    secrets_in_data,
    secrets_in_text,
)
from compiler.source.deferred_parse import parse_file

if TYPE_CHECKING:
    from compiler.source.yaml_parse import ParseResult

_DATA_SUFFIXES = (".yaml", ".yml", ".json")


class SecretCollector:
    """The secrets in the files that were parsed so far. Files that an earlier run stored hold none."""

    def __init__(self) -> None:
        self._secrets_by_path: dict[str, tuple[str, ...]] = {}

    def add_parsed(self, content: bytes, path: str, parse_result: ParseResult) -> bool:
        """Collect the secrets in a file that was parsed; returns whether it holds none."""
        self._secrets_by_path[path] = tuple(_secrets_in_file(content, parse_result))
        return not self._secrets_by_path[path]

    def add(self, content: bytes, path: str) -> None:
        """Look for secrets in a file that was read by another parser."""
        if path not in self._secrets_by_path and path.endswith(_DATA_SUFFIXES):
            self.add_parsed(content, path, parse_file(content, path))

    def secrets(self) -> Iterator[str]:
        """The secrets in all files that were parsed so far."""
        for secrets in self._secrets_by_path.values():
            yield from secrets


def _secrets_in_file(content: bytes, parse_result: ParseResult) -> Iterator[str]:
    is_complete = parse_result.documents and not parse_result.findings
    if is_complete:
        yield from escaped_secrets_in_text(content.decode("utf-8", "replace")) if b"\\" in content else ()
    elif mentions_secret(content):
        yield from secrets_in_text(content.decode("utf-8", "replace"))
    for document in parse_result.documents:
        yield from secrets_in_data(document.data)
