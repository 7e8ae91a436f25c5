"""A schema and the schemas that it may refer to, by URI. Nothing is fetched."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from urllib.parse import unquote, urldefrag, urljoin

from compiler.foundation.json_data import Json, Object, Pointer
from compiler.json_schema.schema_node import SchemaNode, resolve_pointer

_MAX_PATH_LENGTH = 5
DEFAULT_BASE_URI = "https://schema.modelyard.invalid/"
"""The URI of a schema without one, so that references and error locations are always absolute."""
_PART_URI = "https://part.modelyard.invalid/"


class SchemaRegistry:
    """A root schema and its resources; relative names of resources are relative to the root's URI."""

    def __init__(self, schema: Object, resources: Mapping[str, Object]) -> None:
        self.root = schema
        self.uri = urldefrag(urljoin(DEFAULT_BASE_URI, SchemaNode(schema).text("$id"))).url
        self._nodes_by_location: dict[str, SchemaNode] = {}
        self._nodes_by_reference: dict[str, SchemaNode] = {}
        self.resources = {urldefrag(urljoin(self.uri, name)).url: resource for name, resource in resources.items()}

    def schema_at(self, location: str) -> SchemaNode:
        """The schema that contains the keyword at an absolute location; without keywords if it cannot be found."""
        if location not in self._nodes_by_location:  # thousands of failures can be at one location
            self._nodes_by_location[location] = self._find_schema(location)
        return self._nodes_by_location[location]

    def _find_schema(self, location: str) -> SchemaNode:
        uri, fragment = urldefrag(location)
        parts = unquote(fragment).split("/")[1:-1]
        if parts[-1:] == ["dependentRequired"] and parts[-2:-1] != ["properties"]:
            parts.pop()  # the location of this keyword ends with the key that requires others
        return SchemaNode.parse(resolve_pointer(self._schemas_by_uri.get(uri), parts))

    def declared_properties(self, node: SchemaNode) -> dict[str, SchemaNode]:
        """The properties that a schema declares, itself or through schemas for the same location."""
        properties: dict[str, SchemaNode] = {}
        for schema in self._applied_schemas(node, set()):
            for name, value in schema.properties.items():
                if value is not False:
                    properties.setdefault(name, SchemaNode.parse(value))
        return properties

    def resolve_reference(self, node: SchemaNode) -> SchemaNode:
        """The schema that `$ref` points to; the schema itself without one."""
        if "$ref" not in node:
            return node
        reference = node.text("$ref")
        if reference not in self._nodes_by_reference:
            uri, fragment = urldefrag(urljoin(self.uri, reference))
            schema = resolve_pointer(self._schemas_by_uri.get(uri), unquote(fragment).split("/")[1:])
            self._nodes_by_reference[reference] = SchemaNode.parse(schema)
        return self._nodes_by_reference[reference]

    def absolute_location(self, reference: str) -> str:
        """The location that a reference of the root schema names."""
        return urljoin(self.uri, reference)

    def with_part(self, schema: Object) -> "SchemaRegistry":
        """A registry of another root schema that can refer to everything in this one by its absolute location."""
        part = SchemaRegistry({"$id": _PART_URI, **schema}, {self.uri: self.root, **self.resources})
        part.__dict__["_schemas_by_uri"] = {**self._schemas_by_uri, part.uri: part.root}  # not computed for each part
        return part

    def _applied_schemas(self, node: SchemaNode, visited_ids: set[int]) -> Iterator[SchemaNode]:
        if id(node.keywords) in visited_ids:
            return
        visited_ids.add(id(node.keywords))
        yield node
        for subschema in (self.resolve_reference(node), *node.schemas_for_same_value()):
            yield from self._applied_schemas(subschema, visited_ids)

    @cached_property
    def paths_by_key(self) -> Mapping[str, tuple[Pointer, ...]]:
        """Each path to a key through declared keys, by the key, shortest first. Computed once: a walk of the whole schema."""
        paths: dict[str, set[Pointer]] = {}
        for path in self._iter_paths(SchemaNode(self.root), ()):
            paths.setdefault(str(path[-1]), set()).add(path)
        return {key: tuple(sorted(key_paths, key=_shortest_first)) for key, key_paths in paths.items()}

    def _iter_paths(self, node: SchemaNode, path: Pointer) -> Iterator[Pointer]:
        if len(path) == _MAX_PATH_LENGTH:
            return
        for name, child in self._properties(node):
            yield (*path, name)
            yield from self._iter_paths(child, (*path, name))

    def _properties(self, node: SchemaNode) -> Iterator[tuple[str, SchemaNode]]:
        """The declared keys of a map, or of its alternatives."""
        schema = self.resolve_reference(node)
        for name, child in schema.properties.items():
            if isinstance(child, Mapping):
                yield name, SchemaNode(child)
        for keyword in ("anyOf", "oneOf", "allOf"):
            for alternative in schema.alternatives(keyword):
                yield from self._properties(alternative)

    @cached_property
    def _schemas_by_uri(self) -> dict[str, Json]:
        """Every document by its URI, and by each `$id` in it."""
        schemas: dict[str, Json] = {self.uri: self.root, **self.resources}
        for uri, document in tuple(schemas.items()):
            schemas.update(_schemas_with_id(document, uri))
        return schemas


def _schemas_with_id(node: Json, base: str) -> Iterator[tuple[str, Json]]:
    if isinstance(node, Mapping):
        if isinstance(name := node.get("$id"), str):
            base = urldefrag(urljoin(base, name)).url
            yield base, node
        for value in node.values():
            yield from _schemas_with_id(value, base)
    elif isinstance(node, list):
        for value in node:
            yield from _schemas_with_id(value, base)


def _shortest_first(path: Pointer) -> tuple[int, tuple[str, ...]]:
    return len(path), tuple(map(str, path))
