"""Resolves plain scalars by the YAML 1.2 core schema, restricted to what parsers agree on; everything else is text."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from compiler.source.text_decoding import truncate

Scalar = None | bool | int | float | str

SPECIAL_FIRST_CHARACTERS: Final = frozenset("0123456789+-.~=<nNtTfFyYoO")
"""A plain scalar that starts with none of these is text."""

_CORE_CONSTANTS: Final[dict[str, Scalar]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_YAML_1_1_WORDS: Final[dict[str, str]] = {
    **dict.fromkeys(["y", "Y", "yes", "Yes", "YES", "on", "On", "ON"], "`true`"),
    **dict.fromkeys(["n", "N", "no", "No", "NO", "off", "Off", "OFF"], "`false`"),
    "=": "a default value",
    "<<": "a merge key",
}
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_OCTAL_OR_HEX = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
# Compiled on first use, which most runs never need.
_YAML_1_1_PATTERNS = (
    (r"[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*", "a number in base 60"),
    (r"[-+]?0b[01_]+", "a binary number"),
    (r"[-+]?0[0-7_]+", "an octal number"),
    (r"[-+]?0x[0-9a-fA-F_]+", "a hexadecimal number"),
    (r"[-+]?(?:0|[1-9][0-9_]*|[0-9]+)", "a number"),
    (r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)[eE][-+]?[0-9]+", "a number"),
    (r"[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+][0-9]+)?", "a number"),
    (r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "a date"),
    (
        (
            r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?"
            r"(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::?[0-9]{2})?))?"
        ),
        "a time",
    ),
)
_NUMERIC_CHARACTERS = re.compile(r"[-+.0-9][-+.0-9:_a-fA-FTtZzoxinINX \t]*")
"""The characters of everything that any parser takes for a number, a date or a time."""
_MIN_INT64, _MAX_INT64 = -(2**63), 2**63 - 1
_DECIMAL_NUMBER = re.compile(r"[-+]?[0-9]+(?:\.[0-9]*)?")
_MAX_NUMBER_LENGTH = 400
_EXACT_FLOAT_DIGITS = 15


@dataclass(frozen=True, slots=True)
class AmbiguousScalar:
    """Why a plain scalar is ambiguous, how to write it, and whether that keeps its meaning."""

    message: str
    replacement: str
    safe: bool = True


@dataclass(frozen=True, slots=True)
class InvalidNode:
    """Why a plain scalar has no JSON value; its text is used instead."""

    message: str


@lru_cache(maxsize=4096)
def resolve_scalar(text: str) -> tuple[Scalar, AmbiguousScalar | InvalidNode | None]:
    """The value of a plain scalar, and what to report about it."""
    if text in _CORE_CONSTANTS:
        return _CORE_CONSTANTS[text], None
    if text in _YAML_1_1_WORDS:
        return text, _yaml_1_1_ambiguity(text, _YAML_1_1_WORDS[text])
    if not _NUMERIC_CHARACTERS.fullmatch(text):
        return text, None
    return _resolve_number(text)


def _resolve_number(text: str) -> tuple[Scalar, AmbiguousScalar | InvalidNode | None]:
    if len(text) > _MAX_NUMBER_LENGTH:
        return text, InvalidNode("The number is too long for any parser.") if _DECIMAL_NUMBER.fullmatch(text) else None
    if _INT.fullmatch(text):
        return _resolve_integer(text, int(text))
    if _FLOAT.fullmatch(text):
        return _resolve_float(text)
    if _OCTAL_OR_HEX.fullmatch(text):
        return _resolve_integer(text, int(text, 0))
    if _NOT_FINITE.fullmatch(text):
        return text, InvalidNode(f"JSON cannot represent the number `{truncate(text)}`.")
    kind = next((kind for pattern, kind in _YAML_1_1_PATTERNS if re.fullmatch(pattern, text)), None)
    return text, None if kind is None else _yaml_1_1_ambiguity(text, kind)


def _resolve_integer(text: str, value: int) -> tuple[Scalar, AmbiguousScalar | InvalidNode | None]:
    if not _MIN_INT64 <= value <= _MAX_INT64:
        return text, InvalidNode(f"`{truncate(text)}` does not fit into 64 bits.")
    if text.startswith("0o"):
        return value, AmbiguousScalar(
            f"`{truncate(text)}` is the number {value} here, but text for parsers of YAML 1.1.", str(value)
        )
    return value, None


def _resolve_float(text: str) -> tuple[Scalar, AmbiguousScalar | InvalidNode | None]:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        return text, InvalidNode(f"`{truncate(text)}` is larger than any number that JSON can represent.")
    if _is_portable_float(text, value):
        return value, _signed_fraction_ambiguity(text)
    message = f"`{truncate(text)}` is the number {value!r}, which has another spelling."
    return value, AmbiguousScalar(message, f'"{text}"', safe=False)


def _signed_fraction_ambiguity(text: str) -> AmbiguousScalar | None:
    if text[0] not in "+-" or text[1] != ".":
        return None
    return AmbiguousScalar(
        f"`{truncate(text)}` is a number here, but text for some parsers of YAML 1.1.", f"{text[0]}0{text[1:]}"
    )


def _is_portable_float(text: str, value: float) -> bool:
    """Whether parsers agree on the number and keep its digits: `.5` and `3.0` yes, `1.10` no."""
    if "e" in text.lower():
        return text.lower().partition("e")[2][0] in "+-"
    whole, _, fraction = text.lstrip("+-").partition(".")
    if (fraction.endswith("0") and fraction != "0") or (whole.startswith("0") and whole != "0"):
        return False
    return len(whole + fraction) <= _EXACT_FLOAT_DIGITS or repr(value) == text


def _yaml_1_1_ambiguity(text: str, kind: str) -> AmbiguousScalar:
    return AmbiguousScalar(f"`{truncate(text)}` is text here, but {kind} for other YAML parsers.", f'"{text}"')
