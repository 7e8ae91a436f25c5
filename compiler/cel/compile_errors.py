"""What CEL has against an expression, in words and at the characters to edit."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from compiler.cel.identifiers import stand_in
from compiler.foundation.suggestions import nearest

_ERROR = r"(?m)^(?:\w+: )?ERROR: <input>:(-?\d+):(-?\d+): (.*?)(?= \[\w+\]$|$)"
_NUMBERS = {"int", "uint", "double"}
_COMPARISONS = {"_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_", "@in"}
_TYPES = {
    "int": "a whole number", "uint": "a whole number", "double": "a number", "string": "text", "bool": "true or false",
    "dyn": "any value", "null_type": "null", "list": "a list", "map": "a map", "bytes": "bytes",
    "google.protobuf.Duration": "a duration", "google.protobuf.Timestamp": "a time",
}  # fmt: skip
_DOUBLE_HELP = "CEL does not mix whole numbers and others: write 1.0 for 1, or double(…)"
_INDEX_HELP = "read a field with a dot; an odd name stands in backticks: model.`x-y`"
_KEYWORDS = {"in", "true", "false", "null"}
_KEYWORD_HELP = "a field of that name stands in backticks: model.`in`"
_HAS_HELP = "say `has(model.field)`"


@dataclass(frozen=True, slots=True)
class Mistake:
    """Why an expression cannot be used: 1-based line and column in its text, and how many characters are meant."""

    message: str
    line: int = 1
    column: int = 1
    length: int = 1
    help: str | None = None


class Known(NamedTuple):
    """What may be named in an expression: the variables, and the fields of each message."""

    variables: Collection[str]
    fields: Mapping[str, Collection[str]]


class _Complaint(NamedTuple):
    line: int
    column: int
    words: re.Match[str]
    text: str
    known: Known

    @property
    def row(self) -> str:
        rows = self.text.splitlines()
        return rows[self.line - 1] if 0 < self.line <= len(rows) else ""

    def mistake(self, message: str, token: str = "", *, after: bool = False, hint: str | None = None) -> Mistake:
        """At the token nearest to where CEL points: the last before it, or the first after it."""
        column = max(self.column, 1)
        if token:
            found = self.row.rfind(token, 0, column + len(token) - 1)
            if after or found < 0:
                found = max(self.row.find(token, column - 1), found)
            column = found + 1 if found >= 0 else column
        return Mistake(message, max(self.line, 1), column, len(token) if token else 1, hint)


def mistake(error: str, text: str, known: Known) -> Mistake | None:
    """The first thing that is wrong; nothing where CEL only minds that a whole number is compared with another."""
    for line, column, words in _complaints(error):
        if _is_harmless(words):
            continue
        for pattern, told in _TOLD:
            found = re.match(pattern, words)
            if found:
                return told(_Complaint(line, column, found, text, known))
        return Mistake(words, max(line, 1), max(column, 1))
    return None


def _complaints(error: str) -> Iterator[tuple[int, int, str]]:
    placed = list(re.finditer(_ERROR, error))
    for found in placed:
        yield int(found[1]), int(found[2]), found[3]
    if not placed:
        yield 1, 1, re.sub(r"^[A-Z_]+: | \[[A-Z_]+\]$", "", error)


def _is_harmless(words: str) -> bool:
    """Values are compared as they are, whatever their types were declared: 2 equals 2.0, and maps are only maps."""
    found = re.match(_OVERLOAD, words)
    if not found or found[1] not in _COMPARISONS:
        return "*error*" in words
    types = [re.sub(r"^list\((.*)\)$", r"\1", one) for one in _arguments(found[2])]
    messages = all(one.startswith(("modelyard_shape.", "map(")) for one in types)
    return set(types) <= _NUMBERS or (messages and found[1] in {"_==_", "_!=_"})


def _arguments(listed: str) -> list[str]:
    """The types of a list of arguments, of which each may have parameters of its own."""
    parts, depth = [""], 0
    for character in listed:
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts]


def _type(name: str) -> str:
    return _TYPES.get(name.partition("(")[0], "a map" if name.startswith("modelyard_shape.") else f"`{name}`")


def _overload(found: _Complaint) -> Mistake:
    name, types = found.words[1], _arguments(found.words[2])
    symbol = name.strip("_@") if name != "_[_]" else "["
    if name == "_?_:_":
        return found.mistake(_ternary(*map(_type, types)), "?", after=True)
    told = " and ".join(map(_type, types)) or "nothing"
    if name == "_[_]":
        return found.mistake(f"[ ] does not take {told}", "[", hint=_INDEX_HELP)
    mixed = set(types) <= _NUMBERS and len(set(types)) > 1
    return found.mistake(f"`{symbol}` does not take {told}", symbol, hint=_DOUBLE_HELP if mixed else None)


def _ternary(condition: str, one: str, other: str) -> str:
    if condition != _TYPES["bool"]:
        return f"`? :` asks for true or false, found {condition}"
    return f"`? :` comes to {one} or {other}: both have to be of one type"


def _field(found: _Complaint) -> Mistake:
    """CEL points at the dot, or at the parenthesis of `has`."""
    written = re.compile(r"\.\s*(`[^`]+`|\w+)")
    names = [one for one in written.finditer(found.row, max(found.column - 1, 0)) if _plain(one[1]) == found.words[1]]
    name = names[0][1].strip("`") if names else found.words[1]
    meant = nearest(name, found.known.fields.get(found.words[2], ()))
    column = names[0].start(1) + 1 if names else found.column
    length = len(names[0][1]) if names else 1
    return Mistake(f"there is no field `{name}` here", max(found.line, 1), column, length, _did_you_mean(meant))


def _plain(written: str) -> str:
    return stand_in(written.strip("`"))


def _undeclared(found: _Complaint) -> Mistake:
    name = found.words[1].partition(".")[0]
    if found.row[max(found.column - 1, 0) :].startswith("("):
        return found.mistake(f"there is no function `{found.words[1]}`", found.words[1])
    meant = nearest(name, found.known.variables)
    one_of = f"one of: {', '.join(sorted(found.known.variables))}"
    return found.mistake(f"there is no variable `{name}`", name, hint=_did_you_mean(meant) or one_of)


def _did_you_mean(meant: str | None) -> str | None:
    return f"did you mean `{meant}`?" if meant else None


def _unexpected(found: _Complaint) -> Mistake:
    unexpected = found.words[1].partition("\\n")[0]
    if unexpected == "<EOF>":
        return found.mistake("the expression ends too early")
    hint = _KEYWORD_HELP if unexpected.lstrip(".") in _KEYWORDS else None
    return found.mistake(f"`{unexpected}` is not expected here", unexpected, after=True, hint=hint)


_OVERLOAD = r"found no matching overload for '([^']*)' applied to '\((.*)\)'"
_TOLD: tuple[tuple[str, Callable[[_Complaint], Mistake]], ...] = (
    (_OVERLOAD, _overload),
    (r"undefined field '([^']*)' not found in struct '([^']*)'", _field),
    (r"undeclared reference to '([^']*)'", _undeclared),
    (r"Syntax error: missing '([^']*)'", lambda found: found.mistake(f"`{found.words[1]}` is missing")),
    (r"Syntax error: (?:token recognition error|no viable alternative)[^']*'(.*)'", _unexpected),
    (r"Syntax error: (?:mismatched|extraneous) input '(.*?)' expecting", _unexpected),
    (
        r"reserved identifier: (\w+)",
        lambda found: found.mistake(f"`{found.words[1]}` is a reserved word", found.words[1], after=True),
    ),
    (
        r"expression of type '(.*)' cannot be the operand of a select",
        lambda found: found.mistake(f"{_type(found.words[1])} has no fields"),
    ),
    (
        r"expression of type '(.*)' cannot be the range",
        lambda found: found.mistake(f"{_type(found.words[1])} has no elements to go through"),
    ),
    (
        r"has\(\) argument must be a field selection",
        lambda found: found.mistake("has( ) asks for a field", hint=_HAS_HELP),
    ),
    (
        r"Exceeded max recursion depth|Expression recursion limit",
        lambda found: found.mistake("the expression is nested too deeply"),
    ),
)
