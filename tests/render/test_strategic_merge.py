"""The algebra of strategic merges: elements that may be meant, and where values were before."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.render.list_keys import list_keys
from compiler.render.strategic_merge import Position, StrategicMerge

PORTS = {"ports": ["containerPort", "protocol"], "env": ["name"]}
ROOT = Position((), (), ())


def merged(base: dict, patch: dict) -> tuple[object, StrategicMerge]:
    merge = StrategicMerge()
    return merge.merge(base, patch, list_keys({}, {}, PORTS), ROOT), merge


def test_an_element_is_found_by_the_keys_that_it_has():
    base = {"ports": [{"containerPort": 80, "protocol": "TCP"}, {"containerPort": 90, "protocol": "TCP"}]}
    result, _ = merged(base, {"ports": [{"containerPort": 90, "name": "http"}]})
    assert result == {"ports": [base["ports"][0], {"containerPort": 90, "protocol": "TCP", "name": "http"}]}


@pytest.mark.parametrize(
    ("element", "message"),
    [
        ({"containerPort": 53}, "more than one element"),
        ({"containerPort": 80, "protocol": "UDP"}, "may be the same one or another one"),
        ({"protocol": "TCP"}, "has no `containerPort`"),
    ],
)
def test_an_element_that_may_be_one_or_another_is_a_problem(element, message):
    ports = [{"containerPort": 53, "protocol": "TCP"}, {"containerPort": 53, "protocol": "UDP"}, {"containerPort": 80}]
    result, merge = merged({"ports": ports}, {"ports": [element]})
    assert result == {"ports": ports}
    assert [message in problem.message for problem in merge.problems] == [True]
    assert merge.problems[0].pointer == ("ports", 0)


def test_defaults_of_the_schema_complete_keys():
    item = {"properties": {"protocol": {"default": "TCP"}}}
    ports = {"x-kubernetes-list-map-keys": ["containerPort", "protocol"], "items": item}
    merge = StrategicMerge()
    keys = list_keys({"properties": {"ports": ports}}, {}, {})
    base = {"ports": [{"containerPort": 80}]}
    result = merge.merge(base, {"ports": [{"containerPort": 80, "protocol": "UDP"}]}, keys, ROOT)
    assert result == {"ports": [{"containerPort": 80}, {"containerPort": 80, "protocol": "UDP"}]}


def test_a_value_has_the_place_that_it_had_before_elements_were_removed():
    base = {"env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]}
    _, merge = merged(base, {"env": [{"name": "A", "$patch": "delete"}, {"name": "C", "value": "3"}]})
    assert merge.original_pointer(("env", 0, "value")) == ("env", 1, "value")
    assert merge.original_pointer(("env", 1, "value")) is None


VALUES = st.dictionaries(
    st.sampled_from("abcd"), st.integers(0, 2) | st.dictionaries(st.sampled_from("ab"), st.integers(0, 2))
)
ELEMENTS = st.lists(
    st.fixed_dictionaries({"name": st.sampled_from("xyz"), "value": st.integers(0, 2)}),
    unique_by=lambda each: each["name"],
)


@given(VALUES, ELEMENTS, VALUES, ELEMENTS)
def test_a_merge_applied_twice_changes_nothing_more(base, elements, patch, new_elements):
    base, patch = {**base, "env": elements}, {**patch, "env": new_elements}
    once, first = merged(base, patch)
    assert not first.problems
    twice, second = merged(once, patch)
    assert twice == once
    assert not second.changes
    assert (not first.changes) == (once == base)
