"""Interpolated text: which values may occur within text, and how they are written."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeAlias

from compiler.foundation.provenance import Origins
from compiler.templating.template_errors import ValueRejectedError
from compiler.templating.traced_values import (
    OMIT,
    EncodedStr,
    TracedBool,
    TracedFloat,
    TracedInt,
    TracedNull,
    TracedStr,
    origins_of,
)

SAFE_WORD: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@+-]*")
"""Words without special meaning in the languages of manifests: URLs, PromQL, shell, Go templates."""

PLACEHOLDER_START: Final = "\ue000"
PLACEHOLDER_END: Final = "\ue001"
_PLACEHOLDER = re.compile(PLACEHOLDER_START + "([0-9]+)" + PLACEHOLDER_END)
_INTEGER_LIMIT = 1 << 64


class Placeholder(str):
    """What a template prints instead of a value, which itself never becomes part of the text."""

    __slots__ = ("value",)
    value: object

    def __str__(self) -> str:
        return self  # Jinja calls str() on what is printed, and the value must survive that


def placeholder(value: object) -> Placeholder:
    """The placeholder of the value."""
    result = Placeholder(PLACEHOLDER_START)
    result.value = value
    return result


TextPart: TypeAlias = "str | Placeholder"


class InterpolatedText:
    """The scalar that a macro, a `{% set %}` block or a filter builds from literal text and values."""

    __slots__ = ("parts", "size")

    def __init__(self, parts: Sequence[TextPart]) -> None:
        self.parts = tuple(parts)
        self.size = sum(size_of(part) for part in parts)

    @property
    def origins(self) -> Origins:
        """The origins of all values in it."""
        return origins_of(*(part.value for part in self.parts if isinstance(part, Placeholder)))

    def __str__(self) -> str:
        return interpolate(self.parts)

    def __eq__(self, other: object) -> bool:
        return str(self) == str(other) if isinstance(other, (str, InterpolatedText)) else NotImplemented

    def __hash__(self) -> int:
        return hash(str(self))

    def __bool__(self) -> bool:
        return bool(self.parts)

    def __contains__(self, item: object) -> bool:
        return isinstance(item, (str, InterpolatedText)) and str(item) in str(self)


def size_of(part: object) -> int:
    """The approximate size that a value adds."""
    if type(part) is TracedStr:
        return len(part) or 1
    if isinstance(part, str):
        # An empty text is work too: a text can hold the same one many times.
        return size_of(part.value) if isinstance(part, Placeholder) else len(part) or 1
    size = getattr(part, "size", 1)
    return size if isinstance(size, int) else 1


def concat(pieces: Iterable[object]) -> object:
    """Concatenate the parts and strip white space; a single value keeps its type."""
    parts = [piece if isinstance(piece, str) and type(piece) in _PART_TYPES else placeholder(piece) for piece in pieces]
    _trim(parts, 0, str.lstrip)
    _trim(parts, -1, str.rstrip)
    if len(parts) == 1 and isinstance(parts[0], Placeholder) and type(parts[0].value) is not str:
        return parts[0].value
    return InterpolatedText(parts)


def _trim(parts: list[TextPart], end: int, strip: Callable[[str], str]) -> None:
    while parts and not isinstance(parts[end], Placeholder):
        parts[end] = strip(parts[end])
        if parts[end]:
            return
        del parts[end]


_PART_TYPES = frozenset({str, Placeholder})


def interpolate(parts: Iterable[TextPart]) -> str:
    """The text of the parts; raises `ValueRejectedError` for the first value that must not occur within text."""
    return "".join(part if type(part) is str else interpolate_value(part.value) for part in parts)  # type: ignore[union-attr]


def interpolate_value(value: object) -> str:
    """The value within text: a number, a plain word, or the output of a named encoder."""
    kind = type(value)
    if kind is TracedStr:
        if is_safe_word(value):  # type: ignore[arg-type]
            return str(value)
        raise ValueRejectedError(
            f"{quoted_excerpt(value)} is not a plain word, but is inserted into a longer text",
            origins_of(value),
            help="make it the whole value, or encode it for the language of the text, as in `| urlpath`",
        )
    if kind is str or kind is EncodedStr:  # a constant of the template, or already encoded
        return str(value)
    if isinstance(value, InterpolatedText):
        return interpolate(value.parts)
    if kind in _NUMBER_TYPES:
        return format_number(value)  # type: ignore[arg-type]
    raise ValueRejectedError(f"{kind_of(value)} cannot be inserted into a longer text", origins_of(value))


def is_safe_word(value: str) -> bool:
    """Whether the text is harmless in any language, and leads to no parent folder."""
    return SAFE_WORD.fullmatch(value) is not None and (".." not in value or ".." not in value.split("/"))


def scalar_text(value: object) -> str:
    """The whole quoted value: text unchanged, numbers in their shortest form, `true` or `false`."""
    kind = type(value)
    if kind is TracedStr or kind is str or kind is EncodedStr:
        return str(value)
    if isinstance(value, InterpolatedText):
        return interpolate(value.parts)
    if kind in _NUMBER_TYPES:
        return format_number(value)  # type: ignore[arg-type]
    if kind is bool or kind is TracedBool:
        return "true" if value else "false"
    raise ValueRejectedError(f"{kind_of(value)} cannot be written as text", origins_of(value))


def format_number(value: float) -> str:
    """The number in a form that every parser of the output reads identically."""
    if isinstance(value, int):
        if not -_INTEGER_LIMIT < value < _INTEGER_LIMIT:
            raise ValueRejectedError(
                "parsers disagree about whole numbers of more than 64 bits",
                origins_of(value),
                help="write it as text",
            )
        return int.__repr__(value)
    if value != value or value in {float("inf"), float("-inf")}:  # noqa: PLR0124 - only NaN differs from itself
        raise ValueRejectedError("neither infinity nor not-a-number can be written", origins_of(value))
    return float.__repr__(value)


_NUMBER_TYPES = frozenset({int, float, TracedInt, TracedFloat})


def kind_of(value: object) -> str:
    """The kind of a value, for messages."""
    if value is OMIT:
        return "`omit`"
    if value is None or isinstance(value, TracedNull):
        return "null"
    if isinstance(value, (bool, TracedBool)):
        return "true or false"
    if isinstance(value, str):
        return "text"
    if isinstance(value, (int, float)):
        return "a number"
    return {
        "MapView": "a map",
        "BoundedMap": "a map",
        "dict": "a map",
        "ListView": "a list",
        "BoundedList": "a list",
        "list": "a list",
        "tuple": "a list",
        "InterpolatedText": "text",
        "MissingValue": "a missing value",
    }.get(type(value).__name__, f"a {type(value).__name__.lower()}")


def quoted_excerpt(value: object) -> str:
    """The text quoted for messages: short, and without control characters."""
    text = repr(str(value))
    return text if len(text) <= 60 else text[:57] + "…'"  # noqa: PLR2004
