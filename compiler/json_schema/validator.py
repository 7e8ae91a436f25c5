"""Compiled schemas and the violations that they find."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from compiler.foundation.json_data import Json, Object, Pointer
from compiler.json_schema.registry import SchemaRegistry
from compiler.json_schema.schema_node import SchemaNode

if TYPE_CHECKING:
    from compiler.json_schema.engine import Engine, KeywordFailure
    from compiler.json_schema.partial_validation import PartialValidator
    from compiler.json_schema.violation import SchemaViolation

_NO_RESOURCES: Mapping[str, Object] = MappingProxyType({})


class Validator:
    """A JSON Schema (2020-12 unless it names another draft) with formats asserted; referenced schemas must be given."""

    def __init__(self, schema: Object, *, resources: Mapping[str, Object] = _NO_RESOURCES) -> None:
        self._schema, self._resources = schema, resources

    @cached_property
    def _engine(self) -> Engine:
        """The compiled schema; imported here, since a run that reuses its results validates nothing."""
        from compiler.json_schema.engine import Engine  # noqa: PLC0415 - as the docstring says

        return Engine(SchemaRegistry(self._schema, self._resources))

    @cached_property
    def _partial_validator(self) -> PartialValidator:
        """Finds violations; imported here, since most data has none."""
        from compiler.json_schema.partial_validation import PartialValidator  # noqa: PLC0415 - as the docstring says

        return PartialValidator(self._engine)

    def is_valid(self, data: Json) -> bool:
        """Whether the data satisfies the schema; the cheapest check."""
        try:
            return self._engine.is_valid(data)
        except (UnicodeEncodeError, RecursionError):
            return False

    def violations(
        self, data: Json, *, spelling: Callable[[Pointer], str | None] | None = None
    ) -> tuple[SchemaViolation, ...]:
        """The violations to fix, by location, each once and without consequences of others.

        `spelling` returns the author's spelling of the value at a pointer.
        """
        if self.is_valid(data):
            return ()
        from compiler.json_schema.trial_edits import TrialEdits  # noqa: PLC0415 - most data has no violations
        from compiler.json_schema.violation_messages import MessageBuilder  # noqa: PLC0415 - as above

        failures = self._causes(data)
        trial_edits = TrialEdits(data, failures, self._partial_validator.causes)
        messages = MessageBuilder(self._engine.schema_registry, data, spelling, trial_edits)
        all_violations = messages.violations(failures)
        return tuple(sorted(dict.fromkeys(all_violations), key=lambda violation: violation.sort_key))

    def rejected_pointers(self, data: Json) -> set[Pointer]:
        """The pointers of all violations, without their messages."""
        return (
            set()
            if self.is_valid(data)
            else {pointer for failure in self._causes(data) for pointer in failure.pointers}
        )

    def _causes(self, data: Json) -> list[KeywordFailure]:
        try:
            return self._partial_validator.causes(data)
        except (UnicodeEncodeError, RecursionError):
            from compiler.json_schema.engine import KeywordFailure  # noqa: PLC0415 - as in `_engine`

            return [KeywordFailure((), "unreadable", SchemaNode())]
