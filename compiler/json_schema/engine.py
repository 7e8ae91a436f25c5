"""A schema compiled by jsonschema-rs, with failures in the form that the messages are built from."""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

import jsonschema_rs
from jsonschema_rs import ValidationErrorKind as Kind

from compiler.foundation.json_data import Json, Object, Pointer, value_at
from compiler.json_schema.metaschema import SchemaError, SchemaMistake, metaschema_mistakes
from compiler.json_schema.registry import SchemaRegistry
from compiler.json_schema.schema_node import SchemaNode
from compiler.json_schema.text_formats import TEXT_FORMATS

# Nested repetitions compile to automata with many states, all visited for each character: with the default limit, one
# pattern took two minutes for 100 kB. The largest pattern in 150 published schemas needs half of this limit.
_REGEX_OPTIONS = jsonschema_rs.FancyRegexOptions(backtrack_limit=100_000, size_limit=500_000)

_MAX_SAME_NUMBERS = 16
"""How many keys that are the same number are compared."""

UNEXPECTED_KEY_KEYWORDS = frozenset({"additionalProperties", "unevaluatedProperties", "propertyNames"})


@dataclass(frozen=True, slots=True)
class KeywordFailure:
    """A keyword that the data does not satisfy.

    Missing and unexpected keys are in `names` and the pointer is their parent; the schema `false` is the keyword `false` at the value
    that it forbids; alternatives contain the failures of each.
    """

    pointer: Pointer
    keyword: str
    schema: SchemaNode = field(hash=False)
    """The schema that contains the keyword."""
    names: tuple[str, ...] = ()
    branches: tuple[tuple["KeywordFailure", ...], ...] = ()

    @property
    def pointers(self) -> tuple[Pointer, ...]:
        """The values to remove so that the failure disappears."""
        if self.keyword in UNEXPECTED_KEY_KEYWORDS:
            return tuple((*self.pointer, name) for name in self.names)
        excluded = self.schema.subschema("not") if self.keyword == "not" else SchemaNode()
        is_about_keys = set(excluded.keywords) == {"required"} and excluded.required
        return ((*self.pointer, excluded.required[-1]),) if is_about_keys else (self.pointer,)

    @property
    def identity(self) -> Hashable:
        """The same for failures that a reader cannot tell apart."""
        branches = tuple(tuple(failure.identity for failure in branch) for branch in self.branches)
        return (self.pointer, self.keyword, self.names, branches)


class Engine:
    """A compiled schema. Construction raises `SchemaError`."""

    def __init__(
        self, schema_registry: SchemaRegistry, *, resources: Callable[[], jsonschema_rs.Registry] | None = None
    ) -> None:
        self.schema_registry = schema_registry
        try:
            if resources is not None:
                registry: jsonschema_rs.Registry | None = resources()
            else:
                registry = _compile_resources(schema_registry.resources) if schema_registry.resources else None
            self._validator = jsonschema_rs.validator_for(
                schema_registry.root,  # type: ignore[arg-type]  # the engine only reads
                validate_formats=True,
                formats=dict(TEXT_FORMATS),
                registry=registry,
                base_uri=schema_registry.uri,
                pattern_options=_REGEX_OPTIONS,
                offline=True,
            )
        except jsonschema_rs.ValidationError as error:
            first_mistake = SchemaMistake(error.message, tuple(error.instance_path))
            raise SchemaError(metaschema_mistakes(schema_registry.root) or (first_mistake,)) from error
        except (ValueError, jsonschema_rs.ReferencingError) as error:
            raise SchemaError((SchemaMistake(str(error), ()),)) from error

    def for_part(self, schema: Object) -> "Engine":
        """The engine of a schema that refers to parts of this one by their absolute locations."""
        dialect = {"$schema": self.schema_registry.root["$schema"]} if "$schema" in self.schema_registry.root else {}
        return Engine(self.schema_registry.with_part({**dialect, **schema}), resources=lambda: self._part_resources)

    @cached_property
    def _part_resources(self) -> jsonschema_rs.Registry:
        """The root schema and its resources, compiled once for all parts."""
        registry = self.schema_registry
        return _compile_resources({registry.uri: registry.root, **registry.resources})

    def is_valid(self, data: Json) -> bool:
        """Whether the data satisfies the schema."""
        try:
            return self._validator.is_valid(data)
        except ValueError as error:
            _raise_if_too_deep(error)
            raise

    def iter_failures(self, data: Json) -> Iterator[KeywordFailure]:
        """Every failure, including consequences of others."""
        try:
            yield from (self._to_failure(error, data) for error in self._validator.iter_errors(data))
        except ValueError as error:
            _raise_if_too_deep(error)
            raise

    def _to_failure(self, error: jsonschema_rs.ValidationError, data: Json) -> KeywordFailure:
        pointer = _instance_pointer(error, data)
        if isinstance(error.kind, Kind.FalseSchema):
            return _false_schema_failure(pointer, error, data)
        node = self.schema_registry.schema_at(error.absolute_keyword_location or "")
        match error.kind:
            case Kind.Required(missing):
                return KeywordFailure(pointer, "required", node, (missing,))
            case Kind.AdditionalProperties(unexpected) | Kind.UnevaluatedProperties(unexpected):
                return KeywordFailure(pointer, error.kind.name, node, tuple(sorted(unexpected)))
            case Kind.PropertyNames(inner):
                return KeywordFailure(pointer, "propertyNames", node, (str(inner.instance),))
            case Kind.AnyOf(context) | Kind.OneOfNotValid(context) | Kind.OneOfMultipleValid(context):
                branches = tuple(
                    tuple(self._to_failure(branch_error, data) for branch_error in branch) for branch in context
                )
                return KeywordFailure(pointer, error.kind.name, node, branches=branches)
        is_costly = isinstance(error.kind, Kind.BacktrackLimitExceeded | Kind.RegexEngineFailure)
        return KeywordFailure(pointer, "costly" if is_costly else error.kind.name, node)


