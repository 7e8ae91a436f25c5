"""What a value was made of: places in the trees that a template reads."""

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from compiler.values import Json, Object, Pointer, dotted


class Origin(NamedTuple):
    """A place in one of the trees that a template reads: `Origin("model", ("deploy", "scaling", "min"))`."""

    root: str
    pointer: Pointer = ()

    def __str__(self) -> str:
        return dotted((self.root, *self.pointer))


Origins: TypeAlias = tuple[Origin, ...]


@dataclass(frozen=True, slots=True)
class Root:
    """A tree of plain data that a template reads as it is; its values stand at the same pointers of the root `name`."""

    name: str
    data: Object


@dataclass(frozen=True, slots=True)
class Derived:
    """A value that was computed, and what it was computed from."""

    value: Json
    origins: Origins
