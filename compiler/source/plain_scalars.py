"""What a plain scalar means: YAML 1.2 core, narrowed to what readers agree on; everything else stays the text it is."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from compiler.source.text_decoding import short

Scalar = None | bool | int | float | str

WORTH_A_LOOK: Final = frozenset("0123456789+-.~=<nNtTfFyYoO")
"""A plain scalar that begins with none of these is the text that was written."""

_WORDS: Final[dict[str, Scalar]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_LOOSE_WORDS: Final[dict[str, str]] = {
    **dict.fromkeys(["y", "Y", "yes", "Yes", "YES", "on", "On", "ON"], "`true`"),
    **dict.fromkeys(["n", "N", "no", "No", "NO", "off", "Off", "OFF"], "`false`"),
    "=": "a default value",
    "<<": "a merge key",
}
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
# Compiled when first needed, which in most runs is never.
_LOOSE = (
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
_NUMERIC = re.compile(r"[-+.0-9][-+.0-9:_a-fA-FTtZzoxinINX \t]*")
"""Whatever any reader takes for a number, a date or a time is written with these."""
_SMALLEST, _LARGEST = -(2**63), 2**63 - 1
_LONG = re.compile(r"[-+]?[0-9]+(?:\.[0-9]*)?")
_LONGEST_NUMBER = 400
_FAITHFUL_DIGITS = 15


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a plain scalar should be written otherwise, what to write, and whether that keeps its meaning."""

    message: str
    instead: str
    safe: bool = True


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a plain scalar has no value in JSON; it is then the text that was written."""

    message: str


@lru_cache(maxsize=4096)
def understand(text: str) -> tuple[Scalar, Doubt | Refusal | None]:
    """The value of a plain scalar, and what there is to say about it."""
    if text in _WORDS:
        return _WORDS[text], None
    if text in _LOOSE_WORDS:
        return text, _loose(text, _LOOSE_WORDS[text])
    if not _NUMERIC.fullmatch(text):
        return text, None
    return _number(text)


def _number(text: str) -> tuple[Scalar, Doubt | Refusal | None]:
    if len(text) > _LONGEST_NUMBER:
        return text, Refusal("The number is too long for any reader.") if _LONG.fullmatch(text) else None
    if _INT.fullmatch(text):
        return _integer(text, int(text))
    if _FLOAT.fullmatch(text):
        return _float(text)
    if _BASED.fullmatch(text):
        return _integer(text, int(text, 0))
    if _NOT_FINITE.fullmatch(text):
        return text, Refusal(f"`{short(text)}` is no number that JSON can hold.")
    kind = next((kind for pattern, kind in _LOOSE if re.fullmatch(pattern, text)), None)
    return text, None if kind is None else _loose(text, kind)


def _integer(text: str, value: int) -> tuple[Scalar, Doubt | Refusal | None]:
    if not _SMALLEST <= value <= _LARGEST:
        return text, Refusal(f"`{short(text)}` does not fit into 64 bits.")
    if text.startswith("0o"):
        return value, Doubt(
            f"`{short(text)}` is the number {value} here, and text for readers of YAML 1.1.", str(value)
        )
    return value, None


def _float(text: str) -> tuple[Scalar, Doubt | Refusal | None]:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        return text, Refusal(f"`{short(text)}` is larger than any number that JSON can hold.")
    if _survives(text, value):
        return value, _signed_fraction(text)
    message = f"`{short(text)}` is the number {value!r}, which is not how it is written."
    return value, Doubt(message, f'"{text}"', safe=False)


def _signed_fraction(text: str) -> Doubt | None:
    if text[0] not in "+-" or text[1] != ".":
        return None
    return Doubt(f"`{short(text)}` is a number here, and text for some readers of YAML 1.1.", f"{text[0]}0{text[1:]}")


def _survives(text: str, value: float) -> bool:
    """Whether readers agree on the number and keep the digits that were written: `.5` and `3.0` yes, `1.10` no."""
    if "e" in text.lower():
        return text.lower().partition("e")[2][0] in "+-"
    whole, _, fraction = text.lstrip("+-").partition(".")
    if (fraction.endswith("0") and fraction != "0") or (whole.startswith("0") and whole != "0"):
        return False
    return len(whole + fraction) <= _FAITHFUL_DIGITS or repr(value) == text


def _loose(text: str, kind: str) -> Doubt:
    return Doubt(f"`{short(text)}` is text here, and {kind} for other readers of YAML.", f'"{text}"')
