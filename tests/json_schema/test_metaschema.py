"""Every mistake of a schema is reported at its location."""

import pytest

from compiler.json_schema.metaschema import SchemaError, SchemaMistake
from compiler.json_schema.validator import Validator


def mistakes(schema) -> tuple[SchemaMistake, ...]:
    with pytest.raises(SchemaError) as refusal:
        Validator(schema)
    return refusal.value.mistakes


def test_every_mistake_is_listed_with_its_location():
    schema = {
        "properties": {"a": {"type": "txt"}, "b": {"minLength": "x"}, "c": {"allOf": [{}, {"required": "d"}]}},
        "$defs": {"unused": {"maxItems": -1}},
    }
    assert [pointer for _, pointer in mistakes(schema)] == [
        ("$defs", "unused", "maxItems"),
        ("properties", "a", "type"),
        ("properties", "b", "minLength"),
        ("properties", "c", "allOf", 1, "required"),
    ]
    assert mistakes(schema)[0].message == "-1 is less than the minimum of 0"


def test_a_schema_of_another_draft_is_held_against_its_own_metaschema():
    draft_4 = "http://json-schema.org/draft-04/schema#"
    assert [pointer for _, pointer in mistakes({"$schema": draft_4, "minimum": 0, "exclusiveMinimum": 1})] == [
        ("exclusiveMinimum",)
    ]


def test_what_the_metaschema_cannot_know_is_one_mistake():
    assert mistakes({"$ref": "#/$defs/none"})[0].pointer == ()
    assert "(" in mistakes({"pattern": "("})[0].message


def test_a_pattern_of_an_invalid_schema_does_not_run_in_python():
    schema = {"properties": {"a": {"pattern": "^(a+)+$", "type": "txt", "const": "a" * 60 + "b"}}}
    assert [pointer for _, pointer in mistakes(schema)] == [("properties", "a", "type")]


def test_a_deep_schema_with_a_mistake_is_no_crash():
    schema: dict = {"type": "txt"}
    for _ in range(200):
        schema = {"not": schema}
    assert mistakes(schema)
