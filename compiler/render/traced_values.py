"""Values that know which parts of the specs they were made of."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from compiler.foundation.provenance import Origin, Origins


class Text(str):
    """Text from a spec; its characters are too."""

    __slots__ = ("origins",)
    origins: Origins

    def __iter__(self) -> "Iterator[Text]":
        return (text(character, self.origins) for character in str(self))


class Encoded(Text):
    """Text that a named encoder has made safe for one language."""

    __slots__ = ("encoding",)
    encoding: str


class Noted(Text):
    """Text with a remark that stands behind it in the file, where the format has comments."""

    __slots__ = ("note",)
    note: str


class Whole(int):
    """A whole number from a spec."""

    origins: Origins


class Flag(int):
    """True or false from a spec (`bool` itself cannot be subclassed)."""

    origins: Origins


class Real(float):
    """A number with a fraction from a spec."""

    origins: Origins


class Null:
    """The null of a spec: false, equal to None, and placed nowhere."""

    __slots__ = ("origins",)

    def __init__(self, origins: Origins) -> None:
        self.origins = origins

    def __bool__(self) -> bool:
        return False

    def __eq__(self, other: object) -> bool:
        return other is None or isinstance(other, Null)

    def __hash__(self) -> int:
        return hash(None)


class Omit:
    """The type of `OMIT`: as the value of a key, or as an element, it takes the key or the element away."""

    __slots__ = ()


OMIT: Final = Omit()

Leaf: TypeAlias = "Text | Whole | Flag | Real | Null"


def text(value: str, origins: Origins) -> Text:
    """The text with its origins."""
    made = Text(value)
    made.origins = origins
    return made


def encoded(value: str, encoding: str, origins: Origins) -> Encoded:
    """The text as the named encoder left it, with the origins of what it encoded."""
    made = Encoded(value)
    made.encoding = encoding
    made.origins = origins
    return made


def noted(value: str, note: str, origins: Origins) -> Noted:
    """The text with a remark behind it."""
    made = Noted(value)
    made.note = note
    made.origins = origins
    return made


def leaf(value: object, origins: Origins) -> Leaf:
    """A scalar of plain data with its origins; `TypeError` for anything else."""
    if isinstance(value, str):
        return text(value, origins)
    if value is None:
        return Null(origins)
    made: Whole | Flag | Real
    if isinstance(value, bool):
        made = Flag(value)
    elif isinstance(value, int):
        made = Whole(value)
    elif isinstance(value, float):
        made = Real(value)
    else:
        raise TypeError(f"{type(value).__name__} is not plain data")
    made.origins = origins
    return made


def origins_of(*values: object) -> Origins:
    """The origins of all values and of everything in them, each once, in order."""
    return tuple(dict.fromkeys(origin for value in values for origin in _origins(value)))


def _origins(value: object) -> Iterable[Origin]:
    own = getattr(value, "origins", ())
    if own or isinstance(value, str):
        return tuple(own)
    if isinstance(value, Mapping):
        return (origin for pair in value.items() for part in pair for origin in _origins(part))
    if isinstance(value, Sequence):
        return (origin for element in value for origin in _origins(element))
    return ()
