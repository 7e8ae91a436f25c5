"""How far an expression reads into elements of a list: what it does not read need not be there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.cel import CelEnvironment, Expression, Failure
from compiler.cel.field_access import PRESENCE_TEST
from compiler.foundation.json_data import pick_fields

EXPRESSIONS = CelEnvironment({"parts": {"type": "array", "items": {"type": "object"}}, "other": {"type": "object"}})

CASES = {
    "size(parts) > 0": set(),
    "parts.size() > 0": set(),
    "parts.all(p, true)": set(),
    "parts.all(p, p.a.x == 1)": {("a", "x")},
    "parts.all(p, has(p.a))": {("a", PRESENCE_TEST)},
    "parts.all(p, has(p.a.x) && p.b.y == 'q')": {("a", PRESENCE_TEST), ("a", "x", PRESENCE_TEST), ("b", "y")},
    "parts.exists(p, p.a.x in p.b.y)": {("a", "x"), ("b", "y")},
    "parts.filter(p, p.a.x == 1).size() == 1": {(), ("a", "x")},
    "parts.map(p, p.a.x) == [1]": {("a", "x")},
    "parts.all(p, p == other)": {()},
    "parts == []": {()},
    "parts[0].a.x == 1": {()},
    "parts.all(p, p[other.key] == 1)": {()},
    "parts.exists_one(p, parts.all(q, q.b.y >= p.b.y))": {("b", "y")},
    "other.parts.all(p, p.a.x == 1)": set(),
}


def compile_expression(text: str) -> Expression:
    found = EXPRESSIONS.compile(text, check_types=False)
    assert isinstance(found, Expression)
    return found


@pytest.mark.parametrize(("text", "paths"), CASES.items())
def test_it_is_known_how_far_it_reads(text, paths):
    assert compile_expression(text).element_paths("parts") == paths


sections = st.dictionaries(st.sampled_from(["x", "y", "z"]), st.sampled_from([1, 2, "q", "r"]), max_size=3)
elements = st.dictionaries(st.sampled_from(["a", "b", "c"]), sections, max_size=3)


@given(st.sampled_from(list(CASES)), st.lists(elements, max_size=3))
def test_what_it_does_not_read_changes_nothing(text, parts):
    expression, data = compile_expression(text), {"key": "a", "parts": parts}
    paths = expression.element_paths("parts")
    if () in paths:
        return
    read = {path[0]: frozenset(str(one[1]) for one in paths if one[0] == path[0]) for path in paths}
    less = [{key: pick_fields(read[key], held) for key, held in part.items() if key in read} for part in parts]
    whole = expression.evaluate_value({"parts": parts, "other": data})
    assert whole == expression.evaluate_value({"parts": less, "other": data}) or isinstance(whole, Failure)
