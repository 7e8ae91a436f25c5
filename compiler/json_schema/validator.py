"""Schemas compiled once, and what they find."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from compiler.foundation.json_data import Json, Object, Pointer
from compiler.json_schema.engine import Engine, Fault, SchemaError
from compiler.json_schema.registry import Documents
from compiler.json_schema.root_causes import settled
from compiler.json_schema.violation import Violation
from compiler.json_schema.violation_messages import Wording

try:
    from compiler.json_schema.engine_rust import RustEngine as DefaultEngine
except ImportError:  # no wheel for this machine: slower, and the same answers
    from compiler.json_schema.engine_python import PythonEngine as DefaultEngine  # type: ignore[assignment]

__all__ = ["SchemaError", "Validator"]

_NONE: Mapping[str, Object] = MappingProxyType({})


class Validator:
    """A JSON Schema, 2020-12 unless it names another draft, formats asserted; what it refers to is given or refused."""

    def __init__(
        self, schema: Object, *, resources: Mapping[str, Object] = _NONE, engine: type[Engine] = DefaultEngine
    ) -> None:
        self._engine = engine(Documents(schema, resources))

    def is_valid(self, data: Json) -> bool:
        """Whether the data satisfies the schema; the cheapest question."""
        try:
            return self._engine.is_valid(data)
        except (UnicodeEncodeError, RecursionError):
            return False

    def violations(
        self, data: Json, *, spelling: Callable[[Pointer], str | None] | None = None
    ) -> tuple[Violation, ...]:
        """What to mend, by place, each once, without what only follows from something else.

        `spelling` gives the author's own spelling of the value at a pointer.
        """
        if self.is_valid(data):
            return ()
        try:
            faults = settled(self._engine.faults(data), self._engine.documents)
        except (UnicodeEncodeError, RecursionError):
            faults = [Fault((), "unreadable", {})]
        found = Wording(self._engine.documents, data, spelling).violations(faults)
        return tuple(sorted(dict.fromkeys(found), key=lambda violation: violation.sort_key))
