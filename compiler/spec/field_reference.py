"""The definition of a field of a Model in the language: its meaning, its values, and its keys."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from compiler.foundation import resources
from compiler.foundation.json_data import Json, Object, Pointer, format_path
from compiler.json_schema.schema_node import SchemaNode, resolve_pointer

_TYPE_PHRASES = {"boolean": "true or false", "integer": "an integer", "number": "a number", "string": "text"}


@dataclass(frozen=True, slots=True)
class FieldReference:
    """A field of a Model, as the published schemas describe it."""

    field: str
    description: str
    expected: str
    """The form of its values, such as `a percentage such as 99.9%`; empty if its keys or choices say it."""
    choices: tuple[str, ...]
    keys: Mapping[str, str]
    """Description by key, for a map or a list of maps."""
    types: tuple[str, ...]
    """The types of models that have the field; none if all types have it."""


def field_reference(pointer: Pointer) -> FieldReference | None:
    """The field at a pointer of a Model document; `None` if no type of model has it."""
    nodes = dict(_nodes_by_type(pointer))
    if not pointer or not nodes:
        return None
    node = next(iter(nodes.values()))
    return FieldReference(
        field=format_path(pointer),
        description=node.text("description"),
        expected=node.text("x-modelyard-expects") or _type_phrase(node),
        choices=tuple(str(choice) for choice in node.enum if choice is not None),
        keys={key: SchemaNode.parse(child).text("description") for key, child in _properties(node).items()},
        types=() if len(nodes) == len(resources.type_schemas()) else tuple(nodes),
    )


def field_keys(pointer: Pointer) -> tuple[str, ...]:
    """The keys that the language knows below a pointer of a Model document, of any type."""
    return tuple(dict.fromkeys(name for _, node in _nodes_by_type(pointer) for name in _properties(node)))


def _nodes_by_type(pointer: Pointer) -> Iterator[tuple[str, SchemaNode]]:
    """The schema of the field by the types of models that have it."""
    for name, schema in resources.type_schemas().items():
        node = _find_node(SchemaNode({"$ref": "#/$defs/Spec"}), pointer, schema)
        if node is not None:
            yield name, node


def _find_node(node: SchemaNode, pointer: Pointer, root: Object) -> SchemaNode | None:
    schema = _resolve(node, root)
    if "items" in schema:
        schema = SchemaNode({**schema.keywords, "items": _resolve(schema.subschema("items"), root).keywords})
    if not pointer:
        return schema
    part, rest = pointer[0], pointer[1:]
    if "items" in schema:
        return _find_node(schema.subschema("items"), rest if isinstance(part, int) else pointer, root)
    if isinstance(part, int):
        return None
    child = schema.properties.get(part) or schema.keywords.get("additionalProperties")
    return _find_node(SchemaNode(child), rest, root) if isinstance(child, Mapping) else None


def _resolve(node: SchemaNode, root: Object) -> SchemaNode:
    """The schema behind references and behind the first alternative that is not `null`; the outer description comes first."""
    while "$ref" in node or "anyOf" in node:
        if "$ref" in node:
            target = SchemaNode.parse(resolve_pointer(root, node.text("$ref").split("/")[1:]))
        else:
            target = node.alternatives("anyOf")[0]
        description = node.text("description") or target.text("description")
        node = SchemaNode({**target.keywords, "description": description})
    return node


def _properties(node: SchemaNode) -> Mapping[str, Json]:
    return node.properties or node.subschema("items").properties


def _type_phrase(node: SchemaNode) -> str:
    return next((_TYPE_PHRASES[name] for name in node.types if name in _TYPE_PHRASES), "")
