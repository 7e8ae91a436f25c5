"""A compiled schema, and the violations that it finds."""

from collections.abc import Callable, Mapping

from compiler.foundation.json_data import Json, Object, Pointer
from compiler.json_schema.engine import Engine, KeywordFailure
from compiler.json_schema.partial_validation import PartialValidator
from compiler.json_schema.registry import SchemaRegistry
from compiler.json_schema.schema_node import SchemaNode
from compiler.json_schema.trial_edits import TrialEdits
from compiler.json_schema.violation import SchemaViolation
from compiler.json_schema.violation_messages import MessageBuilder


class CompiledSchema:
    """A JSON Schema whose construction raises `SchemaError` if it is invalid."""

    def __init__(self, schema: Object, resources: Mapping[str, Object]) -> None:
        self._engine = Engine(SchemaRegistry(schema, resources))
        self._partial_validator = PartialValidator(self._engine)

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
            return [KeywordFailure((), "unreadable", SchemaNode())]
