"""Collects failures part by part where all of them together would need too much memory.

A schema is split where a part that fails makes the whole fail: at `$ref`, `allOf`, and the schemas of keys and elements. What
cannot be split further, such as alternatives for a large value, is reported as one failure without its causes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote

from compiler.foundation.json_data import Json, Pointer
from compiler.json_schema.engine import Engine, KeywordFailure
from compiler.json_schema.failure_bounds import exceeds_failure_limit
from compiler.json_schema.metaschema import SchemaError
from compiler.json_schema.root_causes import root_causes
from compiler.json_schema.schema_node import SchemaNode
from compiler.json_schema.violation import INCOMPLETE

_MAX_DEPTH = 100
"""Splits above each other: schemas that refer to themselves for the same value have no end."""
_MAX_LISTED_FAILURES = 20_000
"""The failures after which no more parts are examined; a person fixes the first ones first."""
_SPLIT_KEYWORDS = {"$ref", "allOf", "properties", "prefixItems", "items", "additionalProperties"}
_UNEVALUATED = {"unevaluatedProperties", "unevaluatedItems"}
"""They depend on the keywords that are split off."""
_SCHEMA_KEYWORDS = {"not", "if", "then", "else", "contains", "propertyNames", "additionalItems"}
_SCHEMA_MAPS = {"patternProperties", "dependentSchemas", "dependencies"}
_ALTERNATIVES = ("anyOf", "oneOf")


@dataclass(frozen=True, slots=True)
class _Part:
    """A schema at a location, and the value that it applies to."""

    location: str
    schema: SchemaNode
    data: Json
    pointer: Pointer
    depth: int = 0


class PartialValidator:
    """Finds the causes of failures with a bounded number of failures in memory."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._registry = engine.schema_registry
        self._engines: dict[str, Engine | None] = {}
        self._count = 0

    def causes(self, data: Json) -> list[KeywordFailure]:
        """The failures to fix. All are collected at once where that is cheap."""
        root = SchemaNode.parse(self._registry.root)
        if not exceeds_failure_limit(root, data, self._registry):
            return root_causes(self._engine.iter_failures(data), self._registry)
        self._count = 0
        causes = list(self._part_causes(_Part(f"{self._registry.uri}#", root, data, ())))
        if self._count > _MAX_LISTED_FAILURES:
            causes.append(KeywordFailure((), INCOMPLETE, SchemaNode()))
        return causes or [KeywordFailure((), "anyOf", SchemaNode())]

    def _part_causes(self, part: _Part) -> Iterator[KeywordFailure]:
        engine = self._engine_at(part.location, {"$ref": part.location})
        if engine is None or part.depth > _MAX_DEPTH:
            yield KeywordFailure(part.pointer, "anyOf", SchemaNode())
        elif self._count > _MAX_LISTED_FAILURES or engine.is_valid(part.data):
            return
        elif exceeds_failure_limit(part.schema, part.data, self._registry):
            yield from self._own_causes(part)
            for nested_part in self._nested_parts(part):
                yield from self._part_causes(nested_part)
        else:
            yield from self._collect(engine, part)

    def _own_causes(self, part: _Part) -> Iterator[KeywordFailure]:
        """The failures of the keywords that are not split off."""
        own_schema = SchemaNode(_without_nested_schemas(part))
        engine = self._engine_at(f"{part.location} own", own_schema.keywords)
        if engine is not None and engine.is_valid(part.data):
            return
        if engine is not None and not exceeds_failure_limit(own_schema, part.data, engine.schema_registry):
            yield from self._collect(engine, part)
            return
        keyword = next((keyword for keyword in _ALTERNATIVES if keyword in part.schema), "anyOf")
        yield KeywordFailure(part.pointer, keyword, part.schema)

    def _collect(self, engine: Engine, part: _Part) -> Iterator[KeywordFailure]:
        failures = list(engine.iter_failures(part.data))
        self._count += sum(1 + sum(map(len, failure.branches)) for failure in failures)
        for cause in root_causes(failures, engine.schema_registry):
            yield _with_prefix(cause, part.pointer)

    def _engine_at(self, name: str, schema: Mapping[str, Json]) -> Engine | None:
        """The engine of a part; `None` if its schema cannot be compiled alone."""
        if name not in self._engines:
            try:
                self._engines[name] = self._engine.for_part(schema)
            except SchemaError:
                self._engines[name] = None
        return self._engines[name]

    def _nested_parts(self, part: _Part) -> Iterator[_Part]:
        schema = part.schema
        if "$ref" in schema:
            location = self._registry.absolute_location(schema.text("$ref"))
            yield replace(
                part, location=location, schema=self._registry.resolve_reference(schema), depth=part.depth + 1
            )
        for index, branch in enumerate(schema.alternatives("allOf")):
            yield replace(part, location=f"{part.location}/allOf/{index}", schema=branch, depth=part.depth + 1)
        if isinstance(part.data, Mapping):
            yield from _parts_of_map(part, part.data)
        elif isinstance(part.data, list):
            yield from _parts_of_list(part, part.data)


