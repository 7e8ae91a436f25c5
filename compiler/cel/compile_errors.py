"""Turns errors of the CEL compiler into readable messages at the characters to edit."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from compiler.cel.identifiers import mangle
from compiler.foundation.suggestions import closest_match

_ERROR_PATTERN = r"(?m)^(?:\w+: )?ERROR: <input>:(-?\d+):(-?\d+): (.*?)(?= \[\w+\]$|$)"
_NUMBERS = {"int", "uint", "double"}
_COMPARISONS = {"_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_", "@in"}
_TYPE_DESCRIPTIONS = {
    "int": "a whole number", "uint": "a whole number", "double": "a number", "string": "text", "bool": "true or false",
    "dyn": "any value", "null_type": "null", "list": "a list", "map": "a map", "bytes": "bytes",
    "google.protobuf.Duration": "a duration", "google.protobuf.Timestamp": "a time",
}  # fmt: skip
_DOUBLE_HELP = "CEL does not mix whole numbers and others: write 1.0 for 1, or double(…)"
_INDEX_HELP = "read a field with a dot; a name with other characters needs backticks: model.`x-y`"
_KEYWORDS = {"in", "true", "false", "null"}
_KEYWORD_HELP = "a field of that name needs backticks: model.`in`"
_HAS_HELP = "write `has(model.field)`"


@dataclass(frozen=True, slots=True)
class CompileError:
    """Why an expression cannot be used: 1-based line and column in its text, and the length of the part to edit."""

    message: str
    line: int = 1
    column: int = 1
    length: int = 1
    help: str | None = None


class KnownNames(NamedTuple):
    """The names that an expression may use: the variables, and the fields of each message."""

    variables: Collection[str]
    fields: Mapping[str, Collection[str]]


class _Diagnostic(NamedTuple):
    line: int
    column: int
    match: re.Match[str]
    text: str
    known_names: KnownNames

    @property
    def source_line(self) -> str:
        source_lines = self.text.splitlines()
        return source_lines[self.line - 1] if 0 < self.line <= len(source_lines) else ""

    def compile_error(
        self, message: str, token: str = "", *, is_after: bool = False, hint: str | None = None
    ) -> CompileError:
        """The error at the token nearest to the offset that CEL reports: the last token before it, else the first after it.

        With `is_after`, the first token after it comes first.
        """
        column = max(self.column, 1)
        if token:
            index = self.source_line.rfind(token, 0, column + len(token) - 1)
            if is_after or index < 0:
                index = max(self.source_line.find(token, column - 1), index)
            column = index + 1 if index >= 0 else column
        return CompileError(message, max(self.line, 1), column, len(token) if token else 1, hint)


def first_compile_error(error: str, text: str, known_names: KnownNames) -> CompileError | None:
    """The first error that matters at run time, or `None`."""
    for line, column, message in _parse_messages(error):
        if _is_harmless(message):
            continue
        for pattern, make_error in _ERROR_BUILDERS:
            match = re.match(pattern, message)
            if match:
                return make_error(_Diagnostic(line, column, match, text, known_names))
        return CompileError(message, max(line, 1), max(column, 1))
    return None


def _parse_messages(error: str) -> Iterator[tuple[int, int, str]]:
    matches = list(re.finditer(_ERROR_PATTERN, error))
    for match in matches:
        yield int(match[1]), int(match[2]), match[3]
    if not matches:
        yield 1, 1, re.sub(r"^[A-Z_]+: | \[[A-Z_]+\]$", "", error)


def _is_harmless(message: str) -> bool:
    """Whether the error does not matter at run time, where 2 equals 2.0 and every map is a plain map, or follows from another error."""
    match = re.match(_OVERLOAD_PATTERN, message)
    if not match or match[1] not in _COMPARISONS:
        return "*error*" in message
    types = [re.sub(r"^list\((.*)\)$", r"\1", argument) for argument in _split_arguments(match[2])]
    are_maps = all(argument.startswith(("modelyard_shape.", "map(")) for argument in types)
    return set(types) <= _NUMBERS or (are_maps and match[1] in {"_==_", "_!=_"})


def _split_arguments(text: str) -> list[str]:
    """Split a list of type arguments at its top-level commas."""
    parts, depth = [""], 0
    for character in text:
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts]


def _describe_type(name: str) -> str:
    return _TYPE_DESCRIPTIONS.get(
        name.partition("(")[0], "a map" if name.startswith("modelyard_shape.") else f"`{name}`"
    )


def _no_overload_error(diagnostic: _Diagnostic) -> CompileError:
    name, types = diagnostic.match[1], _split_arguments(diagnostic.match[2])
    symbol = name.strip("_@") if name != "_[_]" else "["
    if name == "_?_:_":
        return diagnostic.compile_error(_ternary_message(*map(_describe_type, types)), "?", is_after=True)
    operand_types = " and ".join(map(_describe_type, types)) or "nothing"
    if name == "_[_]":
        return diagnostic.compile_error(f"[ ] does not take {operand_types}", "[", hint=_INDEX_HELP)
    is_mixed = set(types) <= _NUMBERS and len(set(types)) > 1
    return diagnostic.compile_error(
        f"`{symbol}` does not take {operand_types}", symbol, hint=_DOUBLE_HELP if is_mixed else None
    )


def _ternary_message(condition: str, then_type: str, else_type: str) -> str:
    if condition != _TYPE_DESCRIPTIONS["bool"]:
        return f"`? :` needs a condition that is true or false, found {condition}"
    return f"`? :` returns {then_type} or {else_type}: both must have the same type"


def _undefined_field_error(diagnostic: _Diagnostic) -> CompileError:
    """An unknown field. CEL reports the offset of the dot, or of the parenthesis of `has()`."""
    field_pattern = re.compile(r"\.\s*(`[^`]+`|\w+)")
    matches = [
        match
        for match in field_pattern.finditer(diagnostic.source_line, max(diagnostic.column - 1, 0))
        if _mangled_name(match[1]) == diagnostic.match[1]
    ]
    name = matches[0][1].strip("`") if matches else diagnostic.match[1]
    suggestion = closest_match(name, diagnostic.known_names.fields.get(diagnostic.match[2], ()))
    column = matches[0].start(1) + 1 if matches else diagnostic.column
    length = len(matches[0][1]) if matches else 1
    return CompileError(
        f"there is no field `{name}` here", max(diagnostic.line, 1), column, length, _did_you_mean(suggestion)
    )


def _mangled_name(name: str) -> str:
    return mangle(name.strip("`"))


def _undeclared_error(diagnostic: _Diagnostic) -> CompileError:
    name = diagnostic.match[1].partition(".")[0]
    if diagnostic.source_line[max(diagnostic.column - 1, 0) :].startswith("("):
        return diagnostic.compile_error(f"there is no function `{diagnostic.match[1]}`", diagnostic.match[1])
    suggestion = closest_match(name, diagnostic.known_names.variables)
    one_of = f"one of: {', '.join(sorted(diagnostic.known_names.variables))}"
    return diagnostic.compile_error(f"there is no variable `{name}`", name, hint=_did_you_mean(suggestion) or one_of)


def _did_you_mean(suggestion: str | None) -> str | None:
    return f"did you mean `{suggestion}`?" if suggestion else None


def _unexpected_token_error(diagnostic: _Diagnostic) -> CompileError:
    symbol = diagnostic.match[1].partition("\\n")[0]
    if symbol == "<EOF>":
        return diagnostic.compile_error("the expression ends too early")
    hint = _KEYWORD_HELP if symbol.lstrip(".") in _KEYWORDS else None
    return diagnostic.compile_error(f"`{symbol}` is not expected here", symbol, is_after=True, hint=hint)


_OVERLOAD_PATTERN = r"found no matching overload for '([^']*)' applied to '\((.*)\)'"
_ERROR_BUILDERS: tuple[tuple[str, Callable[[_Diagnostic], CompileError]], ...] = (
    (_OVERLOAD_PATTERN, _no_overload_error),
    (r"undefined field '([^']*)' not found in struct '([^']*)'", _undefined_field_error),
    (r"undeclared reference to '([^']*)'", _undeclared_error),
    (r"Syntax error: missing '([^']*)'", lambda found: found.compile_error(f"`{found.match[1]}` is missing")),
    (r"Syntax error: (?:symbol recognition error|no viable alternative)[^']*'(.*)'", _unexpected_token_error),
    (r"Syntax error: (?:mismatched|extraneous) input '(.*?)' expecting", _unexpected_token_error),
    (
        r"reserved identifier: (\w+)",
        lambda found: found.compile_error(f"`{found.match[1]}` is a reserved word", found.match[1], is_after=True),
    ),
    (
        r"expression of type '(.*)' cannot be the operand of a select",
        lambda found: found.compile_error(f"{_describe_type(found.match[1])} has no fields"),
    ),
    (
        r"expression of type '(.*)' cannot be the range",
        lambda found: found.compile_error(f"{_describe_type(found.match[1])} has no elements to go through"),
    ),
    (
        r"has\(\) argument must be a field selection",
        lambda found: found.compile_error("the argument of `has()` must be a field", hint=_HAS_HELP),
    ),
    (
        r"Exceeded max recursion depth|Expression recursion limit",
        lambda found: found.compile_error("the expression is nested too deeply"),
    ),
)
