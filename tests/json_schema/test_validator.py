"""What a violation says, and which violations there are."""

import pytest

from compiler.json_schema.metaschema import SchemaError
from compiler.json_schema.validator import Validator

DURATION = {"type": "string", "pattern": "^[0-9]+(ms|s)$", "x-modelyard-expects": "a duration such as 250ms"}
DEPLOY = {
    "type": "object",
    "additionalProperties": False,
    "properties": {"scaling": {"type": "object"}, "timeout": DURATION},
}
STEP_A = {
    "properties": {"kind": {"const": "a"}, "x": {"type": "string"}},
    "required": ["kind", "x"],
    "additionalProperties": False,
}
STEP_B = {
    "properties": {"kind": {"const": "b"}, "y": {"type": "integer"}},
    "required": ["kind", "y"],
    "additionalProperties": False,
}
MODEL = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name", "type"],
    "properties": {
        "name": {"type": "string", "minLength": 1, "description": "The model's name. More of it."},
        "type": {"enum": ["ml", "llm", "agent", "rules"]},
        "deploy": DEPLOY,
        "source": {"type": "object"},
        "steps": {"type": "array", "items": {"type": "object", "oneOf": [STEP_A, STEP_B]}},
        "where": {"oneOf": [{"required": ["path"]}, {"required": ["uri"]}]},
        "wait": {"anyOf": [DURATION, {"type": "null"}]},
        "share": {"anyOf": [{"type": "integer", "maximum": 100}, {"type": "string", "pattern": "%$"}]},
    },
    "allOf": [
        {
            "if": {"properties": {"type": {"const": "llm"}}, "required": ["type"]},
            "then": {"required": ["source"], "properties": {"source": {"required": ["base"]}}},
        },
        {
            "if": {"properties": {"type": {"const": "rules"}}, "required": ["type"]},
            "then": {"properties": {"source": False}},
        },
    ],
}
MODELS = Validator(MODEL)
GOOD = {"name": "a", "type": "ml"}


def violation_details(data, schema=None):
    found = (MODELS if schema is None else Validator(schema)).violations(data)
    return [(one.pointer, one.keyword, one.message, one.help) for one in found]


def test_valid_data_has_no_violation():
    assert MODELS.is_valid(GOOD)
    assert violation_details(GOOD) == []


def test_each_missing_key_is_reported_at_the_map_that_lacks_it():
    assert violation_details({}) == [
        ((), "required", "`name` is missing", "add `name` (the model's name)"),
        ((), "required", "`type` is missing", "add `type`; known values: `ml`, `llm`, `agent`, `rules`"),
    ]
    assert [one.missing_key for one in MODELS.violations({})] == ["name", "type"]


def help_for_unknown_key(data):
    return [violation.help for violation in MODELS.violations(data) if violation.keyword == "unknown"]


def test_a_key_that_the_schema_declares_elsewhere_is_to_be_moved_there():
    assert help_for_unknown_key({**GOOD, "timeout": "250ms"}) == ["move it to `deploy.timeout`"]
    assert help_for_unknown_key({**GOOD, "deploy": {"scaling": {}}, "timeout": "1s"}) == ["move it to `deploy.timeout`"]


@pytest.mark.parametrize(
    "data",
    [
        {**GOOD, "timeout": "soon"},
        {**GOOD, "timeout": {"request": "250ms"}},
        {**GOOD, "timeout": "250ms", "deploy": {"timeout": "1s"}},
        {**GOOD, "timeout": "250ms", "deploy": ["timeout"]},
        {**GOOD, "deploy": {"type": "ml"}},
        {"name": "a", "deploy": {"type": "float"}},
    ],
    ids=[
        "value refused",
        "map for text",
        "key has a value",
        "no map",
        "key of the root has a value",
        "value of the root refused",
    ],
)
def test_a_key_is_not_to_be_moved_where_its_value_is_refused_or_the_key_has_a_value(data):
    (help_,) = help_for_unknown_key(data)
    assert help_.startswith("use `")


