"""The interface of validation engines, with failures in one form for all of them."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from compiler.foundation.json_data import Json, Object, Pointer
from compiler.json_schema.registry import SchemaRegistry


class SchemaError(ValueError):
    """The schema is invalid, or refers to a schema that was not given.

    `pointer` is the location in the schema, if known.
    """

    def __init__(self, message: str, pointer: Pointer = ()) -> None:
        super().__init__(message)
        self.pointer = pointer


@dataclass(frozen=True, slots=True)
class KeywordFailure:
    """A keyword that the data does not satisfy.

    Engines report differently. Here, missing and unexpected keys are in `names` and the pointer is their parent; the schema `false` is
    the keyword `false` at the value that it forbids; alternatives contain the failures of each.
    """

    pointer: Pointer
    keyword: str
    schema: Object = field(hash=False)
    """The schema that contains the keyword."""
    names: tuple[str, ...] = ()
    branches: tuple[tuple["KeywordFailure", ...], ...] = ()

    @property
    def identity(self) -> Hashable:
        """The same for failures that a reader cannot tell apart."""
        branches = tuple(tuple(failure.identity for failure in branch) for branch in self.branches)
        return (self.pointer, self.keyword, self.names, branches)


class Engine(Protocol):
    """A compiled schema. Construction raises `SchemaError`."""

    schema_registry: SchemaRegistry

    def __init__(self, schema_registry: SchemaRegistry) -> None: ...

    def is_valid(self, data: Json) -> bool:
        """Whether the data satisfies the schema."""

    def iter_failures(self, data: Json) -> Iterator[KeywordFailure]:
        """Every failure, including consequences of others."""
