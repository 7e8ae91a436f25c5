"""Values in HTML."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import ClassVar, Final, NamedTuple, TypeAlias

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


_TEXT, _TAG, _QUOTES, _COMMENT, _RAW_TEXT = "text", "tag", "quotes", "comment", "raw text"
_MAX_CACHED_LITERALS = 2048


class _Position(NamedTuple):
    """Where in the structure of HTML a text ends."""

    state: str = _TEXT
    tag: str = ""
    quote: str = ""
    attribute: str = ""
    url: str = ""
    """The value of the attribute so far."""
    tail: str = ""
    """The last two characters."""


class HtmlEscaper:
    """Text and quoted attributes are encoded; scripts, styles, comments, tags and event handlers accept no values."""

    encoder_name: ClassVar[str] = "html"

    def __init__(self) -> None:
        self._position = _Position()

    def feed(self, literal: str) -> None:
        """Follow the tags, attributes, scripts and comments that the text opens and closes."""
        self._position = _position_after(self._position, literal)

    def escape(self, value: str, *, is_encoded: bool) -> str:
        """The value with entities, in text and in quoted attributes."""
        position = self._position
        if not _can_escape(position):
            raise ValueRejectedError(
                "a value is inserted into a script, a style, a comment, an event handler or a tag outside quotes",
                help="insert it into text, or into an attribute between quotes",
            )
        if position.state == _TEXT:
            self._position = _position_after_value(position)
            return value if is_encoded else ENCODERS["html"].encode(value)
        url = position.url + value
        self._position = position._replace(url=url)
        if position.attribute in _URL_ATTRIBUTES and not _SAFE_URL.fullmatch(url):
            raise ValueRejectedError(f"{quoted_excerpt(url)} is a URL that can run code", help="use https or mailto")
        self._position = self._position._replace(tail="x")
        return value if is_encoded else ENCODERS["html"].encode(value)


def _can_escape(position: _Position) -> bool:
    if position.state == _TEXT:
        return not position.tail.endswith(("<", "</"))
    is_handler = position.attribute.startswith("on") or position.attribute in {"style", "srcdoc", ""}
    return position.state == _QUOTES and not is_handler


@lru_cache(maxsize=_MAX_CACHED_LITERALS)
def _position_after_value(position: _Position) -> _Position:
    """The position after an escaped value, which begins and ends nothing."""
    return position._replace(tail="x")


@lru_cache(maxsize=_MAX_CACHED_LITERALS)  # a template prints the same literals for each model
def _position_after(position: _Position, literal: str) -> _Position:
    """The position after a literal part."""
    offset = 0
    position = position._replace(tail=(position.tail + literal)[-2:])
    while offset >= 0:
        position, offset = _FOLLOWERS[position.state](position, literal, offset)
    return position


_Step: TypeAlias = tuple[_Position, int]
"""The position after the next change of the state, and where in the literal it is; -1 if it is not in the literal."""


def _follow_text(position: _Position, literal: str, offset: int) -> _Step:
    match = _TAG_START.search(literal, offset)
    if not match:
        return position, -1
    return position._replace(state=_TAG if match[1] else _COMMENT, tag=(match[1] or "").lower()), match.end()


def _follow_tag(position: _Position, literal: str, offset: int) -> _Step:
    match = _TAG_PART.search(literal, offset)
    if not match:
        return position, -1
    if match[0] == ">":
        return position._replace(state=_RAW_TEXT if position.tag in _RAW_TEXT_TAGS else _TEXT), match.end()
    return position._replace(state=_QUOTES, attribute=(match[1] or "").lower(), quote=match[0][-1], url=""), match.end()


def _follow_quotes(position: _Position, literal: str, offset: int) -> _Step:
    after, end = _skip_past(position.quote, _TAG, position, literal, offset)
    return after._replace(url=position.url + literal[offset:] if end < 0 else ""), end


def _follow_comment(position: _Position, literal: str, offset: int) -> _Step:
    return _skip_past("-->", _TEXT, position, literal, offset)


def _follow_raw_text(position: _Position, literal: str, offset: int) -> _Step:
    return _skip_past(f"</{position.tag}", _TAG, position, literal, offset)


def _skip_past(text: str, next_state: str, position: _Position, literal: str, offset: int) -> _Step:
    start = literal.lower().find(text, offset)
    if start < 0:
        return position, -1
    tag = "" if text.startswith("</") else position.tag
    return position._replace(state=next_state, tag=tag), start + len(text)


_FOLLOWERS: Mapping[str, Callable[[_Position, str, int], _Step]] = {
    _TEXT: _follow_text,
    _TAG: _follow_tag,
    _QUOTES: _follow_quotes,
    _COMMENT: _follow_comment,
    _RAW_TEXT: _follow_raw_text,
}
