"""Values of expressions for given data."""

import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.cel import CelEnvironment, Failure

MODEL = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "share": {"type": "number"},
        "count": {"type": "integer"},
        "odd-name": {"type": "string"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "shares": {"type": "array", "items": {"type": "number"}},
        "risk": {"type": "object", "properties": {"tier": {"type": "string"}, "score": {"type": "number"}}},
        "labels": {"type": "object", "additionalProperties": {"type": "string"}},
        "any": {},
    },
}
EXPRESSIONS = CelEnvironment({"model": MODEL})


def holds(text, **model):
    return EXPRESSIONS.compile(text).evaluate({"model": model})


@pytest.mark.parametrize("share", [2, 2.0, 2.5])
@pytest.mark.parametrize(
    "text", ["model.share > 1", "model.share > 1.5", "model.share * 2.0 >= 4.0", "model.share != 3"]
)
def test_a_number_is_a_number_however_it_was_written(share, text):
    assert holds(text, share=share) is True


def test_a_whole_number_is_one_however_it_was_written():
    assert holds("model.count + 1 == 4", count=3.0) is True
    assert holds("model.shares.all(s, s / 2.0 < 3.0)", shares=[1, 2.5]) is True


def test_null_is_absent():
    assert holds("has(model.name)", name=None) is False
    assert holds("has(model.risk.tier)", risk={"tier": None}) is False


def test_odd_names_stand_in_backticks():
    assert holds('model.`odd-name` == "a"', **{"odd-name": "a"}) is True


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('model.risk.tier == "high"', "`model.risk` is not there: ask has( ) first"),
        ('model.labels["a/b"] == "c"', "`model.labels['a/b']` is not there: ask has( ) first"),
        ("1 / (model.count - 1) > 0", "a division by zero"),
        ('model.tags[3] == "a"', "there is no element 3 in a list of 1"),
        ("model.any.x.y == 1", "`model.any.x` is not there: ask has( ) first"),
        ("model.any + 1 == 2", None),
    ],
)
def test_a_failure_says_why_there_is_no_result(text, message):
    found = holds(text, count=1, tags=["a"], labels={}, any={})
    assert isinstance(found, Failure)
    assert message is None or found.message == message


def test_a_variable_that_is_not_given_is_a_failure():
    assert EXPRESSIONS.compile("has(model.name)").evaluate({}) == Failure("there is no variable `model`")


def test_a_result_of_another_type_is_a_failure_where_types_were_not_checked():
    assert isinstance(EXPRESSIONS.compile("model.any").evaluate({"model": {"any": 3}}), Failure)
    assert EXPRESSIONS.compile("model.any", expect="any").evaluate_value({"model": {"any": [1, {"a": 2.5}]}}) == [
        1,
        {"a": 2.5},
    ]


def test_a_message_is_text():
    text = EXPRESSIONS.compile('"found " + string(model.count)', expect="string")
    assert text.evaluate_value({"model": {"count": 3}}) == "found 3"


@pytest.mark.parametrize(
    "text",
    [
        "model.tags.all(a, model.tags.all(b, model.tags.all(c, model.tags.all(d, true))))",
        "model.tags.map(a, model.tags.map(b, model.tags.map(c, a + b + c))).size() > 0",
    ],
)
def test_loops_end(text):
    expression = EXPRESSIONS.compile(text)
    began = time.process_time()
    assert expression.evaluate({"model": {"tags": ["x"] * 1000}}) == Failure("it goes through too many elements")
    assert time.process_time() - began < 5


def test_a_regular_expression_ends():
    assert holds('model.name.matches("^(a+)+$")', name="a" * 50_000 + "b") is False


def test_values_made_ready_once_serve_many_expressions():
    values = EXPRESSIONS.activation({"model": {"name": "a", "share": 1}})
    texts = ("has(model.name)", "model.share == 1.0", 'model.name == "b"')
    assert [EXPRESSIONS.compile(text).evaluate(values) for text in texts] == [True, True, False]


def test_unchecked_expressions_come_to_the_same():
    for text in ("model.share > 1", "has(model.risk) && model.risk.score > 1", 'model.tags.exists(t, t == "a")'):
        data = {"model": {"share": 2, "tags": ["a"]}}
        assert EXPRESSIONS.compile(text, check_types=False).evaluate(data) == EXPRESSIONS.compile(text).evaluate(data)


def test_what_is_unknown_fails_when_it_was_not_checked():
    for text in ("nothing == 1", "foo(model)", "model.nam == 1"):
        assert isinstance(EXPRESSIONS.compile(text, check_types=False).evaluate({"model": {}}), Failure)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "tier", "a b"]), inner),
    max_leaves=8,
)


@given(JSON)
def test_no_data_raises(value):
    for text in (
        "model.any == model.name",
        "has(model.any.name) && model.any.name.tier > 1",
        "model.any.all(x, x > 1)",
    ):
        found = EXPRESSIONS.compile(text, check_types=False).evaluate({"model": {"any": value, "name": value}})
        assert isinstance(found, bool | Failure)


@given(st.text())
def test_no_text_raises(text):
    EXPRESSIONS.compile(text)


def test_nothing_of_cel_is_imported_before_an_expression_is_compiled():
    code = (
        "import sys; from compiler.cel import CelEnvironment; e = CelEnvironment({'model': {}});"
        "assert not any('cel_expr' in m or 'google.protobuf' in m for m in sys.modules);"
        "e.compile('model.x == 1', check_types=False).evaluate({'model': {'x': 1}});"
        "assert 'cel_expr_python.cel' in sys.modules and 'google.protobuf.descriptor_pb2' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
