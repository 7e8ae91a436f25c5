"""The engine agrees with an independent implementation, and refuses invalid schemas."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema.validators import validator_for

from compiler.foundation.json_data import value_at
from compiler.json_schema.metaschema import SchemaError
from compiler.json_schema.validator import Validator

WAIT = {"type": "string", "pattern": r"^\d+(ms|s)$", "x-modelyard-expects": "a duration such as 250ms"}
SCHEMAS = {
    "closed": {
        "type": "object",
        "additionalProperties": False,
        "required": ["a", "b"],
        "properties": {"a": {"type": "string"}, "b": {"type": "integer", "minimum": 1}, "c": {"$ref": "#/$defs/wait"}},
        "$defs": {"wait": WAIT},
    },
    "conditions": {
        "properties": {"a": {"enum": ["a", "b", "c"]}},
        "required": ["a"],
        "allOf": [
            {"if": {"properties": {"a": {"const": "a"}}, "required": ["a"]}, "then": {"required": ["b"]}},
            {
                "if": {"properties": {"a": {"const": "b"}}, "required": ["a"]},
                "then": {"properties": {"b": False}},
                "else": {"properties": {"c": {"type": "array", "items": {"type": "string"}, "maxItems": 1}}},
            },
        ],
    },
    "unevaluated": {
        "type": "object",
        "allOf": [{"properties": {"a": {"type": "string"}}}, {"$ref": "#/$defs/more"}],
        "if": {"required": ["c"]},
        "then": {"properties": {"c": {"type": "string"}}},
        "unevaluatedProperties": False,
        "$defs": {"more": {"properties": {"b": {"type": "array", "items": {"type": "integer"}}}}},
    },
    "oneOf": {
        "items": {
            "oneOf": [
                {"properties": {"a": {"const": "a"}, "b": {"type": "string"}}, "required": ["a", "b"]},
                {"properties": {"a": {"const": "b"}, "c": {"type": "integer"}}, "required": ["a", "c"]},
                {"type": "string"},
            ]
        },
        "oneOf": [{"required": ["a"]}, {"required": ["b"]}],
    },
    "anyOf": {
        "additionalProperties": {"anyOf": [WAIT, {"type": "integer", "maximum": 3}, {"type": "null"}]},
        "propertyNames": {"pattern": "^[ab]$", "x-modelyard-expects": "a or b"},
    },
    "patterns": {
        "patternProperties": {"^a": {"type": "string", "pattern": "^a$"}, "b": False},
        "dependentRequired": {"a": ["c"]},
        "dependentSchemas": {"c": {"maxProperties": 1}},
        "items": {"enum": [1, "a", None]},
        "minItems": 2,
        "uniqueItems": True,
        "contains": {"const": 1},
    },
    "not": {"not": {"required": ["a", "b"]}, "prefixItems": [{"type": "integer"}, {"multipleOf": 2}], "items": False},
    "empty": {
        "additionalProperties": False,
        "items": {"properties": {"additionalProperties": False, "a": {"additionalProperties": False}}},
    },
    "names": {"propertyNames": False, "type": ["object", "array"]},
    "old": {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "items": [{"type": "string"}],
        "additionalItems": {"type": "integer"},
        "dependencies": {"a": ["b"], "b": {"required": ["c"]}},
    },
}
KEYS = st.sampled_from(["a", "b", "c", "d", "additionalProperties"])


def values(texts):
    return st.recursive(
        st.none() | st.booleans() | st.integers(-2, 5) | st.sampled_from(texts),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
        max_leaves=12,
    )


# Python's regular expressions differ from those of JSON Schema: `\\d` matches other digits, and `$` before a line break.
TEXTS = ["a", "b", "c", "5ms", "", "bb"]


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_package_jsonschema_agrees(name):
    ours, independent = Validator(SCHEMAS[name]), validator_for(SCHEMAS[name])(SCHEMAS[name])

    @given(values(TEXTS))
    def agree(data):
        assert ours.is_valid(data) == independent.is_valid(data)

    agree()


@pytest.mark.parametrize("name", SCHEMAS)
def test_data_is_valid_exactly_when_nothing_is_found(name):
    validator = Validator(SCHEMAS[name])

    @given(values([*TEXTS, "a\n", "٣s"]))
    def agree(data):
        assert validator.is_valid(data) == (validator.violations(data) == ())

    agree()


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "https://schema.example/remote.json"},
        {"properties": {"a": {"$ref": "sibling.json"}}},
        {"$ref": "#/$defs/none"},
        {"$ref": "file:///etc/passwd"},
        {"type": "txt"},
        {"pattern": "("},
        {"$schema": "https://schema.example/own-dialect"},
    ],
)
def test_an_invalid_schema_is_refused(schema):
    with pytest.raises(SchemaError):
        Validator(schema)


def test_a_reference_inside_an_example_is_only_data():
    Validator({"examples": [{"$ref": "https://schema.example/none"}], "enum": [{"$ref": "#/none"}]})


def test_text_that_is_not_unicode_is_a_violation_and_no_crash():
    validator = Validator({"properties": {"a": {"pattern": f"^[{string.ascii_lowercase}]$"}}})
    assert not validator.is_valid({"a": "\ud800"})
    assert validator.violations({"a": "\ud800"})


def test_depth_is_a_violation_and_no_crash():
    deep: list = []
    for _ in range(1500):
        deep = [deep]
    assert Validator({"items": {"$ref": "#"}, "maxItems": 0}).violations(deep)


@pytest.mark.parametrize("key", ["0", "7", "007", "+5", "-1", "1.5", "99999999999999999999999"])
def test_a_key_of_digits_is_a_key(key) -> None:
    validator = Validator(
        {"additionalProperties": {"properties": {"a": {"type": "string"}}, "additionalProperties": False}}
    )
    pointers = [violation.pointer for violation in validator.violations({key: {"a": 1, "b": 2}})]
    assert sorted(pointers) == [(key, "a"), (key, "b")]


def test_keys_that_are_the_same_number_are_distinguished_by_their_values() -> None:
    validator = Validator({"additionalProperties": {"properties": {"a": {"type": "string"}}}})
    data = {"7": {"a": "x"}, "07": {"a": 1}, "007": "x", "+7": {"b": 3}}
    assert [violation.pointer for violation in validator.violations(data)] == [("07", "a")]


@given(
    st.recursive(
        st.integers(0, 2),
        lambda child: st.lists(child, max_size=2) | st.dictionaries(st.sampled_from(["0", "00", "1", "a"]), child),
    )
)
def test_each_violation_is_somewhere_in_the_data(data) -> None:
    schema = {
        "$defs": {"a": {"maximum": 1, "additionalProperties": {"$ref": "#/$defs/a"}, "items": {"$ref": "#/$defs/a"}}},
        "$ref": "#/$defs/a",
    }
    for violation in Validator(schema).violations(data):
        assert value_at(data, violation.pointer) == 2
