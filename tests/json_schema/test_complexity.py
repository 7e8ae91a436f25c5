"""A schema that doubles is refused; one that is merely large, or refers to itself, is not."""

import json

import pytest

from compiler.foundation import resources
from compiler.json_schema.complexity import complexity_error


def doubling(levels: int, how) -> dict:
    steps = {f"d{n}": how(f"#/$defs/d{n - 1}") for n in range(1, levels)}
    return {"$ref": f"#/$defs/d{levels - 1}", "$defs": {"d0": {"type": "object"}, **steps}}


@pytest.mark.parametrize(
    "shape",
    [
        lambda ref: {"allOf": [{"$ref": ref}, {"$ref": ref}]},
        lambda ref: {"anyOf": [{"$ref": ref}, {"not": {"$ref": ref}}]},
        lambda ref: {"if": {"$ref": ref}, "then": {"$ref": ref}},
        lambda ref: {"$ref": ref, "oneOf": [{"$ref": ref}]},
        lambda ref: {"patternProperties": {"a": {"$ref": ref}, ".": {"$ref": ref}}},
        lambda ref: {"items": {"$ref": ref}, "contains": {"$ref": ref}},
    ],
)
def test_references_that_double_are_refused(shape) -> None:
    assert "more than 10,000" in (complexity_error(doubling(30, shape)) or "")
    assert complexity_error(doubling(5, shape)) is None


def test_one_that_doubles_by_itself_is_refused() -> None:
    again = {"$ref": "#/$defs/a"}
    schema = {"$ref": "#/$defs/a", "$defs": {"a": {"properties": {"x": {"allOf": [again, again]}}}}}
    assert "refers to itself more than once" in (complexity_error(schema) or "")


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"left": {"$ref": "#"}, "right": {"$ref": "#"}}},
        {
            "$defs": {"list": {"properties": {"next": {"$ref": "#/$defs/list"}}}},
            "allOf": [{"$ref": "#/$defs/list"}] * 3,
        },
        doubling(40, lambda ref: {"properties": {"a": {"$ref": ref}, "b": {"$ref": ref}}}),
        {"$anchor": "a", "items": {"$ref": "#a"}},
        {"$ref": "#/$defs/none"},
        {"allOf": True, "properties": [], "$ref": 3},
        *(schema for schemas in (resources.kind_schemas(), resources.type_schemas()) for schema in schemas.values()),
    ],
)
def test_what_does_not_is_none_of_it(schema) -> None:
    assert complexity_error(schema if isinstance(schema, dict) else json.loads(schema)) is None


def test_a_chain_of_references_that_is_too_long_is_refused() -> None:
    assert "a chain of references that is too long" in (
        complexity_error(doubling(20_000, lambda ref: {"$ref": ref})) or ""
    )