def _with_prefix(failure: KeywordFailure, prefix: Pointer) -> KeywordFailure:
    branches = tuple(tuple(_with_prefix(inner, prefix) for inner in branch) for branch in failure.branches)
    return replace(failure, pointer=(*prefix, *failure.pointer), branches=branches)


def _parts_of_map(part: _Part, data: Mapping[str, Json]) -> Iterator[_Part]:
    properties = part.schema.properties
    additional = part.schema.keywords.get("additionalProperties")
    for key, value in data.items():
        pointer, depth = (*part.pointer, key), part.depth + 1
        if key in properties:
            yield _Part(
                f"{part.location}/properties/{_fragment_part(key)}",
                SchemaNode.parse(properties[key]),
                value,
                pointer,
                depth,
            )
        elif isinstance(additional, Mapping) and not part.schema.pattern_properties:
            yield _Part(f"{part.location}/additionalProperties", SchemaNode(additional), value, pointer, depth)


def _parts_of_list(part: _Part, data: list[Json]) -> Iterator[_Part]:
    first = part.schema.prefix_items
    items = part.schema.keywords.get("items")
    for index, value in enumerate(data):
        pointer, depth = (*part.pointer, index), part.depth + 1
        if index < len(first):
            yield _Part(f"{part.location}/prefixItems/{index}", SchemaNode.parse(first[index]), value, pointer, depth)
        elif isinstance(items, Mapping):
            yield _Part(f"{part.location}/items", SchemaNode(items), value, pointer, depth)


def _without_nested_schemas(part: _Part) -> dict[str, Json]:
    """The keywords of the schema that remain if its nested schemas are split off; other schemas become references."""
    own: dict[str, Json] = {}
    for keyword, value in part.schema.keywords.items():
        location = f"{part.location}/{keyword}"
        if keyword in _SPLIT_KEYWORDS:
            own.update(_accept_nested(part.schema, keyword, value))
        elif keyword in _ALTERNATIVES and isinstance(value, list):
            own[keyword] = [{"$ref": f"{location}/{index}"} for index in range(len(value))]
        elif keyword in _SCHEMA_KEYWORDS:
            own[keyword] = {"$ref": location}
        elif keyword in _SCHEMA_MAPS and isinstance(value, Mapping):
            own[keyword] = {key: _nested_reference(location, key, child) for key, child in value.items()}
        elif keyword not in _UNEVALUATED and not keyword.startswith("$") and keyword != "id":
            own[keyword] = value
    return own


def _nested_reference(location: str, key: str, child: Json) -> Json:
    """A reference to a schema in a map; the list of names that `dependencies` can hold stays as it is."""
    return child if isinstance(child, list) else {"$ref": f"{location}/{_fragment_part(key)}"}


def _fragment_part(key: str) -> str:
    """The key as a part of a JSON Pointer in a URI."""
    return quote(key.replace("~", "~0").replace("/", "~1"), safe="")


def _accept_nested(schema: SchemaNode, keyword: str, value: Json) -> dict[str, Json]:
    """The keyword with schemas that accept every value: `additionalProperties: false` depends on the declared keys."""
    if keyword == "properties":
        return {keyword: dict.fromkeys(schema.properties, True)}
    if keyword == "prefixItems":
        return {keyword: [True] * len(schema.prefix_items)}
    if keyword == "additionalProperties" and isinstance(value, bool):
        return {keyword: value}
    return {keyword: value is not False} if keyword == "items" and not isinstance(value, list) else {}
