"""What a value was made of: places in the trees that a template reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from compiler.foundation.json_data import Json, Object, Pointer, format_path


class Origin(NamedTuple):
    """A place in one of the trees that a template reads: `Origin("model", ("deploy", "scaling", "min"))`."""

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
    """A tree of plain data that a template reads as it is; its values stand at the same pointers of the root `name`.

    A root named `<Kind>/<name>` is that document.
    """

    name: str
    data: Object


@dataclass(frozen=True, slots=True)
class ComputedValue:
    """A value that was computed, and what it was computed from; of a list, each element may say it of itself."""

    value: Json
    origins: Origins
    elements: "tuple[ContextValue, ...]" = ()


@dataclass(frozen=True, slots=True)
class ObjectValue:
    """A map whose members say each of itself what it was made of."""

    members: "Mapping[str, ContextValue]"


ContextValue: TypeAlias = "DocumentValue | ComputedValue | ObjectValue"
"""What a template can be given under a name."""


def computed_list(elements: "Sequence[ContextValue]", origins: Origins) -> ComputedValue:
    """A list whose elements know what each was made of; `origins` is what the list as a whole was."""
    return ComputedValue([plain_value(element) for element in elements], origins, tuple(elements))


def plain_value(item: ContextValue) -> Json:
    """The value without what it was made of."""
    if isinstance(item, ObjectValue):
        return {name: plain_value(member) for name, member in item.members.items()}
    return item.data if isinstance(item, DocumentValue) else item.value