def test_each_unknown_key_is_reported_at_the_key_with_the_name_that_was_meant():
    assert violation_details({**GOOD, "deploy": {"scalin": 1, "x": 1}}) == [
        (
            ("deploy", "scalin"),
            "unknown",
            "unknown key `scalin`",
            "did you mean `scaling`? known keys: `scaling`, `timeout`",
        ),
        (("deploy", "x"), "unknown", "unknown key `x`", "use `scaling` or `timeout`"),
    ]


def test_a_key_that_stands_there_already_is_not_suggested_again():
    found = violation_details({**GOOD, "deploy": {"scalin": {}, "scaling": {}}})
    assert found[0][3] == "remove it, or merge it into `scaling`, which is there too"


def test_each_key_of_a_map_that_must_be_empty_is_reported():
    found = violation_details({"a": 1, "b": 2}, {"type": "object", "additionalProperties": False})
    assert [one[:2] for one in found] == [(("a",), "unknown"), (("b",), "unknown")]


def test_a_misspelt_key_is_not_missing_too():
    found = violation_details({"nme": "a", "type": "ml"})
    known = "`deploy`, `name`, `share`, `source`, `steps`, `wait`, `where`"
    assert found == [(("nme",), "unknown", "unknown key `nme`", f"did you mean `name`? known keys: {known}")]


def test_the_words_of_the_schema_stand_for_its_pattern():
    assert violation_details({**GOOD, "deploy": {"timeout": "fast"}}) == [
        (
            ("deploy", "timeout"),
            "pattern",
            'expected a duration such as 250ms, found "fast"',
            "write a duration such as 250ms",
        )
    ]


def test_the_authors_own_spelling_is_shown():
    found = MODELS.violations({**GOOD, "deploy": {"timeout": True}}, spelling=lambda _: "on")
    assert [one.message for one in found] == ["expected a duration such as 250ms, found `on`"]


def test_what_stands_empty_is_nothing():
    found = Validator({"properties": {"a": {"type": "string"}}}).violations({"a": None}, spelling=lambda _: "")
    assert [violation.message for violation in found] == ["expected text, found nothing"]


def test_a_value_outside_a_list_is_answered_with_the_list_or_the_value_that_was_meant():
    assert violation_details({**GOOD, "type": "agnt"}) == [
        (
            ("type",),
            "enum",
            '"agnt" is not a known value',
            "did you mean `agent`? known values: `ml`, `llm`, `agent`, `rules`",
        )
    ]
    assert violation_details({**GOOD, "type": "vendor"})[0][3] == "use `ml`, `llm`, `agent` or `rules`"


def test_a_wrong_type_hides_what_lies_below_it():
    schema = {"allOf": [{"type": "object"}, {"items": {"type": "string"}, "maxItems": 0}]}
    assert violation_details([1, 2], schema) == [((), "type", "expected a map, found a list", "write a map")]


def test_a_violation_of_a_conditional_schema_is_reported_as_one_of_its_keywords():
    assert violation_details({**GOOD, "type": "llm"}) == [((), "required", "`source` is missing", "add `source`")]
    assert violation_details({**GOOD, "type": "llm", "source": {}}) == [
        (("source",), "required", "`base` is missing", "add `base`")
    ]
    assert violation_details({**GOOD, "type": "rules", "source": {}}) == [
        (("source",), "unknown", "`source` is not allowed here", "remove it")
    ]


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ({"kind": "a"}, [(("steps", 0), "required", "`x` is missing", "add `x`")]),
        (
            {"kind": "b", "y": "q"},
            [(("steps", 0, "y"), "type", 'expected a whole number, found "q"', "write a whole number")],
        ),
        ({"kind": "c"}, [(("steps", 0, "kind"), "enum", 'expected "a" or "b", found "c"', "use `a` or `b`")]),
        ({}, [(("steps", 0), "required", "`kind` is missing", "add `kind`")]),
        (
            [],
            [
                (
                    ("steps", 0),
                    "type",
                    "expected a map, found an empty list",
                    "write a map with the keys `kind`, `x` and `y`",
                )
            ],
        ),
    ],
)
def test_of_alternatives_the_one_that_was_meant_is_reported(step, expected):
    assert violation_details({**GOOD, "steps": [step]}) == expected


