"""Values in HTML."""

import re
from collections.abc import Callable
from typing import ClassVar, Final

from compiler.render.encoders import ENCODERS
from compiler.render.interpolation import shown
from compiler.render.template_errors import RefusedError

_TAG = re.compile(r"<!--|<(/?[a-zA-Z][^\s/>]*)")
_IN_TAG = re.compile(r">|([^\s=>\"'/]+)\s*=\s*([\"'])|[\"']")
_RAW: Final = frozenset({"iframe", "noembed", "noframes", "noscript", "plaintext", "script", "style", "xmp"})
_ADDRESSES: Final = frozenset({"action", "cite", "data", "formaction", "href", "ping", "poster", "src", "xlink:href"})
_SAFE = re.compile(r"https?://.*|mailto:.*|[^:]*|[./#?].*", re.IGNORECASE | re.DOTALL)


class Html:
    """Text and quoted attributes are encoded; scripts, styles, comments, bare tags and handlers take no value."""

    encoding: ClassVar[str] = "html"

    def __init__(self) -> None:
        self._step: Callable[[str, int], int] = self._text
        self._tag = self._quote = self._attribute = self._address = self._tail = ""

    def after(self, literal: str) -> None:
        """Follow the tags, attributes, scripts and comments that the text opens and closes."""
        self._tail = (self._tail + literal)[-2:]
        at = 0
        while at >= 0:
            at = self._step(literal, at)

    def _text(self, literal: str, at: int) -> int:
        found = _TAG.search(literal, at)
        if not found:
            return -1
        self._tag = (found[1] or "").lower()
        self._step = self._in_tag if found[1] else self._comment
        return found.end()

    def _in_tag(self, literal: str, at: int) -> int:
        found = _IN_TAG.search(literal, at)
        if not found:
            return -1
        if found[0] == ">":
            self._step = self._raw if self._tag in _RAW else self._text
        else:
            self._attribute, self._quote = (found[1] or "").lower(), found[0][-1]
            self._address = ""
            self._step = self._quoted
        return found.end()

    def _quoted(self, literal: str, at: int) -> int:
        end = self._until(self._quote, literal, at, self._in_tag)
        self._address += literal[at:] if end < 0 else ""
        return end

    def _comment(self, literal: str, at: int) -> int:
        return self._until("-->", literal, at, self._text)

    def _raw(self, literal: str, at: int) -> int:
        return self._until(f"</{self._tag}", literal, at, self._in_tag)

    def _until(self, end: str, literal: str, at: int, then: Callable[[str, int], int]) -> int:
        found = literal.lower().find(end, at)
        if found < 0:
            return -1
        self._tag = "" if end.startswith("</") else self._tag
        self._step = then
        return found + len(end)

    def write(self, value: str, *, encoded: bool) -> str:
        """The value with entities, in text and in attributes between quotes."""
        if not self._takes_entities():
            raise RefusedError(
                "a value stands in a script, a style, a comment, a handler or a bare tag",
                help="place it in text, or in an attribute between quotes",
            )
        self._address += value
        in_address = self._step == self._quoted and self._attribute in _ADDRESSES
        if in_address and not _SAFE.fullmatch(self._address):
            raise RefusedError(f"{shown(self._address)} is an address that may run code", help="use https or mailto")
        self._tail = "x"
        return value if encoded else ENCODERS["html"].encode(value)

    def _takes_entities(self) -> bool:
        if self._step == self._text:
            return not self._tail.endswith(("<", "</"))
        handler = self._attribute.startswith("on") or self._attribute in {"style", "srcdoc", ""}
        return self._step == self._quoted and not handler
