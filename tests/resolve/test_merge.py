"""How layers are laid over each other, as laws."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.resolve.merge import deletions, duplicate_elements, merge
from compiler.spec.merge_rules import ANY_KEY, MergeRules

RULES = MergeRules(
    children={
        "u": MergeRules("union"),
        "k": MergeRules("name", {ANY_KEY: MergeRules(children={"t": MergeRules("union")})}),
        "m": MergeRules(children={"u": MergeRules("union")}),
    }
)

numbers = st.integers(0, 3)
names = st.sampled_from(["a", "b", "c"])
texts = st.lists(names, max_size=3)


def keyed_list(element: st.SearchStrategy) -> st.SearchStrategy:
    return st.dictionaries(names, element, max_size=3).map(
        lambda found: [{"name": name, **rest} for name, rest in found.items()]
    )


def optional_fields(fields: dict) -> st.SearchStrategy:
    return st.fixed_dictionaries({}, optional=fields)


def union(low: int = 1) -> st.SearchStrategy:
    return st.lists(names, min_size=low, max_size=3, unique=True)


WHOLE = optional_fields(
    {
        "x": numbers,
        "l": texts,
        "u": union(),
        "m": optional_fields({"x": numbers, "y": numbers, "u": union()}),
        "k": keyed_list(optional_fields({"v": numbers, "w": numbers, "t": union()})).filter(bool),
    }
)
"""Layers without deletions, of one shape."""

LAYERS = optional_fields(
    {
        "x": st.none() | numbers,
        "l": st.none() | texts,
        "u": st.none() | union(0),
        "m": st.none()
        | optional_fields({"x": st.none() | numbers, "y": st.none() | numbers, "u": st.none() | union(0)}),
        "k": st.none()
        | keyed_list(optional_fields({"v": st.none() | numbers, "t": st.none() | union(0), "$delete": st.just(True)})),
    }
)
"""Layers with everything that one may say."""


@given(WHOLE)
def test_nothing_laid_over_a_value_or_under_it_changes_it(value: dict) -> None:
    assert merge(value, {}, RULES) == value
    assert merge({}, value, RULES) == value


@given(WHOLE, WHOLE, WHOLE)
def test_without_deletions_only_the_order_of_layers_matters(a: dict, b: dict, c: dict) -> None:
    assert merge(merge(a, b, RULES), c, RULES) == merge(a, merge(b, c, RULES), RULES)


@given(WHOLE, LAYERS)
def test_a_layer_laid_over_twice_says_nothing_new(a: dict, b: dict) -> None:
    once = merge(a, b, RULES)
    assert merge(once, b, RULES) == once


@given(LAYERS, LAYERS)
def test_no_input_is_changed(a: dict, b: dict) -> None:
    before = copy.deepcopy((a, b))
    merge(a, b, RULES)
    assert (a, b) == before


@given(LAYERS, LAYERS)
def test_null_deletes_and_never_stays(a: dict, b: dict) -> None:
    merged = merge(merge({}, a, RULES), b, RULES)
    assert all(key not in merged for key, value in b.items() if value is None)
    assert list(deletions(merged, RULES)) == []


@given(WHOLE, LAYERS)
def test_a_list_that_merges_is_never_empty(a: dict, b: dict) -> None:
    merged = merge(a, b, RULES)
    assert merged.get("u") != []
    assert merged.get("k") != []


@given(WHOLE, WHOLE)
def test_elements_keep_their_order_and_new_ones_come_last(a: dict, b: dict) -> None:
    merged = merge(a, b, RULES)
    for key, identity in (("u", str), ("k", lambda element: element["name"])):
        before, over = ([identity(element) for element in side.get(key, [])] for side in (a, b))
        assert [identity(element) for element in merged.get(key, [])] == list(dict.fromkeys([*before, *over]))


def test_an_element_that_is_deleted_and_set_again_starts_empty() -> None:
    deleted = merge({"k": [{"name": "a", "v": 1}, {"name": "b"}]}, {"k": [{"name": "a", "$delete": True}]}, RULES)
    assert deleted == {"k": [{"name": "b"}]}
    assert merge(deleted, {"k": [{"name": "a", "w": 2}]}, RULES) == {"k": [{"name": "b"}, {"name": "a", "w": 2}]}


def test_a_map_laid_over_a_scalar_replaces_it_and_holds_no_null() -> None:
    assert merge({"m": 1}, {"m": {"x": None, "y": 2}}, RULES) == {"m": {"y": 2}}


def test_an_element_that_is_named_twice_is_found_by_the_second() -> None:
    assert list(duplicate_elements({"k": [{"name": "a"}, {"name": "b"}, {"name": "a"}], "u": ["a", "a"]}, RULES)) == [
        ("k", 2, "name")
    ]


def test_a_union_keeps_equal_maps_once() -> None:
    rules = MergeRules(children={"u": MergeRules("union")})
    merged = merge({"u": [{"a": 1, "b": [2]}, "x"]}, {"u": [{"b": [2], "a": 1}, {"a": 2}, "x", '{"a": 2}']}, rules)
    assert merged == {"u": [{"a": 1, "b": [2]}, "x", {"a": 2}, '{"a": 2}']}


TEXT_OR_MAP = MergeRules(children={"e": MergeRules("url", {ANY_KEY: MergeRules()}, has_text_elements=True)})


@pytest.mark.parametrize(
    ("overlay", "expected"),
    [
        (["b"], ["a", {"url": "b", "n": 1}]),
        ([{"url": "a", "n": 2}], [{"url": "a", "n": 2}, {"url": "b", "n": 1}]),
        ([{"url": "a", "$delete": True}, "c"], [{"url": "b", "n": 1}, "c"]),
        ([{"url": "b", "n": None, "m": 3}], ["a", {"url": "b", "m": 3}]),
    ],
)
def test_text_in_a_keyed_list_is_an_element_with_that_key(overlay: list, expected: list) -> None:
    assert merge({"e": ["a", {"url": "b", "n": 1}]}, {"e": overlay}, TEXT_OR_MAP) == {"e": expected}


def test_text_repeats_a_map_with_the_same_key() -> None:
    assert list(duplicate_elements({"e": ["a", {"url": "b"}, "b", {"url": "a"}]}, TEXT_OR_MAP)) == [
        ("e", 2),
        ("e", 3, "url"),
    ]
