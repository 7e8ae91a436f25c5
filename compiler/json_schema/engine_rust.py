"""The engine that runs: jsonschema-rs."""

from collections.abc import Iterator

import jsonschema_rs
from jsonschema_rs import ValidationErrorKind as Kind

from compiler.foundation.json_data import Json, Pointer, as_object, at
from compiler.json_schema.engine import Fault, SchemaError
from compiler.json_schema.registry import Documents

# A repetition of repetitions is a machine of many states, and each letter visits all of them: measured, the default
# limit lets one pattern take two minutes over 100 kB. The largest pattern in 150 published schemas needs half of this.
_PATTERNS = jsonschema_rs.FancyRegexOptions(backtrack_limit=100_000, size_limit=500_000)


class RustEngine:
    """A schema compiled by jsonschema-rs."""

    def __init__(self, documents: Documents) -> None:
        self.documents = documents
        try:
            registry = jsonschema_rs.Registry(documents.resources.items()) if documents.resources else None  # type: ignore[arg-type]  # it only reads
            self._validator = jsonschema_rs.validator_for(
                documents.root,  # type: ignore[arg-type]  # it only reads
                validate_formats=True,
                registry=registry,
                base_uri=documents.uri,
                pattern_options=_PATTERNS,
                offline=True,
            )
        except jsonschema_rs.ValidationError as error:
            raise SchemaError(_reason(error), tuple(error.instance_path)) from error
        except (ValueError, jsonschema_rs.ReferencingError) as error:
            raise SchemaError(str(error)) from error

    def is_valid(self, data: Json) -> bool:
        """Whether the data satisfies the schema."""
        try:
            return self._validator.is_valid(data)
        except ValueError as error:
            _refuse_depth(error)
            raise

    def faults(self, data: Json) -> Iterator[Fault]:
        """Everything that the data does not satisfy, cascades included."""
        try:
            yield from (self._fault(error, data) for error in self._validator.iter_errors(data))
        except ValueError as error:
            _refuse_depth(error)
            raise

    def _fault(self, error: jsonschema_rs.ValidationError, data: Json) -> Fault:
        pointer: Pointer = tuple(error.instance_path)
        if isinstance(error.kind, Kind.FalseSchema):
            return _forbidden(pointer, error, data)
        node = self.documents.holder(error.absolute_keyword_location or "")
        match error.kind:
            case Kind.Required(missing):
                return Fault(pointer, "required", node, (missing,))
            case Kind.AdditionalProperties(unexpected) | Kind.UnevaluatedProperties(unexpected):
                return Fault(pointer, error.kind.name, node, tuple(sorted(unexpected)))
            case Kind.PropertyNames(inner):
                return Fault(pointer, "propertyNames", node, (str(inner.instance),))
            case Kind.AnyOf(context) | Kind.OneOfNotValid(context) | Kind.OneOfMultipleValid(context):
                branches = tuple(tuple(self._fault(one, data) for one in branch) for branch in context)
                return Fault(pointer, error.kind.name, node, branches=branches)
        is_costly = isinstance(error.kind, Kind.BacktrackLimitExceeded | Kind.RegexEngineFailure)
        return Fault(pointer, "costly" if is_costly else error.kind.name, node)


def _forbidden(pointer: Pointer, error: jsonschema_rs.ValidationError, data: Json) -> Fault:
    """What a schema that is `false` forbids; where that schema is about the keys of a map, each of its keys."""
    keyword = error.evaluation_path[-1] if error.evaluation_path else ""
    named_so = error.evaluation_path[-2:-1] == ["properties"] and pointer[-1:] == (keyword,)
    names = as_object(at(data, pointer))
    if keyword in {"additionalProperties", "propertyNames"} and names and not named_so:
        return Fault(pointer, str(keyword), {}, tuple(sorted(names)))
    return Fault(pointer, "false", {})


def _refuse_depth(error: ValueError) -> None:
    """What the engine says of data that nests too deep is said as Python says it."""
    if "Recursion limit" in str(error):
        raise RecursionError from error


def _reason(error: jsonschema_rs.ValidationError) -> str:
    where = "/".join(map(str, error.instance_path))
    return f"{error.message} (at {where})" if where else error.message
