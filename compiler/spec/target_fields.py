"""The fields of a model that its target must use or reject: those below some sections that nothing else uses."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from compiler.json_schema.schema_node import SchemaNode

ELEMENT = "*"
"""The key of the elements of a list."""
MODEL_SECTIONS = ("deploy", "runtime", "uses")
"""The sections of a model that its target reads, in addition to `source` of its release."""


@dataclass(frozen=True, slots=True)
class TargetFields:
    """The fields below a field, by key; none below one that has no declared fields of its own, such as a number or a map of labels.

    `identifying_key`: the key of a list's element that only identifies it when layers are merged.
    """

    children: Mapping[str, "TargetFields"] = field(default_factory=dict)
    identifying_key: str = ""


def target_fields(schema: SchemaNode) -> TargetFields:
    """The fields by section, from the schema of a model type."""
    sections = {name: schema.property_schema(name) for name in MODEL_SECTIONS}
    sections["source"] = schema.definition("Release").property_schema("source")
    return TargetFields({name: _fields(section, schema) for name, section in sections.items()})


def _fields(node: SchemaNode, root: SchemaNode) -> TargetFields:
    schema = _without_null(node.dereferenced(root)).dereferenced(root)
    if "array" in schema.types:
        elements = _fields(schema.subschema("items"), root)
        return (
            TargetFields({ELEMENT: elements}, schema.text("x-modelyard-merge")) if elements.children else TargetFields()
        )
    children = {name: SchemaNode.parse(child) for name, child in schema.properties.items() if name != "$delete"}
    return TargetFields(
        {name: _fields(child, root) for name, child in children.items() if "x-modelyard-used-by" not in child}
    )


def _without_null(schema: SchemaNode) -> SchemaNode:
    """The only alternative that is not null, if the schema has one."""
    alternatives = [choice for choice in schema.alternatives("anyOf") if choice.types != ("null",)]
    return alternatives[0] if len(alternatives) == 1 else schema
