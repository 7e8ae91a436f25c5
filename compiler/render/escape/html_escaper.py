"""Values in HTML."""

import re
from collections.abc import Callable
from typing import ClassVar, Final

from compiler.templating.encoders import ENCODERS
from compiler.templating.interpolation import quoted_excerpt
from compiler.templating.template_errors import ValueRejectedError

_TAG_START = re.compile(r"<!--|<(/?[a-zA-Z][^\s/>]*)")
_TAG_PART = re.compile(r">|([^\s=>\"'/]+)\s*=\s*([\"'])|[\"']")
_RAW_TEXT_TAGS: Final = frozenset({"iframe", "noembed", "noframes", "noscript", "plaintext", "script", "style", "xmp"})
_URL_ATTRIBUTES: Final = frozenset(
    {"action", "cite", "data", "formaction", "href", "ping", "poster", "src", "xlink:href"}
)
_SAFE_URL = re.compile(r"https?://.*|mailto:.*|[^:]*|[./#?].*", re.IGNORECASE | re.DOTALL)


class HtmlEscaper:
    """Text and quoted attributes are encoded; scripts, styles, comments, tags and event handlers accept no values."""

    encoder_name: ClassVar[str] = "html"

    def __init__(self) -> None:
        self._state: Callable[[str, int], int] = self._in_text
        self._tag = self._quote = self._attribute = self._url = self._tail = ""

    def feed(self, literal: str) -> None:
        """Follow the tags, attributes, scripts and comments that the text opens and closes."""
        self._tail = (self._tail + literal)[-2:]
        offset = 0
        while offset >= 0:
            offset = self._state(literal, offset)

    def _in_text(self, literal: str, offset: int) -> int:
        match = _TAG_START.search(literal, offset)
        if not match:
            return -1
        self._tag = (match[1] or "").lower()
        self._state = self._in_tag if match[1] else self._in_comment
        return match.end()

    def _in_tag(self, literal: str, offset: int) -> int:
        match = _TAG_PART.search(literal, offset)
        if not match:
            return -1
        if match[0] == ">":
            self._state = self._in_raw_text if self._tag in _RAW_TEXT_TAGS else self._in_text
        else:
            self._attribute, self._quote = (match[1] or "").lower(), match[0][-1]
            self._url = ""
            self._state = self._in_quotes
        return match.end()

    def _in_quotes(self, literal: str, offset: int) -> int:
        end = self._skip_past(self._quote, literal, offset, self._in_tag)
        self._url += literal[offset:] if end < 0 else ""
        return end

    def _in_comment(self, literal: str, offset: int) -> int:
        return self._skip_past("-->", literal, offset, self._in_text)

    def _in_raw_text(self, literal: str, offset: int) -> int:
        return self._skip_past(f"</{self._tag}", literal, offset, self._in_tag)

    def _skip_past(self, end: str, literal: str, offset: int, next_state: Callable[[str, int], int]) -> int:
        position = literal.lower().find(end, offset)
        if position < 0:
            return -1
        self._tag = "" if end.startswith("</") else self._tag
        self._state = next_state
        return position + len(end)

    def escape(self, value: str, *, is_encoded: bool) -> str:
        """The value with entities, in text and in quoted attributes."""
        if not self._can_escape():
            raise ValueRejectedError(
                "a value is inserted into a script, a style, a comment, an event handler or a tag outside quotes",
                help="insert it into text, or into an attribute between quotes",
            )
        self._url += value
        is_url = self._state == self._in_quotes and self._attribute in _URL_ATTRIBUTES
        if is_url and not _SAFE_URL.fullmatch(self._url):
            raise ValueRejectedError(
                f"{quoted_excerpt(self._url)} is a URL that can run code", help="use https or mailto"
            )
        self._tail = "x"
        return value if is_encoded else ENCODERS["html"].encode(value)

    def _can_escape(self) -> bool:
        if self._state == self._in_text:
            return not self._tail.endswith(("<", "</"))
        is_handler = self._attribute.startswith("on") or self._attribute in {"style", "srcdoc", ""}
        return self._state == self._in_quotes and not is_handler
