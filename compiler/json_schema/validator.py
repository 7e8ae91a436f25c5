"""Validates data against a JSON Schema."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from compiler.foundation.json_data import Json, Object, Pointer

if TYPE_CHECKING:
    from compiler.json_schema.compiled_schema import CompiledSchema
    from compiler.json_schema.violation import SchemaViolation

_NO_RESOURCES: Mapping[str, Object] = MappingProxyType({})


class Validator:
    """A JSON Schema (2020-12 unless it names another draft) with formats asserted; referenced schemas must be given."""

    def __init__(
        self, schema: Object, *, resources: Mapping[str, Object] = _NO_RESOURCES, is_deferred: bool = False
    ) -> None:
        """Raises `SchemaError` if the schema is invalid; with `is_deferred` it is known to be valid, and compiled on first use."""
        self._schema, self._resources = schema, resources
        if not is_deferred:
            self._compiled  # noqa: B018 - compiles the schema

    @cached_property
    def _compiled(self) -> CompiledSchema:
        """The compiled schema; imported here, since a run that reuses its results validates nothing."""
        from compiler.json_schema.compiled_schema import CompiledSchema  # noqa: PLC0415 - as the docstring says

        return CompiledSchema(self._schema, self._resources)

    def is_valid(self, data: Json) -> bool:
        """Whether the data satisfies the schema; the cheapest check."""
        return self._compiled.is_valid(data)

    def violations(
        self, data: Json, *, spelling: Callable[[Pointer], str | None] | None = None
    ) -> tuple[SchemaViolation, ...]:
        """The violations to fix, by location, each once and without consequences of others.

        `spelling` returns the author's spelling of the value at a pointer.
        """
        return self._compiled.violations(data, spelling=spelling)

    def rejected_pointers(self, data: Json) -> set[Pointer]:
        """The pointers of all violations, without their messages."""
        return self._compiled.rejected_pointers(data)
