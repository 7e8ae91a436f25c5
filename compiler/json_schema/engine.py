"""What an engine complains about, in one vocabulary for all engines."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from compiler.foundation.json_data import Json, Object, Pointer
from compiler.json_schema.registry import SchemaRegistry


class SchemaError(ValueError):
    """A schema that cannot be used: it breaks the rules of its language, or refers to what was not given with it.

    `pointer`: the place in it, where that is known.
    """

    def __init__(self, message: str, pointer: Pointer = ()) -> None:
        super().__init__(message)
        self.pointer = pointer


@dataclass(frozen=True, slots=True)
class KeywordFailure:
    """A keyword that the data does not satisfy.

    Engines differ in how they report; here a missing or unexpected key is in `names` and the pointer is its parent, a
    schema that is `false` is the keyword `false` at what it forbids, and alternatives carry the faults of each.
    """

    pointer: Pointer
    keyword: str
    schema: Object = field(hash=False)
    """The schema that holds the keyword."""
    names: tuple[str, ...] = ()
    branches: tuple[tuple["KeywordFailure", ...], ...] = ()

    @property
    def identity(self) -> Hashable:
        """Equal for two faults that are the same to a reader."""
        branches = tuple(tuple(failure.identity for failure in branch) for branch in self.branches)
        return (self.pointer, self.keyword, self.names, branches)


class Engine(Protocol):
    """What runs schemas. Construction raises `SchemaError`."""

    schema_registry: SchemaRegistry

    def __init__(self, schema_registry: SchemaRegistry) -> None: ...

    def is_valid(self, data: Json) -> bool:
        """Whether the data satisfies the schema."""

    def iter_failures(self, data: Json) -> Iterator[KeywordFailure]:
        """Everything that the data does not satisfy, cascades included."""
