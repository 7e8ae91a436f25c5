"""A schema of a project validates output, unless its references would take exponential time."""

import json
from types import SimpleNamespace

from compiler.render.output_schemas import OutputSchemas
from compiler.source.memory_tree import MemoryTree


def schema_of(schema: dict):
    tree = MemoryTree({"schemas/crds/bank.example/thing_v1.json": json.dumps(schema)})
    emitter = SimpleNamespace(schemas={}, digest="")
    return OutputSchemas(tree, "schemas").schema_for(emitter, "bank.example/v1/Thing", {})


def doubling(levels: int) -> dict:
    steps = {f"d{level}": {"allOf": [{"$ref": f"#/$defs/d{level - 1}"}] * 2} for level in range(1, levels)}
    return {"$ref": f"#/$defs/d{levels - 1}", "$defs": {"d0": {"type": "object"}, **steps}}


def test_references_that_double_are_not_evaluated() -> None:
    assert schema_of(doubling(40)) is None


def test_an_ordinary_schema_validates() -> None:
    schema = schema_of({"type": "object", "properties": {"a": {"type": "string"}}})
    assert schema is not None
    assert not schema.validator.is_valid({"a": 1})
    assert schema_of(doubling(4)) is not None


def test_a_schema_that_is_nested_too_deeply_is_not_evaluated() -> None:
    nested: dict = {"type": "object"}
    for _ in range(300):
        nested = {"properties": {"a": nested}}
    assert schema_of(nested) is None
