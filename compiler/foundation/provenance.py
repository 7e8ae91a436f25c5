"""What a value was made of: places in the trees that a template reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from compiler.foundation.json_data import Json, Object, Pointer, dotted


class Origin(NamedTuple):
    """A place in one of the trees that a template reads: `Origin("model", ("deploy", "scaling", "min"))`."""

    root: str
    pointer: Pointer = ()

    def __str__(self) -> str:
        return dotted((self.root, *self.pointer)) if "/" not in self.root else f"{self.root}: {dotted(self.pointer)}"


Origins: TypeAlias = tuple[Origin, ...]


@dataclass(frozen=True, slots=True)
class Root:
    """A tree of plain data that a template reads as it is; its values stand at the same pointers of the root `name`.

    A root named `<Kind>/<name>` is that document.
    """

    name: str
    data: Object


@dataclass(frozen=True, slots=True)
class Derived:
    """A value that was computed, and what it was computed from; of a list, each element may say it of itself."""

    value: Json
    origins: Origins
    elements: "tuple[Item, ...]" = ()


@dataclass(frozen=True, slots=True)
class Members:
    """A map whose members say each of itself what it was made of."""

    members: "Mapping[str, Item]"


Item: TypeAlias = "Root | Derived | Members"
"""What a template can be given under a name."""


def derived_list(elements: "Sequence[Item]", origins: Origins) -> Derived:
    """A list whose elements know what each was made of; `origins` is what the list as a whole was."""
    return Derived([plain(element) for element in elements], origins, tuple(elements))


def plain(item: Item) -> Json:
    """The value without what it was made of."""
    if isinstance(item, Members):
        return {name: plain(member) for name, member in item.members.items()}
    return item.data if isinstance(item, Root) else item.value
