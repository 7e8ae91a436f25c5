"""Read-only views of plain data: what a template sees of a spec. Fields win, since there are no attributes."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias, cast

from compiler.foundation.json_data import Json, Object
from compiler.foundation.provenance import Origin, Origins
from compiler.render.traced_values import Flag, Leaf, Null, Omit, Real, Text, Whole, leaf, text

Reads: TypeAlias = "set[Origin] | None"
"""Collects what was read, misses too; a map or list that stands in it was looked at: that it is there, and its keys."""


class Seen:
    """What a map and a list seen by a template have in common."""

    __slots__ = ("at", "data", "fixed", "reads")
    data: Object | Sequence[Json]

    def __init__(self, at: Origin, fixed: Origins | None, reads: Reads) -> None:
        self.at = at
        self.fixed = fixed
        self.reads = reads

    @property
    def origins(self) -> Origins:
        """Where this map or list stands, or what it was derived from."""
        return (self.at,) if self.fixed is None else self.fixed

    def origins_at(self, key: str | int) -> Origins:
        """Where the member stands; noted as read."""
        origins = self.fixed
        if origins is None:
            if type(key) is not str and type(key) is not int:
                key = str(key) if isinstance(key, str) else int(key)
            root, pointer = self.at
            origins = (Origin(root, (*pointer, key)),)
        if self.reads is not None:
            self.reads.update(origins)
        return origins

    def _member(self, key: str | int, value: object) -> "Value":
        return wrap(value, self.origins_at(key), self.reads, fixed=self.fixed is not None)

    def __len__(self) -> int:
        return len(self.data)

    __hash__ = None  # type: ignore[assignment]  # as plain maps and lists have none


class View(Seen):
    """A map. `view[key]` raises KeyError where there is nothing; iteration gives the keys."""

    __slots__ = ()
    data: Object

    def __init__(self, data: Object, origin: Origin, reads: Reads = None, *, fixed: Origins | None = None) -> None:
        super().__init__(origin, fixed, reads)
        self.data = data

    def __getitem__(self, key: str) -> "Value":
        origins = self.origins_at(key)
        return wrap(self.data[key], origins, self.reads, fixed=self.fixed is not None)

    def __iter__(self) -> Iterator[Text]:
        return (key if isinstance(key, Text) else text(key, self.origins_at(key)) for key in self.data)

    def __contains__(self, key: object) -> bool:
        if isinstance(key, str):
            self.origins_at(str(key))
        return isinstance(key, str) and key in self.data

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, (View, Mapping)) or len(self) != len(other):
            return False
        return all(key in other and value == other[key] for key, value in self.pairs())

    __hash__ = None

    def pairs(self) -> Iterator[tuple[Text, "Value"]]:
        """Keys with their values."""
        return ((key, self[key]) for key in self)


class Elements(Seen):
    """A list. `elements[index]` raises IndexError where there is nothing."""

    __slots__ = ()
    data: Sequence[Json]

    def __init__(self, data: Sequence[Json], origin: Origin, reads: Reads, *, fixed: Origins | None = None) -> None:
        super().__init__(origin, fixed, reads)
        self.data = data

    def __getitem__(self, index: int) -> "Value":
        index = index + len(self.data) if index < 0 else index
        if not 0 <= index < len(self.data):
            self.origins_at(index)
            raise IndexError(index)
        return self._member(index, self.data[index])

    def __iter__(self) -> Iterator["Value"]:
        return (self._member(index, value) for index, value in enumerate(self.data))

    def __contains__(self, item: object) -> bool:
        return any(element == item for element in self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, (Elements, list, tuple)) or len(self) != len(other):
            return False
        return all(mine == its for mine, its in zip(self, other, strict=True))

    __hash__ = None


Value: TypeAlias = "Leaf | View | Elements | Omit"
"""What a template can get hold of that came from outside it."""

_LEAVES = frozenset({int, bool, float, type(None)})
_KNOWING = (Text, Whole, Flag, Real, Null, Seen, Omit)


def wrap(value: object, origins: Origins, reads: Reads = None, *, fixed: bool = False) -> Value:
    """The value as a template sees it. What already knows its origins keeps them."""
    kind = type(value)
    if kind is str:
        return text(value, origins)  # type: ignore[arg-type]
    if kind in _LEAVES:
        return leaf(value, origins)
    if isinstance(value, _KNOWING):
        return cast(Value, value)
    at = origins[0] if origins else Origin("")
    if isinstance(value, Mapping):
        return View(value, at, reads, fixed=origins if fixed else None)
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes, bytearray)):
        return Elements(value, at, reads, fixed=origins if fixed else None)
    return leaf(value, origins)


def derived(value: object, *origins: Origin) -> Value:
    """A value computed from the places named: each leaf in it names them all, unless it knows its own."""
    return wrap(value, origins, fixed=True)
