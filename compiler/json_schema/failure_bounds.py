"""An upper bound of the failures that validation can report at once: the engine collects all of them in memory."""

from collections.abc import Iterator, Mapping

from compiler.foundation.json_data import Json
from compiler.json_schema.registry import SchemaRegistry
from compiler.json_schema.schema_node import SchemaNode

MAX_FAILURES = 50_000
"""The failures that may be in memory at once; the engine needs up to 2 kB for each."""

_FOR_SAME_VALUE = ("allOf", "anyOf", "oneOf", "then", "else")
_FOR_EACH_KEY = ("additionalProperties", "unevaluatedProperties")
_FOR_EACH_ELEMENT = ("items", "additionalItems", "unevaluatedItems")

_Visit = tuple[Json, Json]
"""A schema, and a value that it applies to."""


def exceeds_failure_limit(schema: SchemaNode, data: Json, registry: SchemaRegistry) -> bool:
    """Whether validation of the data may report more than `MAX_FAILURES` failures, those of alternatives included."""
    count = 0
    queue: list[_Visit] = [(schema.keywords, data)]
    while queue and count <= MAX_FAILURES:
        part, value = queue.pop()
        if not isinstance(part, Mapping):
            count += part is not True  # `true` accepts every value
            continue
        node = SchemaNode(part)
        count += 1 + len(node.required)
        if "propertyNames" in node and isinstance(value, Mapping):
            count += len(value)
        queue += _nested_visits(node, value, registry)
    return count > MAX_FAILURES


def _nested_visits(node: SchemaNode, value: Json, registry: SchemaRegistry) -> Iterator[_Visit]:
    """The schemas whose failures the engine reports, with the values that they apply to."""
    keywords = node.keywords
    if "$ref" in node:
        yield registry.resolve_reference(node).keywords, value
    if "$dynamicRef" in node or "$recursiveRef" in node:
        yield registry.root, value
    for keyword in _FOR_SAME_VALUE:
        subschemas = keywords.get(keyword)
        if isinstance(subschemas, list):
            yield from ((subschema, value) for subschema in subschemas)
        elif subschemas is not None:
            yield subschemas, value
    if isinstance(value, Mapping):
        yield from _key_visits(node, value)
    elif isinstance(value, list):
        yield from _element_visits(node, value)


def _key_visits(node: SchemaNode, value: Mapping[str, Json]) -> Iterator[_Visit]:
    properties = node.properties
    yield from ((properties[key], child) for key, child in value.items() if key in properties)
    for subschema in node.pattern_properties.values():
        yield from ((subschema, child) for child in value.values())
    for keyword in _FOR_EACH_KEY:
        if isinstance(node.keywords.get(keyword), Mapping):
            yield from ((node.keywords[keyword], child) for child in value.values())
    for keyword in ("dependentSchemas", "dependencies"):
        subschemas = node.keywords.get(keyword)
        if isinstance(subschemas, Mapping):
            yield from ((subschema, value) for key, subschema in subschemas.items() if key in value)


def _element_visits(node: SchemaNode, value: list[Json]) -> Iterator[_Visit]:
    yield from zip(node.prefix_items, value, strict=False)
    for keyword in _FOR_EACH_ELEMENT:
        subschema = node.keywords.get(keyword)
        if isinstance(subschema, list):
            yield from zip(subschema, value, strict=False)
        elif subschema is not None:
            yield from ((subschema, element) for element in value)
