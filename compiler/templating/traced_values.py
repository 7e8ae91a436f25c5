"""Values that know their origins in the specs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from compiler.foundation.provenance import Origin, Origins


class TracedStr(str):
    """Text from a spec, and text derived from it."""

    __slots__ = ("origins",)
    origins: Origins

    def __iter__(self) -> "Iterator[TracedStr]":
        return (traced_str(character, self.origins) for character in str(self))


class EncodedStr(TracedStr):
    """Text that a named encoder made safe for one language."""

    __slots__ = ("encoder_name",)
    encoder_name: str


class CommentedStr(TracedStr):
    """Text with a comment, which is written after it if the format has comments."""

    __slots__ = ("comment",)
    comment: str


class TracedInt(int):
    """An integer from a spec."""

    origins: Origins


class TracedBool(int):
    """A boolean from a spec (`bool` cannot be subclassed)."""

    origins: Origins


class TracedFloat(float):
    """A float from a spec."""

    origins: Origins


class TracedNull:
    """The null of a spec: false, equal to None, and never placed."""

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
    """The type of `OMIT`, which removes its key or its list element."""

    __slots__ = ()


OMIT: Final = Omit()

TracedScalar: TypeAlias = "TracedStr | TracedInt | TracedBool | TracedFloat | TracedNull"


def traced_str(value: str, origins: Origins) -> TracedStr:
    """The text with its origins."""
    result = TracedStr(value)
    result.origins = origins
    return result


def encoded_str(value: str, encoder_name: str, origins: Origins) -> EncodedStr:
    """Encoded text with the origins of its input."""
    result = EncodedStr(value)
    result.encoder_name = encoder_name
    result.origins = origins
    return result


def commented_str(value: str, comment: str, origins: Origins) -> CommentedStr:
    """The text with a comment."""
    result = CommentedStr(value)
    result.comment = comment
    result.origins = origins
    return result


def traced_scalar(value: object, origins: Origins) -> TracedScalar:
    """A scalar with its origins; raises `TypeError` for other values."""
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
        raise TypeError(f"{type(value).__name__} is not JSON data")
    result.origins = origins
    return result


def origins_of(*values: object) -> Origins:
    """The origins of the values and everything in them, each once, in order."""
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
