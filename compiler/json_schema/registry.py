"""A schema and the schemas that it may refer to, by URI. Nothing is fetched."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from urllib.parse import unquote, urldefrag, urljoin

from compiler.foundation.json_data import Json, Object, as_list, as_object, as_str

DEFAULT_BASE_URI = "https://schema.modelyard.invalid/"
"""The URI of a schema without one, so that references and error locations are always absolute."""

_APPLICATOR_LISTS = ("allOf", "anyOf", "oneOf")
_APPLICATORS = ("if", "then", "else")


class SchemaRegistry:
    """A root schema and its resources; relative names of resources are relative to the root's URI."""

    def __init__(self, schema: Object, resources: Mapping[str, Object]) -> None:
        self.root = schema
        self.uri = urldefrag(urljoin(DEFAULT_BASE_URI, as_str(schema.get("$id")))).url
        self.resources = {urldefrag(urljoin(self.uri, name)).url: resource for name, resource in resources.items()}

    def schema_at(self, location: str) -> Object:
        """The schema that contains the keyword at an absolute location; empty if it cannot be found."""
        uri, fragment = urldefrag(location)
        parts = unquote(fragment).split("/")[1:-1]
        if parts[-1:] == ["dependentRequired"] and parts[-2:-1] != ["properties"]:
            parts.pop()  # the location of this keyword ends with the key that requires others
        return as_object(_follow_path(self._schemas_by_uri.get(uri), parts))

    def declared_properties(self, node: Object) -> dict[str, Json]:
        """The properties that a schema declares, itself or through schemas for the same location."""
        properties: dict[str, Json] = {}
        for schema in self._applied_schemas(node, set()):
            for name, value in as_object(schema.get("properties")).items():
                if value is not False:
                    properties.setdefault(name, value)
        return properties

    def resolve_reference(self, node: Object) -> Object:
        """The schema that `$ref` points to; the schema itself without one."""
        reference = node.get("$ref")
        if not isinstance(reference, str):
            return node
        uri, fragment = urldefrag(urljoin(self.uri, reference))
        return as_object(_follow_path(self._schemas_by_uri.get(uri), unquote(fragment).split("/")[1:]))

    def _applied_schemas(self, node: Json, visited_ids: set[int]) -> Iterator[Object]:
        if not isinstance(node, Mapping) or id(node) in visited_ids:
            return
        visited_ids.add(id(node))
        yield node
        subschemas = [node.get(keyword) for keyword in _APPLICATORS]
        subschemas += [subschema for keyword in _APPLICATOR_LISTS for subschema in as_list(node.get(keyword))]
        subschemas += as_object(node.get("dependentSchemas")).values()
        for subschema in (self.resolve_reference(node), *subschemas):
            yield from self._applied_schemas(subschema, visited_ids)

    @cached_property
    def _schemas_by_uri(self) -> dict[str, Json]:
        """Every document by its URI, and by each `$id` in it."""
        schemas: dict[str, Json] = {self.uri: self.root, **self.resources}
        for uri, document in tuple(schemas.items()):
            schemas.update(_schemas_with_id(document, uri))
        return schemas


def _schemas_with_id(node: Json, base: str) -> Iterator[tuple[str, Json]]:
    if isinstance(node, Mapping):
        if isinstance(node.get("$id"), str):
            base = urldefrag(urljoin(base, as_str(node["$id"]))).url
            yield base, node
        for value in node.values():
            yield from _schemas_with_id(value, base)
    else:
        for value in as_list(node):
            yield from _schemas_with_id(value, base)


def _follow_path(node: Json, parts: list[str]) -> Json:
    for part in parts:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(node, Mapping):
            node = node.get(key)
        elif key.isdecimal() and int(key) < len(as_list(node)):
            node = as_list(node)[int(key)]
        else:
            return None
    return node
