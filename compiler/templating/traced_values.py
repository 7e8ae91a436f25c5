"""Values that know which parts of the specs they were made of."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from compiler.foundation.provenance import Origin, Origins


class TracedStr(str):
    """Text from a spec; its characters are too."""

    __slots__ = ("origins",)
    origins: Origins

    def __iter__(self) -> "Iterator[TracedStr]":
        return (traced_str(character, self.origins) for character in str(self))


class EncodedStr(TracedStr):
    """Text that a named encoder has made safe for one language."""

    __slots__ = ("encoder_name",)
    encoder_name: str


class CommentedStr(TracedStr):
    """Text with a remark that stands behind it in the file, where the format has comments."""

    __slots__ = ("comment",)
    comment: str


class TracedInt(int):
    """A whole number from a spec."""

    origins: Origins


class TracedBool(int):
    """True or false from a spec (`bool` itself cannot be subclassed)."""

    origins: Origins


class TracedFloat(float):
    """A number with a fraction from a spec."""

    origins: Origins


class TracedNull:
    """The null of a spec: false, equal to None, and placed nowhere."""

    __slots__ = ("origins",)

    def __init__(self, origins: Origins) -> None:
        self.origins = origins

    def __bool__(self) -> bool:
        return False

    def __eq__(self, other: object) -> bool:
        return other is None or isinstance(other, TracedNull)

    def __hash__(self) -> int:
        return hash(None)


class Omit:
    """The type of `OMIT`: as the value of a key, or as an element, it takes the key or the element away."""

    __slots__ = ()


OMIT: Final = Omit()

TracedScalar: TypeAlias = "TracedStr | TracedInt | TracedBool | TracedFloat | TracedNull"


def traced_str(value: str, origins: Origins) -> TracedStr:
    """The text with its origins."""
    result = TracedStr(value)
    result.origins = origins
    return result


def encoded_str(value: str, encoder_name: str, origins: Origins) -> EncodedStr:
    """The text as the named encoder left it, with the origins of what it encoded."""
    result = EncodedStr(value)
    result.encoder_name = encoder_name
    result.origins = origins
    return result


def commented_str(value: str, comment: str, origins: Origins) -> CommentedStr:
    """The text with a remark behind it."""
    result = CommentedStr(value)
    result.comment = comment
    result.origins = origins
    return result


def traced_scalar(value: object, origins: Origins) -> TracedScalar:
    """A scalar of plain data with its origins; `TypeError` for anything else."""
    if isinstance(value, str):
        return traced_str(value, origins)
    if value is None:
        return TracedNull(origins)
    result: TracedInt | TracedBool | TracedFloat
    if isinstance(value, bool):
        result = TracedBool(value)
    elif isinstance(value, int):
        result = TracedInt(value)
    elif isinstance(value, float):
        result = TracedFloat(value)
    else:
        raise TypeError(f"{type(value).__name__} is not plain data")
    result.origins = origins
    return result


def origins_of(*values: object) -> Origins:
    """The origins of all values and of everything in them, each once, in order."""
    return tuple(dict.fromkeys(origin for value in values for origin in _iter_origins(value)))


def _iter_origins(value: object) -> Iterable[Origin]:
    own_origins = getattr(value, "origins", ())
    if own_origins or isinstance(value, str):
        return tuple(own_origins)
    if isinstance(value, Mapping):
        return (origin for pair in value.items() for part in pair for origin in _iter_origins(part))
    if isinstance(value, Sequence):
        return (origin for element in value for origin in _iter_origins(element))
    return ()
