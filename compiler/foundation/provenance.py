"""Where a value comes from: locations in the documents that a template reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from compiler.foundation.json_data import Json, Object, Pointer, format_path
from compiler.foundation.rows import Rows, RowsReadError


class Origin(NamedTuple):
    """A location in a document that a template reads: `Origin("model", ("deploy", "scaling", "min"))`."""

    root: str
    pointer: Pointer = ()

    def __str__(self) -> str:
        return (
            format_path((self.root, *self.pointer))
            if "/" not in self.root
            else f"{self.root}: {format_path(self.pointer)}"
        )


Origins: TypeAlias = tuple[Origin, ...]


@dataclass(frozen=True, slots=True)
class DocumentValue:
    """JSON data that a template reads unchanged; its values have the same pointers below the root `name`.

    A root named `<Kind>/<name>` is that document.
    """

    name: str
    data: Object


@dataclass(frozen=True, slots=True)
class ComputedValue:
    """A computed value and the origins that it was computed from; each element of a list can have its own origins."""

    value: Json
    origins: Origins
    elements: "tuple[ContextValue, ...]" = ()


@dataclass(frozen=True, slots=True)
class ObjectValue:
    """A map whose members have their own origins."""

    members: "Mapping[str, ContextValue]"


@dataclass(frozen=True, slots=True)
class RowsValue:
    """Rows about all models, which a template can only insert as a whole."""

    rows: Rows


ContextValue: TypeAlias = "DocumentValue | ComputedValue | ObjectValue | RowsValue"
"""What a template context can contain under a name."""


def computed_list(elements: "Sequence[ContextValue]", origins: Origins) -> ComputedValue:
    """A list whose elements have their own origins; `origins` are those of the list as a whole."""
    return ComputedValue([plain_value(element) for element in elements], origins, tuple(elements))


def plain_value(item: ContextValue) -> Json:
    """The value without its origins; raises `RowsReadError` for rows that are not in memory."""
    if isinstance(item, RowsValue):
        raise RowsReadError
    if isinstance(item, ObjectValue):
        return {name: plain_value(member) for name, member in item.members.items()}
    return item.data if isinstance(item, DocumentValue) else item.value