def test_alternatives_that_ask_for_one_key_each_are_reported_by_their_keys():
    assert violation_details({**GOOD, "where": {}})[0][2] == "expected `path` or `uri`, found none of them"
    assert violation_details({**GOOD, "where": {"path": 1, "uri": 1}})[0][2] == (
        "expected only one of `path`, `uri`, found `path` and `uri`"
    )


def test_null_is_not_offered_where_a_value_is_expected():
    assert violation_details({**GOOD, "wait": 3})[0][2] == "expected a duration such as 250ms, found 3"


def test_the_alternative_of_the_right_type_is_reported():
    assert violation_details({**GOOD, "share": 101})[0][1:3] == ("maximum", "expected at most 100, found 101")
    assert violation_details({**GOOD, "share": []})[0][1:3] == (
        "type",
        "expected a whole number or text, found an empty list",
    )


@pytest.mark.parametrize(
    ("schema", "data", "message"),
    [
        ({"minLength": 1}, "", 'expected text that is not empty, found ""'),
        ({"maxLength": 2}, "abc", "expected at most 2 characters, found 3"),
        ({"minItems": 1}, [], "expected at least 1 element, found an empty list"),
        ({"uniqueItems": True}, ["a", "b", "a"], 'expected unique elements, found "a" twice'),
        ({"exclusiveMinimum": 0}, 0, "expected more than 0, found 0"),
        ({"multipleOf": 5}, 7, "expected a multiple of 5, found 7"),
        ({"const": "v1"}, "v2", 'expected "v1", found "v2"'),
        ({"format": "date"}, "1.2.2026", 'expected a date such as 2026-01-31, found "1.2.2026"'),
        ({"pattern": "^a$", "description": "One `a`. Or none."}, "b", 'expected one `a`, found "b"'),
        ({"pattern": "^a$"}, "b", 'expected text that matches ^a$, found "b"'),
        ({"not": {"const": "latest", "description": "A moving tag"}}, "latest", None),
        ({"prefixItems": [True], "items": False}, [1, 2], "expected at most 1 elements, found more"),
    ],
)
def test_a_message_contains_the_expected_and_the_actual_value(schema, data, message):
    expected = message or 'expected a value other than a moving tag, found "latest"'
    assert [one[2] for one in violation_details(data, schema)] == [expected]


def test_long_values_are_cut():
    assert len(violation_details("x" * 5000, {"const": "y"})[0][2]) < 100


def test_keys_that_exclude_each_other_are_named():
    schema = {"not": {"required": ["replicas", "scaling"]}}
    assert violation_details({"replicas": 1, "scaling": 2}, schema) == [
        (("scaling",), "unknown", "`replicas` and `scaling` cannot be used together", "remove one of them")
    ]


def test_keys_known_to_a_part_that_failed_are_not_called_unknown():
    part = {"properties": {"a": {"type": "string"}}}
    found = violation_details({"a": 1, "b": 2}, {"allOf": [part], "unevaluatedProperties": False})
    assert [one[:2] for one in found] == [(("a",), "type"), (("b",), "unknown")]


def test_references_lead_into_the_given_resources():
    schema = {"$ref": "parts.json#/$defs/wait"}
    found = Validator(schema, resources={"parts.json": {"$defs": {"wait": DURATION}}}).violations("x")
    assert [one.message for one in found] == ['expected a duration such as 250ms, found "x"']


def test_violations_stand_in_the_order_of_their_places():
    data = {"l": list(range(12)), "a": 1}
    schema = {"properties": {"l": {"items": {"type": "string"}}, "a": {"type": "string"}}}
    assert [one.pointer for one in Validator(schema).violations(data)] == [("a",), *(("l", i) for i in range(12))]


@pytest.mark.parametrize("schema", [{"$ref": "#/$defs/none"}, {"type": "txt"}, {"pattern": "("}, {"required": "a"}])
def test_a_schema_that_cannot_be_used_is_refused_when_it_is_built(schema):
    with pytest.raises(SchemaError):
        Validator(schema)
