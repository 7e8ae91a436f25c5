"""Where a schema declares a key of a certain name."""

from collections.abc import Iterator, Mapping

from compiler.foundation.json_data import Pointer
from compiler.json_schema.registry import SchemaRegistry
from compiler.json_schema.schema_node import SchemaNode

_MAX_DEPTH = 5


def declared_paths(schema_registry: SchemaRegistry, name: str) -> tuple[Pointer, ...]:
    """Each path to a key of that name through declared keys, shortest first."""
    paths = {path for path in _iter_paths(schema_registry, SchemaNode(schema_registry.root), ()) if path[-1] == name}
    return tuple(sorted(paths, key=lambda path: (len(path), tuple(map(str, path)))))


def _iter_paths(schema_registry: SchemaRegistry, node: SchemaNode, path: Pointer) -> Iterator[Pointer]:
    if len(path) == _MAX_DEPTH:
        return
    for name, child in _properties(schema_registry, node):
        yield (*path, name)
        yield from _iter_paths(schema_registry, child, (*path, name))


def _properties(schema_registry: SchemaRegistry, node: SchemaNode) -> Iterator[tuple[str, SchemaNode]]:
    """The declared keys of a map, or of its alternatives."""
    schema = schema_registry.resolve_reference(node)
    for name, child in schema.properties.items():
        if isinstance(child, Mapping):
            yield name, SchemaNode(child)
    for keyword in ("anyOf", "oneOf", "allOf"):
        for alternative in schema.alternatives(keyword):
            yield from _properties(schema_registry, alternative)