def _compile_resources(resources: Mapping[str, Object]) -> jsonschema_rs.Registry:
    return jsonschema_rs.Registry(resources.items())  # type: ignore[arg-type]  # the engine only reads


def _instance_pointer(error: jsonschema_rs.ValidationError, data: Json) -> Pointer:
    """Where the error is in the data; the engine gives a number for a key of digits: 7 for `007`, too."""
    pointers = tuple(islice(_pointers(data, error.instance_path), _MAX_SAME_NUMBERS))
    if len(pointers) == 1:
        return pointers[0]
    same = (pointer for pointer in pointers if value_at(data, pointer) == error.instance)
    return next(same, pointers[0] if pointers else tuple(error.instance_path))


def _pointers(data: Json, path: Sequence[str | int]) -> Iterator[Pointer]:
    """The pointers in the data that the engine's path may mean: several if a map has the keys `7` and `07`."""
    if not path:
        yield ()
        return
    first, *rest = path
    for part in _parts(data, first):
        yield from ((part, *pointer) for pointer in _pointers(value_at(data, (part,)), rest))


def _parts(data: Json, part: str | int) -> Sequence[str | int]:
    if isinstance(data, Mapping):
        if isinstance(part, int):
            return sorted((key for key in data if _is_number(key, part)), key=lambda key: (len(key), key))
        return (part,) if part in data else ()
    return (part,) if isinstance(data, list) and isinstance(part, int) and part < len(data) else ()


def _is_number(key: str, number: int) -> bool:
    digits = key.removeprefix("+")
    return digits.isascii() and digits.isdecimal() and (digits.lstrip("0") or "0") == str(number)


def _false_schema_failure(pointer: Pointer, error: jsonschema_rs.ValidationError, data: Json) -> KeywordFailure:
    """What the schema `false` forbids; if it applies to the keys of a map, each of them."""
    keyword = error.evaluation_path[-1] if error.evaluation_path else ""
    is_property = error.evaluation_path[-2:-1] == ["properties"] and pointer[-1:] == (keyword,)
    value = value_at(data, pointer)
    if (
        keyword in {"additionalProperties", "propertyNames"}
        and isinstance(value, Mapping)
        and value
        and not is_property
    ):
        return KeywordFailure(pointer, str(keyword), SchemaNode(), tuple(sorted(value)))
    return KeywordFailure(pointer, "false", SchemaNode())


def _raise_if_too_deep(error: ValueError) -> None:
    """Raise `RecursionError` if the engine reports that the data is nested too deeply, as Python code would."""
    if "Recursion limit" in str(error):
        raise RecursionError from error
