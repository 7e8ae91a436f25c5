"""An upper bound of the failures that validation can report at once: the engine collects all of them in memory."""

from collections.abc import Iterable

from compiler.foundation.json_data import Json
from compiler.json_schema.registry import SchemaRegistry
from compiler.json_schema.schema_node import SchemaNode

MAX_FAILURES = 50_000
"""The failures that may be in memory at once; the engine needs up to 2 kB for each."""

_FOR_SAME_VALUE = frozenset({"allOf", "anyOf", "oneOf", "then", "else"})
_FOR_EACH_KEY = frozenset({"additionalProperties", "unevaluatedProperties"})
_FOR_EACH_ELEMENT = frozenset({"items", "additionalItems", "unevaluatedItems"})
_FOR_KEYS_THAT_ARE_THERE = frozenset({"dependentSchemas", "dependencies"})

_Visit = tuple[Json, Json]
"""A schema, and a value that it applies to."""


def exceeds_failure_limit(schema: SchemaNode, data: Json, registry: SchemaRegistry) -> bool:
    """Whether validation of the data may report more than `MAX_FAILURES` failures, those of alternatives included."""
    count = 0
    queue: list[_Visit] = [(schema.keywords, data)]
    while queue and count <= MAX_FAILURES:
        part, value = queue.pop()
        if not isinstance(part, dict):
            count += part is not True  # `true` accepts every value
            continue
        count += 1
        for keyword, argument in part.items():  # the usual schema has few keywords
            if keyword == "required" and isinstance(argument, list):
                count += len(argument)
            elif keyword == "propertyNames" and isinstance(value, dict):
                count += len(value)
            else:
                queue += _nested_visits(keyword, argument, value, registry)
    return count > MAX_FAILURES


def _nested_visits(keyword: str, argument: Json, value: Json, registry: SchemaRegistry) -> Iterable[_Visit]:
    """The schemas of a keyword whose failures the engine reports, with the values that they apply to."""
    if keyword == "$ref":
        return [(registry.resolve_reference(SchemaNode({keyword: argument})).keywords, value)]
    if keyword in {"$dynamicRef", "$recursiveRef"}:
        return [(registry.root, value)]
    if keyword in _FOR_SAME_VALUE:
        return [(subschema, value) for subschema in (argument if isinstance(argument, list) else [argument])]
    if isinstance(value, dict):
        return _key_visits(keyword, argument, value)
    return _element_visits(keyword, argument, value) if isinstance(value, list) else ()


def _key_visits(keyword: str, argument: Json, value: dict[str, Json]) -> Iterable[_Visit]:
    if not isinstance(argument, dict):
        return ()
    if keyword == "properties":
        return [(argument[key], child) for key, child in value.items() if key in argument]
    if keyword == "patternProperties":
        return ((subschema, child) for subschema in argument.values() for child in value.values())
    if keyword in _FOR_EACH_KEY:
        return ((argument, child) for child in value.values())
    if keyword in _FOR_KEYS_THAT_ARE_THERE:
        return [(subschema, value) for key, subschema in argument.items() if key in value]
    return ()


def _element_visits(keyword: str, argument: Json, value: list[Json]) -> Iterable[_Visit]:
    if keyword not in _FOR_EACH_ELEMENT and keyword != "prefixItems":
        return ()
    if isinstance(argument, list):
        return zip(argument, value, strict=False)
    return ((argument, element) for element in value)
