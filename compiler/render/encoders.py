"""Named encoders: each makes any text safe at one kind of place of one inner language."""

import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from types import MappingProxyType
from typing import Final
from urllib.parse import quote

from compiler.render.interpolation import is_plain_word, scalar_text, shown
from compiler.render.template_errors import RefusedError
from compiler.render.traced_values import Encoded, encoded, origins_of


@dataclass(frozen=True, slots=True)
class Encoder:
    """An inner language: how text is made safe in it, where, and which text is safe there as it is."""

    name: str
    place: str
    encode: Callable[[str], str]
    accepts: Callable[[str], bool] = is_plain_word

    def __call__(self, value: object) -> Encoded:
        """The value made safe; `RefusedError` where the language cannot express it."""
        origins = origins_of(value)
        try:
            return encoded(self.encode(scalar_text(value)), self.name, origins)
        except RefusedError as refused:
            raise RefusedError(refused.message, refused.origins or origins, help=refused.help) from None


def _promql(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return re.sub(r"[\x00-\x1f\x7f]", lambda found: f"\\x{ord(found[0]):02x}", escaped)


def _shell(value: str) -> str:
    if "\0" in value:
        raise RefusedError("no shell word holds a NUL character")
    return shlex.quote(value)


def _gotemplate(value: str) -> str:
    return value.replace("{", '{{"{"}}')  # each brace alone: one of the value's and one beside it would open an action


def _dollar(value: str) -> str:
    return value.replace("$", "$$")


def _urlpath(value: str) -> str:
    if value in {"", ".", ".."}:
        raise RefusedError(f"{shown(value)} is no segment of a path")
    return _urlquery(value)


def _urlquery(value: str) -> str:
    try:
        return quote(value, safe="")
    except UnicodeEncodeError:
        raise RefusedError(f"{shown(value)} holds half a character (a lone surrogate)") from None


_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_MARKS = re.compile(r"([\\`*_{}\[\]|~!$])")
_REFERENCE = re.compile(r"(@)|#(?!x?[0-9]+;)")
_BLOCK = re.compile(r"\A([0-9]{1,9}(?=[.)])|(?=[-+=#:]))(.)")


def markdown(value: str, *, begins_block: bool = True, in_prose: bool = False) -> str:
    """Text within a line of Markdown.

    `begins_block`: it may be the first of its line, where it could begin a list; `in_prose`: no quote that it holds ends anything.
    """
    line = _MARKS.sub(r"\\\1", escape(_CONTROL.sub("\ufffd", " ".join(value.split()))))
    if in_prose:
        line = line.replace("&#x27;", "'")
    if begins_block:
        line = _BLOCK.sub(lambda found: f"{found[1]}&#{ord(found[2])};", line)
    # A comment keeps forges from seeing a mention or the number of an issue.
    return _REFERENCE.sub(lambda found: f"{found[0]}<!-- -->", line)


def _html(value: str) -> str:
    return _CONTROL.sub("\ufffd", escape(value))


def _github(value: str) -> str:
    if _opens_expression(value) or value.endswith(("$", "${")) or value.startswith("{"):
        raise RefusedError(f"{shown(value)} holds `${{{{`, which opens an expression, or a part of it")
    return value


def _opens_expression(value: str) -> bool:
    return "${{" in value


def _literal(value: str) -> str:
    raise RefusedError(f"{shown(value)} stands where only the template's own text may")


_GJSON = re.compile(r"[ !#-\[\]-}][ !#-\[\]-~]*")


def _gjson(value: str) -> str:
    if not _GJSON.fullmatch(value):
        raise RefusedError(
            f"{shown(value)} is more than printable ASCII without quotes and backslashes, or begins with `~`"
        )
    return f'"{value}"'


_PATH = re.compile(r"(?!/)(?!.*(?:^|/)\.\.?(?:/|$))[A-Za-z0-9_./@+-]+")


def _path(value: str) -> str:
    if not _PATH.fullmatch(value):
        raise RefusedError(f"{shown(value)} is no path below a folder")
    return value


def _prose(value: str) -> str:
    return _CONTROL.sub("\ufffd", " ".join(value.split()))


_ALL = (
    Encoder("prose", "a sentence that people read, and nobody parses", _prose, lambda _: False),
    Encoder("path", "a path below a folder", _path),
    Encoder("promql", "a label's value between double quotes", _promql),
    Encoder("shell", "one word", _shell),
    Encoder("gotemplate", "text outside of actions", _gotemplate),
    Encoder(
        "dollar",
        "text in which `$(NAME)` is a variable, and `$$` the sign",
        _dollar,
        lambda value: "$" not in value,
    ),
    Encoder("gjson", "a value that a query of GJSON compares with", _gjson, lambda _: False),
    Encoder("urlpath", "one segment of a path", _urlpath),
    Encoder("urlquery", "a name or a value of a query", _urlquery),
    Encoder("markdown", "text within a line", markdown),
    Encoder("html", "text, or an attribute's value between quotes", _html),
    Encoder("github", "any text that is not a script", _github, lambda value: not _opens_expression(value)),
    Encoder("literal", "nothing: scripts, and other languages without a safe place", _literal, lambda _: False),
)
ENCODERS: Final[Mapping[str, Encoder]] = MappingProxyType({encoder.name: encoder for encoder in _ALL})
"""By name: filters of templates, and the languages that `emitter.yaml` declares for fields."""
