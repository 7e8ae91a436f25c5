"""Both engines say the same."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.json_schema import SchemaError, Validator
from compiler.json_schema.engine_python import PythonEngine
from compiler.json_schema.engine_rust import RustEngine

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
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 5) | st.sampled_from(["a", "b", "c", "5ms", "", "a\n", "٣s", "bb"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize("name", SCHEMAS)
def test_engines_find_the_same_violations(name):
    rust, python = (Validator(SCHEMAS[name], engine=engine) for engine in (RustEngine, PythonEngine))

    @given(VALUES)
    def agree(data):
        assert rust.is_valid(data) == python.is_valid(data)
        assert rust.violations(data) == python.violations(data)

    agree()


@pytest.mark.parametrize("name", SCHEMAS)
def test_data_is_valid_exactly_when_nothing_is_found(name):
    validator = Validator(SCHEMAS[name])

    @given(VALUES)
    def agree(data):
        assert validator.is_valid(data) == (validator.violations(data) == ())

    agree()


FORMATS = {
    "date": ["2026-01-31", "2026-02-30", "31.1.2026", ""],
    "date-time": ["2026-01-31T12:00:00Z", "2026-02-30T12:00:00Z", "2026-01-31 12:00", "2026-01-31T12:00:00+02:00"],
    "duration": ["P30D", "PT5M", "P1Y2M3DT4H5M6S", "P", "PT", "5m", "P1W"],
    "uri": ["https://a.example/b?c#d", "s3://bucket/key", "a b", "//x", "relative", "urn:x:y"],
    "hostname": ["a.example", "-a", "a" * 64, "A.b", "a_b"],
    "email": ["a@b.example", "a", "a@", "@b"],
    "ipv4": ["1.2.3.4", "1.2.3", "256.1.1.1"],
    "uuid": ["2eb8aa08-aa98-11ea-b4aa-73b441d16380", "2eb8aa08"],
    "nonsense": ["anything"],
}


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in FORMATS.items() for text in texts])
def test_engines_agree_on_formats(name, text):
    schema = {"format": name}
    assert Validator(schema, engine=RustEngine).is_valid(text) == Validator(schema, engine=PythonEngine).is_valid(text)


@pytest.mark.parametrize("engine", [RustEngine, PythonEngine])
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
def test_engines_refuse_the_same_schemas(engine, schema):
    with pytest.raises(SchemaError):
        Validator(schema, engine=engine)


@pytest.mark.parametrize("engine", [RustEngine, PythonEngine])
def test_a_reference_inside_an_example_is_only_data(engine):
    Validator({"examples": [{"$ref": "https://schema.example/none"}], "enum": [{"$ref": "#/none"}]}, engine=engine)


@pytest.mark.parametrize("engine", [RustEngine, PythonEngine])
def test_text_that_is_not_unicode_is_a_violation_and_no_crash(engine):
    validator = Validator({"properties": {"a": {"pattern": f"^[{string.ascii_lowercase}]$"}}}, engine=engine)
    assert not validator.is_valid({"a": "\ud800"})
    assert validator.violations({"a": "\ud800"})


@pytest.mark.parametrize("engine", [RustEngine, PythonEngine])
def test_depth_is_a_violation_and_no_crash(engine):
    deep: list = []
    for _ in range(1500):
        deep = [deep]
    assert Validator({"items": {"$ref": "#"}, "maxItems": 0}, engine=engine).violations(deep)
