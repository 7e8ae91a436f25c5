"""Read-only views of JSON data for templates. Names always mean fields, because there are no attributes."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from compiler.foundation.json_data import Json, Object
from compiler.foundation.provenance import Origin, Origins
from compiler.templating.traced_values import (
    Omit,
    TracedBool,
    TracedFloat,
    TracedInt,
    TracedNull,
    TracedScalar,
    TracedStr,
    traced_scalar,
    traced_str,
)

ReadLog: TypeAlias = "set[Origin] | None"
"""Records reads, including misses; for a map or list, that it was read, and its keys."""


class ContainerView:
    """What views of maps and of lists share."""

    __slots__ = ("data", "derived_from", "origin", "reads")
    data: Object | Sequence[Json]

    origin: Origin
    derived_from: Origins | None
    reads: ReadLog

    @property
    def origins(self) -> Origins:
        """The origin of this map or list, or the origins that it was computed from."""
        return (self.origin,) if self.derived_from is None else self.derived_from

    def origins_at(self, key: str | int) -> Origins:
        """The origins of a member; the read is recorded."""
        origins = self.derived_from
        if origins is None:
            if type(key) is not str and type(key) is not int:
                key = str(key) if isinstance(key, str) else int(key)
            root, pointer = self.origin
            origins = (Origin(root, (*pointer, key)),)
        if self.reads is not None:
            self.reads.update(origins)
        return origins

    def _wrap_member(self, key: str | int, value: object) -> "TemplateValue":
        return wrap(value, self.origins_at(key), self.reads, is_derived=self.derived_from is not None)

    def __len__(self) -> int:
        return len(self.data)

    __hash__ = None  # type: ignore[assignment]  # unhashable, as maps and lists are


class MapView(ContainerView):
    """A view of a map. `view[key]` raises KeyError for a missing key; iteration yields the keys."""

    __slots__ = ()
    data: Object

    def __init__(
        self, data: Object, origin: Origin, reads: ReadLog = None, *, derived_from: Origins | None = None
    ) -> None:
        self.data = data
        self.origin = origin
        self.derived_from = derived_from
        self.reads = reads

    def __getitem__(self, key: str) -> "TemplateValue":
        origins = self.origins_at(key)
        value = self.data[key]
        if type(value) is str:
            return traced_str(value, origins)
        return wrap(value, origins, self.reads, is_derived=self.derived_from is not None)

    def __iter__(self) -> Iterator[TracedStr]:
        return (key if isinstance(key, TracedStr) else traced_str(key, self.origins_at(key)) for key in self.data)

    def __contains__(self, key: object) -> bool:
        if isinstance(key, str):
            self.origins_at(str(key))
        return isinstance(key, str) and key in self.data

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, (MapView, Mapping)) or len(self) != len(other):
            return False
        return all(key in other and value == other[key] for key, value in self.pairs())

    __hash__ = None

    def pairs(self) -> Iterator[tuple[TracedStr, "TemplateValue"]]:
        """Keys with values."""
        return ((key, self[key]) for key in self)


class ListView(ContainerView):
    """A view of a list. `elements[index]` raises IndexError for a missing element."""

    __slots__ = ()
    data: Sequence[Json]

    def __init__(
        self, data: Sequence[Json], origin: Origin, reads: ReadLog, *, derived_from: Origins | None = None
    ) -> None:
        self.data = data
        self.origin = origin
        self.derived_from = derived_from
        self.reads = reads

    def __getitem__(self, index: int) -> "TemplateValue":
        index = index + len(self.data) if index < 0 else index
        if not 0 <= index < len(self.data):
            self.origins_at(index)
            raise IndexError(index)
        return self._wrap_member(index, self.data[index])

    def __iter__(self) -> Iterator["TemplateValue"]:
        return (self._wrap_member(index, value) for index, value in enumerate(self.data))

    def __contains__(self, item: object) -> bool:
        return any(element == item for element in self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, (ListView, list, tuple)) or len(self) != len(other):
            return False
        return all(own_element == other_element for own_element, other_element in zip(self, other, strict=True))

    __hash__ = None


_NO_ORIGIN = Origin("")

TemplateValue: TypeAlias = "TracedScalar | MapView | ListView | Omit"
"""The values that a template can get from its context."""

_SCALAR_TYPES = frozenset({str, int, bool, float, type(None)})
VIEW_TYPES = frozenset({MapView, ListView})
_TRACED_TYPES = (TracedStr, TracedInt, TracedBool, TracedFloat, TracedNull, MapView, ListView, Omit)


def wrap(value: object, origins: Origins, reads: ReadLog = None, *, is_derived: bool = False) -> TemplateValue:
    """The value as a template sees it. A value with origins keeps them."""
    kind = type(value)
    if kind in _SCALAR_TYPES:
        return traced_scalar(value, origins)
    if kind is not dict and kind is not list and isinstance(value, _TRACED_TYPES):
        return value
    origin = origins[0] if origins else _NO_ORIGIN
    # Nearly all containers are lists and dicts, and testing for abstract types takes ten times as long.
    if isinstance(value, list):
        return ListView(value, origin, reads, derived_from=origins if is_derived else None)
    if isinstance(value, (dict, Mapping)):
        return MapView(value, origin, reads, derived_from=origins if is_derived else None)
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes, bytearray)):
        return ListView(value, origin, reads, derived_from=origins if is_derived else None)
    return traced_scalar(value, origins)


def wrap_derived(value: object, *origins: Origin) -> TemplateValue:
    """A computed value with the given origins, which apply to each leaf without origins of its own."""
    return wrap(value, origins, is_derived=True)
