"""Read-only views of JSON data for templates. Names always mean fields, because there are no attributes."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NoReturn, TypeAlias

from compiler.foundation.json_data import Json, Object
from compiler.foundation.provenance import Origin, Origins
from compiler.foundation.rows import Rows, RowsReadError
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


class ContainerView:
    """What views of maps and of lists share."""

    __slots__ = ("data", "derived_from", "origin")
    data: Object | Sequence[Json]

    origin: Origin
    derived_from: Origins | None

    @property
    def origins(self) -> Origins:
        """The origin of this map or list, or the origins that it was computed from."""
        return (self.origin,) if self.derived_from is None else self.derived_from

    def origins_at(self, key: str | int) -> Origins:
        """The origins of a member."""
        if self.derived_from is not None:
            return self.derived_from
        if type(key) is not str and type(key) is not int:
            key = str(key) if isinstance(key, str) else int(key)
        root, pointer = self.origin
        return (Origin(root, (*pointer, key)),)

    def __len__(self) -> int:
        return len(self.data)

    __hash__ = None  # type: ignore[assignment]  # unhashable, as maps and lists are


class MapView(ContainerView):
    """A view of a map. `view[key]` raises KeyError for a missing key; iteration yields the keys."""

    __slots__ = ("members",)
    data: Object

    def __init__(self, data: Object, origin: Origin, *, derived_from: Origins | None = None) -> None:
        self.data = data
        self.origin = origin
        self.derived_from = derived_from
        self.members: dict[str, TemplateValue] = {}
        """The members that were read: templates read most of them many times."""

    def __getitem__(self, key: str) -> "TemplateValue":
        member = self.members.get(key)
        if member is None:
            value = self.data[key]
            member = wrap(value, self.origins_at(key), is_derived=self.derived_from is not None)
            self.members[key] = member
        return member

    def __iter__(self) -> Iterator[TracedStr]:
        return (key if isinstance(key, TracedStr) else traced_str(key, self.origins_at(key)) for key in self.data)

    def __contains__(self, key: object) -> bool:
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

    __slots__ = ("elements",)
    data: Sequence[Json]

    def __init__(self, data: Sequence[Json], origin: Origin, *, derived_from: Origins | None = None) -> None:
        self.data = data
        self.origin = origin
        self.derived_from = derived_from
        self.elements: list[TemplateValue | None] = [None] * len(data)
        """The elements that were read."""

    def __getitem__(self, index: int) -> "TemplateValue":
        index = index + len(self.data) if index < 0 else index
        if not 0 <= index < len(self.data):
            raise IndexError(index)
        element = self.elements[index]
        if element is None:
            element = wrap(self.data[index], self.origins_at(index), is_derived=self.derived_from is not None)
            self.elements[index] = element
        return element

    def __iter__(self) -> Iterator["TemplateValue"]:
        return map(self.__getitem__, range(len(self.data)))

    def __contains__(self, item: object) -> bool:
        return any(element == item for element in self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, (ListView, list, tuple)) or len(self) != len(other):
            return False
        return all(own_element == other_element for own_element, other_element in zip(self, other, strict=True))

    __hash__ = None


class RowsView(ListView):
    """A list of rows that are not in memory. It can be inserted; reading it raises `RowsReadError`."""

    __slots__ = ("rows",)

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.origin, self.derived_from = _NO_ORIGIN, ()

    def __getattr__(self, name: str) -> NoReturn:
        """Called for the data, which is not set."""
        if name in {"data", "elements"}:
            raise RowsReadError
        raise AttributeError(name)


_NO_ORIGIN = Origin("")

TemplateValue: TypeAlias = "TracedScalar | MapView | ListView | Omit"
"""The values that a template can get from its context."""

_SCALAR_TYPES = frozenset({str, int, bool, float, type(None)})
_TRACED_TYPES = (TracedStr, TracedInt, TracedBool, TracedFloat, TracedNull, MapView, ListView, Omit)
WRAPPED_TYPES = frozenset(_TRACED_TYPES)


def wrap(value: object, origins: Origins, *, is_derived: bool = False) -> TemplateValue:
    """The value as a template sees it. A value with origins keeps them."""
    kind = type(value)
    if kind in _SCALAR_TYPES:
        return traced_scalar(value, origins)
    if kind is not dict and kind is not list and isinstance(value, _TRACED_TYPES):
        return value
    origin = origins[0] if origins else _NO_ORIGIN
    # Nearly all containers are lists and dicts, and testing for abstract types takes ten times as long.
    if isinstance(value, list):
        return ListView(value, origin, derived_from=origins if is_derived else None)
    if isinstance(value, (dict, Mapping)):
        return MapView(value, origin, derived_from=origins if is_derived else None)
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes, bytearray)):
        return ListView(value, origin, derived_from=origins if is_derived else None)
    return traced_scalar(value, origins)


def wrap_derived(value: object, *origins: Origin) -> TemplateValue:
    """A computed value with the given origins, which apply to each leaf without origins of its own."""
    return wrap(value, origins, is_derived=True)
