"""Failures that do not fit into memory are collected part by part, with the same causes."""

import subprocess
import sys

import pytest

from compiler.json_schema.validator import Validator

CONSTANTS = [{"const": f"c{number}"} for number in range(20)]
ANY_CONSTANT = {"anyOf": CONSTANTS}
WORDS = [f"x{number}" for number in range(40)]
MEASURE_MEMORY = """
import resource
from compiler.json_schema.validator import Validator
validator = Validator({"items": {"anyOf": [{"const": f"c{n}"} for n in range(200)]}})
start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
assert validator.violations([f"x{n}" for n in range(700)])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - start)
"""
NESTED = {
    "$ref": "#/$defs/tree",
    "$defs": {
        "tree": {
            "type": "object",
            "required": ["name"],
            "properties": {
                "name": {"$ref": "#/$defs/name", "minLength": 2},
                "a/b~c%25": {"prefixItems": [{"type": "integer"}], "items": {"type": "string"}, "maxItems": 3},
                "children": {"type": "array", "items": {"$ref": "#/$defs/tree"}},
                "kind": {"oneOf": [{"const": "a"}, {"type": "integer"}]},
            },
            "allOf": [{"if": {"required": ["kind"]}, "then": {"required": ["children"]}}],
            "patternProperties": {"^x-": {"type": "string"}},
            "additionalProperties": False,
        },
        "name": {"type": "string", "pattern": "^[a-z]+$"},
    },
}


@pytest.fixture
def low_limits(monkeypatch) -> None:
    monkeypatch.setattr("compiler.json_schema.failure_bounds.MAX_FAILURES", 400)
    monkeypatch.setattr("compiler.json_schema.partial_validation._MAX_LISTED_FAILURES", 200)


def test_alternatives_for_many_elements_need_little_memory() -> None:
    output = subprocess.run([sys.executable, "-c", MEASURE_MEMORY], capture_output=True, check=True, text=True).stdout
    assert int(output) < 100_000, "kB; all failures at once need 250 MB"


@pytest.mark.parametrize(
    "data",
    [
        {"name": "B", "kind": 1.5, "a/b~c%25": ["x", 1, "y", "z"], "x-y": 1, "z": 0},
        {"name": "ok", "children": [{"name": 1}, {"kind": "a"}, {"name": "ok", "children": [{"name": "", "q": 1}]}]},
        {"children": {}, "x-a": 1},
        {"name": "ok", "kind": "b"},
        [],
    ],
)
def test_the_causes_are_those_that_validation_of_the_whole_finds(data, monkeypatch) -> None:
    validator = Validator(NESTED)
    expected = validator.violations(data)
    assert expected
    monkeypatch.setattr("compiler.json_schema.failure_bounds.MAX_FAILURES", 12)
    assert [(item.pointer, item.message, item.help) for item in Validator(NESTED).violations(data)] == [
        (item.pointer, item.message, item.help) for item in expected
    ]


@pytest.mark.usefixtures("low_limits")
def test_the_only_mistake_among_many_alternatives_is_found() -> None:
    [violation] = Validator({"items": ANY_CONSTANT}).violations([*["c1"] * 40, "bad"])
    assert violation.pointer == (40,)
    assert violation.message == 'expected one of 20 alternatives, found "bad"'


@pytest.mark.usefixtures("low_limits")
@pytest.mark.parametrize(
    ("schema", "data"),
    [
        ({"items": {"allOf": CONSTANTS}}, WORDS),
        ({"items": {"oneOf": CONSTANTS}}, WORDS),
        ({"additionalProperties": ANY_CONSTANT}, dict.fromkeys(WORDS, 1)),
        ({"$schema": "http://json-schema.org/draft-07/schema#", "items": ANY_CONSTANT}, WORDS),
        (
            {"allOf": [{"properties": {"list": {"items": ANY_CONSTANT}}}], "unevaluatedProperties": False},
            {"list": WORDS},
        ),
    ],
)
def test_a_long_list_of_violations_ends_with_a_note(schema, data) -> None:
    *violations, last = Validator(schema).violations(data)
    assert 8 < len(violations) < 20
    assert last.message == "more values violate the schema than can be listed"


@pytest.mark.usefixtures("low_limits")
@pytest.mark.parametrize(
    "schema",
    [
        {"anyOf": [{"items": ANY_CONSTANT}, {"type": "null"}]},
        {"$dynamicRef": "#a", "$defs": {"x": {"$dynamicAnchor": "a", "items": ANY_CONSTANT}}},
    ],
)
def test_what_cannot_be_split_is_one_violation(schema) -> None:
    [violation] = Validator(schema).violations(WORDS)
    assert violation.message == "a list matches none of the alternatives, for too many reasons to list"
