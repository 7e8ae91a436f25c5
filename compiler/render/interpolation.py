"""Text made of literal text and values: what may be glued, and how a value reads inside text."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeAlias

from compiler.foundation.provenance import Origins
from compiler.render.template_errors import RefusedError
from compiler.render.traced_values import OMIT, Encoded, Flag, Null, Real, Text, Whole, origins_of

PLAIN_WORD: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@+-]*")
"""What cannot mean anything but itself in the inner languages of manifests: URLs, PromQL, shell, Go templates."""

OPENING: Final = "\ue000"
CLOSING: Final = "\ue001"
_WHOLE = re.compile(OPENING + "([0-9]+)" + CLOSING)
_LARGEST = 1 << 64


class Token(str):
    """What a template prints in place of a value; the value itself never becomes part of the text."""

    __slots__ = ("value",)
    value: object

    def __str__(self) -> str:
        return self  # Jinja calls str() on what is printed, and the value must survive it


def token(value: object) -> Token:
    """The token that stands for the value."""
    made = Token(OPENING)
    made.value = value
    return made


Part: TypeAlias = "str | Token"


class Glued:
    """The scalar that a macro, a `{% set %}` block or a filter made of literal text and values."""

    __slots__ = ("parts", "size")

    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts = tuple(parts)
        self.size = sum(size_of(part) for part in parts)

    @property
    def origins(self) -> Origins:
        """The origins of all values in it."""
        return origins_of(*(part.value for part in self.parts if isinstance(part, Token)))

    def __str__(self) -> str:
        return glue(self.parts)

    def __eq__(self, other: object) -> bool:
        return str(self) == str(other) if isinstance(other, (str, Glued)) else NotImplemented

    def __hash__(self) -> int:
        return hash(str(self))

    def __bool__(self) -> bool:
        return bool(self.parts)

    def __contains__(self, item: object) -> bool:
        return isinstance(item, (str, Glued)) and str(item) in str(self)


def size_of(part: object) -> int:
    """How much a value adds to what it is placed in, as near as limits need it."""
    if isinstance(part, Token):
        return size_of(part.value)
    if isinstance(part, str):
        return len(part)
    size = getattr(part, "size", 1)
    return size if isinstance(size, int) else 1


def concat(pieces: Iterable[object]) -> object:
    """The scalar that the pieces make, without white space around it: a single value keeps its type."""
    parts = [piece if isinstance(piece, str) and type(piece) in _PARTS else token(piece) for piece in pieces]
    _trim(parts, 0, str.lstrip)
    _trim(parts, -1, str.rstrip)
    if len(parts) == 1 and isinstance(parts[0], Token) and type(parts[0].value) is not str:
        return parts[0].value
    return Glued(parts)


def _trim(parts: list[Part], end: int, strip: Callable[[str], str]) -> None:
    while parts and not isinstance(parts[end], Token):
        parts[end] = strip(parts[end])
        if parts[end]:
            return
        del parts[end]


_PARTS = frozenset({str, Token})


def glue(parts: Iterable[Part]) -> str:
    """The text of the parts; `RefusedError` for the first value that may not stand inside text."""
    return "".join(part if type(part) is str else word(part.value) for part in parts)  # type: ignore[union-attr]


def word(value: object) -> str:
    """The value as part of larger text: a number, a plain word, or what a named encoder made."""
    kind = type(value)
    if kind is Text:
        if is_plain_word(value):  # type: ignore[arg-type]
            return str(value)
        raise RefusedError(
            f"{shown(value)} is not a plain word, and stands inside larger text",
            origins_of(value),
            help="place it alone, or pass it through the encoder of the language it stands in, as in `| urlpath`",
        )
    if kind is str or kind is Encoded:  # a constant of the template, or safe by its encoder
        return str(value)
    if isinstance(value, Glued):
        return glue(value.parts)
    if kind in _NUMBERS:
        return number(value)  # type: ignore[arg-type]
    raise RefusedError(f"{kind_of(value)} cannot stand inside larger text", origins_of(value))


def is_plain_word(value: str) -> bool:
    """Whether the text means only itself anywhere, and leads to no parent folder."""
    return PLAIN_WORD.fullmatch(value) is not None and (".." not in value or ".." not in value.split("/"))


def scalar_text(value: object) -> str:
    """The value alone between quotes: text as it is, numbers in their shortest form, `true` or `false`."""
    kind = type(value)
    if kind is Text or kind is str or kind is Encoded:
        return str(value)
    if isinstance(value, Glued):
        return glue(value.parts)
    if kind in _NUMBERS:
        return number(value)  # type: ignore[arg-type]
    if kind is bool or kind is Flag:
        return "true" if value else "false"
    raise RefusedError(f"{kind_of(value)} cannot be written as text", origins_of(value))


def number(value: float) -> str:
    """The number as every reader of the output reads it."""
    if isinstance(value, int):
        if not -_LARGEST < value < _LARGEST:
            raise RefusedError(
                "a whole number of more than 64 bits is read differently by different readers",
                origins_of(value),
                help="write it as text",
            )
        return int.__repr__(value)
    if value != value or value in {float("inf"), float("-inf")}:  # noqa: PLR0124 - the test for not-a-number
        raise RefusedError("neither infinity nor not-a-number can be written", origins_of(value))
    return float.__repr__(value)


_NUMBERS = frozenset({int, float, Whole, Real})


def kind_of(value: object) -> str:
    """What the value is, as a sentence names it."""
    if value is OMIT:
        return "`omit`"
    if value is None or isinstance(value, Null):
        return "null"
    if isinstance(value, (bool, Flag)):
        return "true or false"
    if isinstance(value, str):
        return "text"
    if isinstance(value, (int, float)):
        return "a number"
    return {
        "View": "a map",
        "dict": "a map",
        "Elements": "a list",
        "Bounded": "a list",
        "list": "a list",
        "tuple": "a list",
    }.get(type(value).__name__, f"a {type(value).__name__.lower()}")


def shown(value: object) -> str:
    """The text as a message quotes it: short, and with nothing that a terminal could obey."""
    told = repr(str(value))
    return told if len(told) <= 60 else told[:57] + "…'"  # noqa: PLR2004
