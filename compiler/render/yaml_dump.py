"""Writes JSON data as YAML that parsers of YAML 1.1 and 1.2 read identically."""

import re
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

from compiler.foundation.json_data import Json
from compiler.render.yaml_scalars import YAML11_BOOLEANS
from compiler.templating.interpolation import format_number
from compiler.templating.traced_values import CommentedStr
from compiler.templating.visible_characters import VISIBLE

_SIMPLE = re.compile(r"[A-Za-z_/][A-Za-z0-9_./-]*|[1-9][0-9]*(?:m|[KMGTP]i|ms|s|h|d)")
_PLAIN = re.compile(rf"[A-Za-z_/$({VISIBLE}][ -~{VISIBLE}]*")
_RESERVED_WORDS: Final = YAML11_BOOLEANS | {
    form for word in ("true", "false", "null") for form in (word, word.title(), word.upper())
}
_BLOCK_TEXT = re.compile(rf"[!-~{VISIBLE}][\t\n -~{VISIBLE}]*")
_TRAILING_SPACE = re.compile(r"[ \t](?:\n|\Z)")
_SINGLE_QUOTABLE = re.compile(rf"[ -~{VISIBLE}]*")
_NEEDS_ESCAPE = re.compile(rf"[^ !#-\[\]-~{VISIBLE}]")
_SHORT_ESCAPES: Final = {"\0": "\\0", "\t": "\\t", "\n": "\\n", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
_ESCAPE_WIDTHS: Final = (("x", 2), ("u", 4), ("U", 8))
_MAX_SIMPLE_KEY = 1000  # parsers look for the colon of a key within 1024 characters


Container: TypeAlias = Mapping[str, Json] | Sequence[Json]
_CONTAINERS = (dict, list, Mapping, Sequence)


def dump(document: Json) -> str:
    """The document in block style with a final newline; keys keep their order, lines are never folded."""
    lines: list[str] = []
    if isinstance(document, str):
        lines.append(_double_quote(document) if "\n" in document else dump_string(document))
    elif document and isinstance(document, (Mapping, Sequence)):
        _dump_container(document, "", lines)
    else:
        lines.append(_dump_inline(document))
    return "\n".join(lines) + "\n"


def _dump_container(value: Container, indent: str, lines: list[str]) -> None:
    if type(value) is not dict and not isinstance(value, Mapping):
        _dump_list(value, indent, lines)
        return
    for key, member in value.items():
        # Most keys are identifiers, and checking that takes a fifth of the time of a regular expression.
        name = key if key.isidentifier() and key.isascii() and key not in _RESERVED_WORDS else dump_string(key)
        key_prefix = f"{indent}{name}:" if len(name) < _MAX_SIMPLE_KEY else f"{indent}? {name}\n{indent}:"
        if isinstance(member, str):
            lines.append(f"{key_prefix} {_dump_text(member, indent)}")
        elif member and isinstance(member, _CONTAINERS):
            lines.append(key_prefix)
            _dump_container(member, f"{indent}  ", lines)
        else:
            lines.append(f"{key_prefix} {_dump_inline(member)}")


def _dump_list(value: Sequence[Json], indent: str, lines: list[str]) -> None:
    for element in value:
        if isinstance(element, str):
            lines.append(f"{indent}- {_dump_text(element, indent)}")
        elif element and isinstance(element, _CONTAINERS):
            start = len(lines)
            _dump_container(element, f"{indent}  ", lines)
            lines[start] = f"{indent}- {lines[start][len(indent) + 2 :]}"
        else:
            lines.append(f"{indent}- {_dump_inline(element)}")


def _dump_inline(value: Json) -> str:
    """A scalar other than text, or an empty map or list."""
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return _dump_number(value)
    if isinstance(value, str):
        return dump_string(value)
    return "{}" if isinstance(value, Mapping) else "[]"


def _dump_number(value: float) -> str:
    text = format_number(value)
    mantissa, exponent, power = text.partition("e")
    # A YAML 1.1 parser takes 1e+16 for text: its numbers need a point.
    return f"{mantissa}.0e{power}" if exponent and "." not in mantissa else text


def _dump_text(value: str, indent: str) -> str:
    if type(value) is CommentedStr:
        return f"{dump_string(str(value))} # {value.comment}"
    if _SIMPLE.fullmatch(value):
        return value if value not in _RESERVED_WORDS else _double_quote(value)
    if "\n" in value and _BLOCK_TEXT.fullmatch(value) and not _TRAILING_SPACE.search(value):
        return _literal_block(value, f"{indent}  ")
    return dump_string(value)


def _literal_block(value: str, indent: str) -> str:
    body = value.rstrip("\n")
    newline_count = len(value) - len(body)
    lines = [f"{indent}{line}" if line else "" for line in body.split("\n")]
    return "\n".join([("|-", "|", "|+")[min(newline_count, 2)], *lines, *[""] * (newline_count - 1)])


def dump_string(value: str) -> str:
    """The text on one line: plain if no parser can misread it, else quoted."""
    if _SIMPLE.fullmatch(value) or (_PLAIN.fullmatch(value) and _can_be_plain(value)):
        return value if value not in _RESERVED_WORDS else _double_quote(value)
    if ('"' in value or "\\" in value) and _SINGLE_QUOTABLE.fullmatch(value):
        return "'" + value.replace("'", "''") + "'"
    return _double_quote(value)


def _can_be_plain(value: str) -> bool:
    return ": " not in value and " #" not in value and value[-1] not in " :"


def _double_quote(value: str) -> str:
    return '"' + _NEEDS_ESCAPE.sub(_escape_match, value) + '"'


def _escape_match(match: re.Match[str]) -> str:
    character = match[0]
    code_point = ord(character)
    if character in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[character]
    return next(f"\\{letter}{code_point:0{width}x}" for letter, width in _ESCAPE_WIDTHS if code_point < 16**width)
