"""Switches between libyaml and the pure Python parser of PyYAML.

Both produce the same data. The pure parser rejects more: tabs between values, and some uses of `?` and `:` in flow collections.
"""

import re
from typing import Protocol

import yaml
from yaml.error import Mark
from yaml.events import Event
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner, ScannerError
from yaml.tokens import DirectiveToken, Token

_SURROGATE = re.compile("[\ud800-\udfff]")


class EventSource(Protocol):
    """Parser events of a text, one at a time; raises `YAMLError` for invalid YAML."""

    def get_event(self) -> Event | None:
        """The next event; `None` after the last."""
        ...

    def get_token(self) -> Token | None:
        """The next token, if no event has been read from the source; `None` after the last."""
        ...


class PureParser(Reader, Scanner, Parser):
    """PyYAML's parser, for platforms without libyaml."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)

    def scan_flow_scalar_non_spaces(self, double: bool, start_mark: Mark) -> list[str]:
        """Reject escapes that name no character, as libyaml does."""
        mark = self.get_mark()
        try:
            chunks: list[str] = super().scan_flow_scalar_non_spaces(double, start_mark)
        except (ValueError, OverflowError):
            chunks = ["\ud800"]
        if any(map(_SURROGATE.search, chunks)):
            raise ScannerError(
                "while parsing a quoted scalar", start_mark, "found invalid Unicode character escape code", mark
            )
        return chunks

    def scan_directive(self) -> DirectiveToken:
        """Reject unknown directives and versions, as libyaml does."""
        token: DirectiveToken = super().scan_directive()
        if token.name not in {"YAML", "TAG"}:
            raise ScannerError("while scanning a directive", token.start_mark, "unknown directive", token.start_mark)
        if token.name == "YAML" and token.value not in {(1, 1), (1, 2)}:
            raise ScannerError("while scanning a directive", token.start_mark, "incompatible YAML", token.start_mark)
        return token


def open_pure_python(text: str) -> EventSource:
    """The events of a text, from PyYAML."""
    return PureParser(text)


def open_libyaml(text: str) -> EventSource:
    """The events of a text, from libyaml."""
    return yaml._yaml.CParser(text)  # noqa: SLF001 - the parser without the composer, which recurses


open_events = open_libyaml if yaml.__with_libyaml__ else open_pure_python
