"""Plain data to YAML: one form for each value, read back as the same by readers of YAML 1.1 and 1.2."""

import re
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

from compiler.foundation.json_data import Json
from compiler.render.interpolation import number
from compiler.render.traced_values import Noted
from compiler.render.yaml_scalars import OLD_WORDS

SEEN: Final = (
    "\u00a1-\u00ac\u00ae-\u05ff\u0606-\u061b\u061d-\u06dc\u06de-\u070e\u0710-\u088f\u0892-\u08e1\u08e3-\u167f\u1681-\u180d"
    "\u180f-\u1fff\u2010-\u2027\u2030-\u205e\u2070-\u2fff\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufdff\ufe30-\ufefe\uff01-\uffef"
    "\U00010000-\U000110bc\U0001b000-\U0001bc9f\U0001f000-\U0001faff\U00020000-\U0003fffd"
)
"""Characters beyond ASCII that are seen as they are: no spaces, marks of direction, controls, halves or private ones. A
list of our own, since Python's tables change with its version and the bytes may not."""
_SIMPLE = re.compile(r"[A-Za-z_/][A-Za-z0-9_./-]*|[1-9][0-9]*(?:m|[KMGTP]i|ms|s|h|d)")
_PLAIN = re.compile(rf"[A-Za-z_/$({SEEN}][ -~{SEEN}]*")
_WORDS: Final = OLD_WORDS | {form for word in ("true", "false", "null") for form in (word, word.title(), word.upper())}
_LINES = re.compile(rf"[!-~{SEEN}][\t\n -~{SEEN}]*")
_BARE_END = re.compile(r"[ \t](?:\n|\Z)")
_SINGLE = re.compile(rf"[ -~{SEEN}]*")
_ESCAPED = re.compile(rf"[^ !#-\[\]-~{SEEN}]")
_NAMED: Final = {"\0": "\\0", "\t": "\\t", "\n": "\\n", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
_WIDTHS: Final = (("x", 2), ("u", 4), ("U", 8))
_LONGEST_KEY = 1000  # readers look no further than 1024 characters for the colon of a key


Members: TypeAlias = Mapping[str, Json] | Sequence[Json]
_CONTAINERS = (dict, list, Mapping, Sequence)


def dump(document: Json) -> str:
    """The document in block style, ended by a newline; keys keep their order, lines are never folded."""
    out: list[str] = []
    if isinstance(document, str):
        out.append(_double(document) if "\n" in document else string(document))
    elif document and isinstance(document, (Mapping, Sequence)):
        _block(document, "", out)
    else:
        out.append(_short(document))
    return "\n".join(out) + "\n"


def _block(value: Members, indent: str, out: list[str]) -> None:
    if type(value) is not dict and not isinstance(value, Mapping):
        _list(value, indent, out)
        return
    for key, member in value.items():
        # An identifier is what most keys are, and asking for one costs a fifth of a regular expression.
        name = key if key.isidentifier() and key.isascii() and key not in _WORDS else string(key)
        lead = f"{indent}{name}:" if len(name) < _LONGEST_KEY else f"{indent}? {name}\n{indent}:"
        if isinstance(member, str):
            out.append(f"{lead} {_text(member, indent)}")
        elif member and isinstance(member, _CONTAINERS):
            out.append(lead)
            _block(member, f"{indent}  ", out)
        else:
            out.append(f"{lead} {_short(member)}")


def _list(value: Sequence[Json], indent: str, out: list[str]) -> None:
    for element in value:
        if isinstance(element, str):
            out.append(f"{indent}- {_text(element, indent)}")
        elif element and isinstance(element, _CONTAINERS):
            start = len(out)
            _block(element, f"{indent}  ", out)
            out[start] = f"{indent}- {out[start][len(indent) + 2 :]}"
        else:
            out.append(f"{indent}- {_short(element)}")


def _short(value: Json) -> str:
    """A scalar other than text, or an empty map or list."""
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return _number(value)
    if isinstance(value, str):
        return string(value)
    return "{}" if isinstance(value, Mapping) else "[]"


def _number(value: float) -> str:
    told = number(value)
    mantissa, exponent, power = told.partition("e")
    # A reader of YAML 1.1 takes 1e+16 for text: its numbers have a point.
    return f"{mantissa}.0e{power}" if exponent and "." not in mantissa else told


def _text(value: str, indent: str) -> str:
    if type(value) is Noted:
        return f"{string(str(value))} # {value.note}"
    if _SIMPLE.fullmatch(value):
        return value if value not in _WORDS else _double(value)
    if "\n" in value and _LINES.fullmatch(value) and not _BARE_END.search(value):
        return _literal(value, f"{indent}  ")
    return string(value)


def _literal(value: str, indent: str) -> str:
    body = value.rstrip("\n")
    ends = len(value) - len(body)
    lines = [f"{indent}{line}" if line else "" for line in body.split("\n")]
    return "\n".join([("|-", "|", "|+")[min(ends, 2)], *lines, *[""] * (ends - 1)])


def string(value: str) -> str:
    """The text in one line: plain where no reader can take it for anything else, between quotes otherwise."""
    if _SIMPLE.fullmatch(value) or (_PLAIN.fullmatch(value) and _ends_plain(value)):
        return value if value not in _WORDS else _double(value)
    if ('"' in value or "\\" in value) and _SINGLE.fullmatch(value):
        return "'" + value.replace("'", "''") + "'"
    return _double(value)


def _ends_plain(value: str) -> bool:
    return ": " not in value and " #" not in value and value[-1] not in " :"


def _double(value: str) -> str:
    return '"' + _ESCAPED.sub(_escape, value) + '"'


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    point = ord(character)
    if character in _NAMED:
        return _NAMED[character]
    return next(f"\\{letter}{point:0{width}x}" for letter, width in _WIDTHS if point < 16**width)
