"""Conditions hold where GJSON, which KServe's router asks, says that they do."""

import json

import pytest

from compiler.execution.source_tests.kserve_routes import condition_holds

VERDICTS = [  # the field, the value of the condition, and the operators that hold, as GJSON 1.18.0 says itself
    ("5", "5", "== <= >="),
    ("5", "5.0", "== <= >="),
    ("5", '"abc"', "!= > >="),
    ("5", "true", "!= > >="),
    ("5", '""', "!= > >="),
    ('"5"', "5", "== <= >="),
    ('"5"', "5.0", "!= < <="),
    ('"5"', '"abc"', "!= < <="),
    ('"5"', "true", "!= < <="),
    ('"5"', '""', "!= > >="),
    ("0", "5", "!= < <="),
    ("0", "5.0", "!= < <="),
    ("0", '"abc"', "== <= >="),
    ("0", "true", "== <= >="),
    ("0", '""', "== <= >="),
    ('"abc"', "5", "!= > >="),
    ('"abc"', "5.0", "!= > >="),
    ('"abc"', '"abc"', "== <= >="),
    ('"abc"', "true", "!= < <="),
    ('"abc"', '""', "!= > >="),
    ("true", "5", "!= >="),
    ("true", "5.0", "!= >="),
    ("true", '"abc"', "!= >="),
    ("true", "true", "== >="),
    ("true", '""', "!= >="),
    ("false", "5", "!= <="),
    ("false", "5.0", "!= <="),
    ("false", '"abc"', "!= <="),
    ("false", "true", "!= < <="),
    ("false", '""', "!= <="),
    ("null", "5", ""),
    ("null", "5.0", ""),
    ("null", '"abc"', ""),
    ("null", "true", ""),
    ("null", '""', ""),
    ("{}", "5", ""),
    ("{}", "5.0", ""),
    ("{}", '"abc"', ""),
    ("{}", "true", ""),
    ("{}", '""', ""),
    ("[5]", "5", ""),
    ("[5]", "5.0", ""),
    ("[5]", '"abc"', ""),
    ("[5]", "true", ""),
    ("[5]", '""', ""),
]


@pytest.mark.parametrize(("field", "value", "is_match"), VERDICTS)
def test_a_condition_holds_where_gjson_says_so(field, value, is_match) -> None:
    request = {"v": json.loads(field)}
    operators = ("==", "!=", "<", "<=", ">", ">=")
    assert [
        op for op in operators if condition_holds({"field": "v", "op": op, "value": json.loads(value)}, request)
    ] == is_match.split()


@pytest.mark.parametrize(
    ("field", "query", "exists"),
    [
        ("v.0", {"v": [5]}, True),
        ("v.1.b", {"v": [5, {"b": 5}]}, True),
        ("v.1", {"v": [5]}, False),
        ("v.a", {"v": [5]}, False),
        ("v.0", {"v": {"0": 5}}, True),
        ("v.0", {"v": "5"}, False),
        ("w", {"v": 5}, False),
        ("v", [{"v": 5}], False),
        ("v", None, False),
    ],
)
def test_a_field_is_found_as_gjson_finds_it(field, query, exists) -> None:
    assert condition_holds({"field": field, "op": "==", "value": 5}, query) is exists


def test_not_equal_asks_for_a_field_too() -> None:
    assert not condition_holds({"field": "v", "op": "!=", "value": 5}, {})
