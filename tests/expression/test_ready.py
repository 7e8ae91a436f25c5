"""What is made ready once for many questions is what it would be for each."""

import json

from hypothesis import given
from hypothesis import strategies as st

from compiler.expression.ready import Ready
from compiler.expression.shapes import prepared, shape

NUMBERS = {"type": "object", "properties": {"a": {"type": "number"}, "b": {"type": "integer"}}, "additionalProperties": False}
SCHEMAS = {
    "x": {"type": "object", "properties": {"p": NUMBERS, "q": {"type": "array", "items": NUMBERS}}, "additionalProperties": False},
    "y": {"type": "object", "properties": {"p": {"type": "object"}}, "additionalProperties": False},
    "z": {"type": "array", "items": {"type": "object", "properties": {"p": NUMBERS}, "additionalProperties": False}},
}
SHAPES = {name: shape(schema) for name, schema in SCHEMAS.items()}

numbers = st.dictionaries(st.sampled_from("ab"), st.sampled_from([1, 1.0, 2.5, None, True, "t"]), max_size=2)
pools = st.lists(numbers | st.lists(numbers, max_size=2), min_size=1, max_size=4)


@given(pools, st.data())
def test_a_value_is_ready_for_each_variable_as_if_it_were_the_only_one(pool, data):
    ready = Ready(SHAPES)
    for _ in range(6):
        name = data.draw(st.sampled_from("xyz"))
        held = data.draw(st.dictionaries(st.sampled_from("pq"), st.sampled_from(pool), max_size=2))
        asked = {name: [held] if name == "z" else held, "unknown": held}
        assert json.dumps(ready.of(asked)) == json.dumps({name: prepared(asked[name], SHAPES[name])})


def test_no_value_is_taken_for_one_that_is_gone():
    ready = Ready(SHAPES)
    for number in range(10_000):
        assert ready.of({"x": {"p": {"b": number}}}) == {"x": {"p": {"b": number}}}
