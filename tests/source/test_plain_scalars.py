"""YAML 1.2 core, narrowed to what readers agree on."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yaml import SafeLoader, ScalarNode
from yaml.resolver import Resolver

from compiler.source.plain_scalars import SPECIAL_FIRST_CHARACTERS, AmbiguousScalar, InvalidNode, resolve_scalar

STR = "tag:yaml.org,2002:str"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None), ("~", None), ("null", None), ("Null", None), ("NULL", None),
        ("true", True), ("True", True), ("TRUE", True), ("false", False), ("False", False), ("FALSE", False),
        ("0", 0), ("7", 7), ("-12", -12), ("+5", 5), ("0x1F", 31),
        ("0.5", 0.5), (".5", 0.5), ("1.", 1.0), ("3.0", 3.0), ("-2.25", -2.25), ("1.5e+3", 1500.0),
        ("0.00001", 0.00001),
        ("9223372036854775807", 2**63 - 1), ("-9223372036854775808", -(2**63)),
    ],
)  # fmt: skip
def test_what_readers_agree_on_is_a_value(text, value):
    assert resolve_scalar(text) == (value, None)
    assert type(resolve_scalar(text)[0]) is type(value)


@pytest.mark.parametrize(
    "text",
    [
        "no",
        "yes",
        "on",
        "off",
        "y",
        "n",
        "Y",
        "N",
        "No",
        "YES",
        "Off",
        "12:30:45",
        "190:20:30.15",
        "1e10",
        "1E-3",
        "017",
        "007",
        "08",
        "1_000",
        "0b101",
        "2026-01-01",
        "=",
        "<<",
        "0x_1F",
        "+0x1F",
        "1_0.5",
        "2001-12-14t21:59:43.10-05:00",
    ],
)
def test_what_readers_disagree_on_stays_the_text_and_quoting_it_is_safe(text):
    value, problem = resolve_scalar(text)
    assert value == text
    assert problem == AmbiguousScalar(problem.message, f'"{text}"', safe=True)


@pytest.mark.parametrize(("text", "value"), [("1.10", 1.1), ("3.00", 3.0), ("1.5e3", 1500.0), ("00.5", 0.5)])
def test_a_number_that_loses_its_digits_is_doubted_and_quoting_it_is_no_safe_fix(text, value):
    assert resolve_scalar(text)[0] == value
    assert resolve_scalar(text)[1] == AmbiguousScalar(resolve_scalar(text)[1].message, f'"{text}"', safe=False)


def test_an_octal_number_of_1_2_has_a_decimal_as_its_safe_fix():
    value, problem = resolve_scalar("0o17")
    assert value == 15
    assert (problem.replacement, problem.safe) == ("15", True)


@pytest.mark.parametrize(("text", "replacement"), [("-.5", "-0.5"), ("+.25", "+0.25"), ("-.0", "-0.0")])
def test_a_signed_fraction_that_some_read_as_text_has_its_zero_as_its_safe_fix(text, replacement):
    value, problem = resolve_scalar(text)
    assert value == float(replacement)
    assert (problem.replacement, problem.safe) == (replacement, True)


@pytest.mark.parametrize(
    "text",
    [".inf", "-.Inf", "+.INF", ".nan", ".NaN", "9223372036854775808", "-9223372036854775809", "1.0e999", "9" * 5000],
)
def test_what_json_cannot_hold_is_refused_and_stays_the_text(text):
    value, problem = resolve_scalar(text)
    assert value == text
    assert isinstance(problem, InvalidNode)


@pytest.mark.parametrize(
    "text",
    [
        "500m",
        "1Gi",
        "99.9%",
        "250ms",
        "3.1.0",
        "1.2.3.4",
        "10.0.0.0/8",
        "--",
        "^2",
        "8080:80",
        "nope",
        "offline",
        "yesterday",
        "2026q1",
    ],
)
def test_ordinary_words_are_text_without_a_doubt(text):
    assert resolve_scalar(text) == (text, None)


@given(
    st.text(alphabet="0123456789+-._:eExob aTZnf", max_size=12)
    | st.from_regex(r"[-+]?[0-9._]{1,6}([eE][-+]?[0-9]{1,3})?", fullmatch=True)
)
def test_whatever_yaml_1_1_reads_as_something_else_is_never_silently_text(text):
    value, reason = resolve_scalar(text)
    other = Resolver().resolve(ScalarNode, text, (True, False))
    if isinstance(value, str) and other != STR:
        assert reason is not None
    if value is not None and not isinstance(value, str) and other == STR:
        assert reason is not None or math.isfinite(value)


@given(st.text(alphabet="0123456789+-.xabcdef", min_size=1, max_size=8))
def test_a_number_without_a_doubt_is_the_same_number_in_yaml_1_1(text):
    value, problem = resolve_scalar(text)
    if problem is None and isinstance(value, int | float) and not isinstance(value, bool):
        loader = SafeLoader("")
        tag = loader.resolve(ScalarNode, text, (True, False))
        assert loader.construct_object(ScalarNode(tag, text)) == value


@given(st.text(max_size=6))
def test_a_scalar_that_begins_otherwise_is_the_text_that_was_written(text):
    if text and text[0] not in SPECIAL_FIRST_CHARACTERS:
        assert resolve_scalar(text) == (text, None)
