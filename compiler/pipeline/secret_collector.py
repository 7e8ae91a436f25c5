"""Collects the values that are secrets by their name from the files that a session reads, so that no output shows them.

Policies look for secrets only in valid models; this finds them in broken files, too, and in those that do not parse.
"""

from collections.abc import Iterator

from compiler.foundation.named_secrets import (
    escaped_secrets_in_text,
    mentions_secret,
    secrets_in_data,
    secrets_in_text,
)
from compiler.source.yaml_parse import ParseFunction, ParseResult

_DATA_SUFFIXES = (".yaml", ".yml", ".json")


class SecretCollector:
    """Parses files, and keeps those in which a name may be that of a secret."""

    def __init__(self, parse_yaml: ParseFunction) -> None:
        self._parse_yaml = parse_yaml
        self._results: dict[str, tuple[bytes, ParseResult]] = {}
        self._secrets: dict[str, tuple[str, ...]] = {}

    def parse(self, content: bytes, path: str) -> ParseResult:
        """The documents of a file."""
        parse_result = self._parse_yaml(content, path)
        if mentions_secret(content):
            self._results[path] = content, parse_result
            self._secrets.pop(path, None)
        return parse_result

    def add(self, content: bytes, path: str) -> None:
        """Look for secrets in a file that was read by another parser."""
        if path not in self._results and path.endswith(_DATA_SUFFIXES):
            self.parse(content, path)

    def secrets(self) -> Iterator[str]:
        """The secrets in all files that were parsed so far."""
        for path, (content, parse_result) in self._results.items():
            if path not in self._secrets:  # each output asks again
                self._secrets[path] = tuple(_secrets_in_file(content, parse_result))
            yield from self._secrets[path]


def _secrets_in_file(content: bytes, parse_result: ParseResult) -> Iterator[str]:
    text = content.decode("utf-8", "replace")
    is_complete = parse_result.documents and not parse_result.findings
    yield from escaped_secrets_in_text(text) if is_complete else secrets_in_text(text)
    for document in parse_result.documents:
        yield from secrets_in_data(document.data)
