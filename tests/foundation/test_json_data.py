"""When two values are the same data, which parts of data are looked at, and which files hold a JSON object."""

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.foundation.json_data import MAX_JSON_DEPTH, merge_reads, parse_json_object, pick_fields, strictly_equal

scalars = st.sampled_from([None, True, False, 0, 1, 0.0, -0.0, 1.0, "", "1", "a"])
values = st.recursive(
    scalars, lambda below: st.lists(below, max_size=2) | st.dictionaries(st.sampled_from("ab"), below, max_size=2)
)
reads = st.lists(
    st.tuples(st.sampled_from("xy"), st.none() | st.frozensets(st.sampled_from("ab"), max_size=2)), max_size=4
)


@given(values, values)
def test_what_is_written_alike_is_identical_and_nothing_else(one, other):
    assert strictly_equal(one, other) == (json.dumps(one) == json.dumps(other))


@given(values)
def test_a_copy_is_identical(value):
    assert strictly_equal(value, copy.deepcopy(value))


@given(values, st.frozensets(st.sampled_from("ab")))
def test_only_what_is_looked_at_is_left(value, fields):
    assert pick_fields(None, value) is value
    left = pick_fields(fields, value)
    expected = {key: one for key, one in value.items() if key in fields} if isinstance(value, dict) else value
    assert strictly_equal(left, expected)


@given(reads)
def test_all_that_is_looked_at_is_taken_together(field_reads):
    found = merge_reads(field_reads)
    assert found.keys() == {name for name, _ in field_reads}
    for name, fields in found.items():
        reads_of_name = [one for read, one in field_reads if read == name]
        assert fields == (None if None in reads_of_name else frozenset().union(*reads_of_name))


@pytest.mark.parametrize("content", [b"", b"[]", b"1", b"{", b'{"a": \xff}'])
def test_what_is_no_object_is_none(content):
    assert parse_json_object(content) is None


@pytest.mark.parametrize("levels", [MAX_JSON_DEPTH + 1, 900, 100_000])
def test_an_object_of_too_many_levels_is_none(levels):
    assert parse_json_object(b'{"a":' * levels + b"1" + b"}" * levels) is None


def test_an_object_of_few_levels_is_read():
    assert parse_json_object(b'{"a": [{"b": 1}]}') == {"a": [{"b": 1}]}
    assert parse_json_object(b'{"a":' * (MAX_JSON_DEPTH - 1) + b"1" + b"}" * (MAX_JSON_DEPTH - 1)) is not None
