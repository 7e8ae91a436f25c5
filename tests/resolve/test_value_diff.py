"""Values differ by meaning: a changed spelling, order or place is no difference, and the smallest changed value is one."""

from hypothesis import given
from hypothesis import strategies as st

from compiler.resolve.value_diff import ABSENT, ValueDifference, diff_values
from compiler.spec.merge_rules import MergeRules

RULES = MergeRules(
    children={"env": MergeRules("name", {"value": MergeRules()}), "allow": MergeRules("union"), "sla": MergeRules()}
)
QUANTITIES = {"sla": {"availability": "percentage", "latency": {"*": "duration"}}}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=3), children, max_size=3),
    max_leaves=10,
)


def diff(old, new) -> list[tuple[str, object, object]]:
    return [(one.path, one.old, one.new) for one in diff_values(old, new, RULES, QUANTITIES)]


def test_a_changed_value_is_named_by_its_path() -> None:
    assert diff({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3}}) == [("a.c", 2, 3)]


def test_a_value_that_one_side_lacks_is_reported_once_as_a_whole() -> None:
    assert diff({}, {"canary": {"release": "1.1.0", "weight": "10%"}}) == [
        ("canary", ABSENT, {"release": "1.1.0", "weight": "10%"})
    ]


def test_null_is_a_value() -> None:
    assert diff({"a": None}, {}) == [("a", None, ABSENT)]
    assert diff({"a": None}, {"a": None}) == []


def test_quantities_are_compared_as_quantities() -> None:
    assert diff({"sla": {"availability": "99.50%"}}, {"sla": {"availability": "99.5%"}}) == []
    assert diff({"sla": {"latency": {"p99": "1s"}}}, {"sla": {"latency": {"p99": "1000ms"}}}) == []
    [changed] = diff_values({"sla": {"availability": "99.5%"}}, {"sla": {"availability": "95%"}}, RULES, QUANTITIES)
    assert (changed.quantity, changed.numbers) == ("percentage", (0.995, 0.95))


def test_other_texts_are_no_quantities() -> None:
    assert diff({"note": "99.50%"}, {"note": "99.5%"}) == [("note", "99.50%", "99.5%")]


def test_elements_are_compared_by_their_key_whatever_their_order() -> None:
    old = {"env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]}
    assert diff(old, {"env": old["env"][::-1]}) == []
    assert diff(old, {"env": [{"name": "B", "value": "3"}, {"name": "A", "value": "1"}]}) == [("env.B.value", "2", "3")]
    assert diff(old, {"env": old["env"][:1]}) == [("env.B", {"name": "B", "value": "2"}, ABSENT)]


def test_a_key_that_two_elements_share_identifies_none() -> None:
    twice = {"env": [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]}
    assert diff(twice, {"env": twice["env"][:1]}) == [("env", twice["env"], twice["env"][:1])]


def test_the_order_of_a_set_has_no_meaning_and_that_of_a_list_has() -> None:
    assert diff({"allow": ["a", "b"]}, {"allow": ["b", "a"]}) == []
    assert diff({"args": ["a", "b"]}, {"args": ["b", "a"]}) == [("args", ["a", "b"], ["b", "a"])]


def test_true_is_not_one() -> None:
    assert diff({"a": True}, {"a": 1}) == [("a", True, 1)]


@given(JSON)
def test_no_value_differs_from_itself(value) -> None:
    assert list(diff_values(value, value, RULES, QUANTITIES)) == []


@given(JSON, JSON)
def test_values_that_differ_have_a_difference_in_both_directions(old, new) -> None:
    forward, backward = list(diff_values(old, new)), list(diff_values(new, old))
    assert backward == [ValueDifference(one.pointer, one.new, one.old, one.quantity) for one in forward]
    assert bool(forward) == (repr(old) != repr(new) and old != new) or str(old) != str(new)
