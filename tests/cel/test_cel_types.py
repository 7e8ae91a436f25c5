"""What a schema says about types."""

import pytest

from compiler.cel.cel_types import ListOf, MapOf, Scalar, Struct, to_cel_value, type_from_schema


@pytest.mark.parametrize(
    ("schema", "form"),
    [
        ({"type": "string"}, Scalar.STRING),
        ({"type": ["integer", "null"]}, Scalar.INT),
        ({"anyOf": [{"type": "number"}, {"type": "null"}]}, Scalar.DOUBLE),
        ({"anyOf": [{"type": "number"}, {"type": "integer"}]}, Scalar.DOUBLE),
        ({"enum": ["a", "b", None]}, Scalar.STRING),
        ({"const": True}, Scalar.BOOL),
        ({"type": ["string", "integer"]}, Scalar.DYN),
        ({"enum": ["a", 1]}, Scalar.DYN),
        ({}, Scalar.DYN),
        ({"$ref": "https://schema.example/x"}, Scalar.DYN),
        ({"type": "array"}, ListOf(Scalar.DYN)),
        ({"type": "array", "prefixItems": [{"type": "string"}], "items": {"type": "string"}}, ListOf(Scalar.STRING)),
        ({"type": "object"}, MapOf(Scalar.DYN)),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, MapOf(Scalar.INT)),
        ({"type": "object", "patternProperties": {"^a": {"type": "integer"}}}, MapOf(Scalar.INT)),
        ({"properties": {"a": {}}, "additionalProperties": True}, MapOf(Scalar.DYN)),
        ({"$ref": "#/$defs/a", "$defs": {"a": {"type": "boolean"}}}, Scalar.BOOL),
    ],
)
def test_a_schema_has_a_shape(schema, form):
    assert type_from_schema(schema) == form


def test_conditions_and_alternatives_are_merged():
    schema = {
        "type": "object",
        "properties": {"a": {"type": "string"}},
        "if": {"properties": {"a": {"const": "x"}}},
        "then": {"properties": {"b": {"type": "integer"}}},
        "oneOf": [{"properties": {"c": {"type": "string"}}}, {"properties": {"c": {"type": "integer"}}}],
    }
    form = type_from_schema(schema)
    assert isinstance(form, Struct)
    assert form.fields == {"a": Scalar.STRING, "b": Scalar.INT, "c": Scalar.DYN}


def test_a_schema_that_holds_itself_has_a_shape_that_does():
    form = type_from_schema({"type": "object", "properties": {"kids": {"type": "array", "items": {"$ref": "#"}}}})
    assert isinstance(form, Struct)
    assert form.fields["kids"] == ListOf(form)


def test_numbers_are_made_what_the_schema_says_and_nulls_leave_maps():
    form = type_from_schema(
        {"properties": {"a": {"type": "number"}, "b": {"type": "integer"}, "c": {"type": "boolean"}}}
    )
    made = to_cel_value({"a": 1, "b": 2.0, "c": True, "d": None, "e": [None, 1]}, form)
    assert repr(made) == "{'a': 1.0, 'b': 2, 'c': True, 'e': [None, 1]}"


def test_a_value_that_does_not_fit_stays_as_it_is():
    form = type_from_schema({"properties": {"a": {"type": "number"}, "b": {"type": "integer"}}})
    assert to_cel_value({"a": "x", "b": 1.5}, form) == {"a": "x", "b": 1.5}
    assert to_cel_value({"a": 10**400}, form) == {"a": 10**400}
    assert to_cel_value([1], form) == [1]
