"""The values that a one-line template reads, so that equal ones are rendered once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.templating.template_set import TemplateSet

CASES = {
    "{{ name }}": {"name": None},
    "{{ model.a }}-{{ model.b.c }}": {"model": {"a", "b"}},
    "{{ model['a'] }}": {"model": {"a"}},
    "{{ model[key] }}": {"model": None, "key": None},
    "{{ model.list[0] }}": {"model": {"list"}},
    "{{ model }}{{ model.a }}": {"model": None},
    "{% if model.a is defined %}{{ name }}{% endif %}": {"model": {"a"}, "name": None},
    "{% for one in model.list %}{{ one.x }}{% endfor %}": {"model": {"list"}, "one": None},
    "{{ model.a | default(omit) }}": {"model": {"a"}, "omit": None},
    "{{ {'k': name, 'l': model.a} }}": {"name": None, "model": {"a"}},
    "{{ model.a if name == 'x' else other.b }}": {"model": {"a"}, "name": None, "other": {"b"}},
}


@pytest.mark.parametrize(("text", "expected"), CASES.items())
def test_it_looks_at_fields_and_no_further(text, expected) -> None:
    found = TemplateSet({}).inline_reads(text)
    assert found == {name: fields if fields is None else frozenset(fields) for name, fields in expected.items()}


@pytest.mark.parametrize("text", ["{{ ", "{% include 'x.j2' %}", "{% from 'x.j2' import y %}{{ y() }}", "{{ 1 + 1 }}"])
def test_reads_of_other_files_and_of_invalid_templates_are_unknown(text) -> None:
    assert TemplateSet({"x.j2": "{{ name }}"}).inline_reads(text) is None


FIELDS = st.fixed_dictionaries({key: st.sampled_from(["x", "y", 1, True]) for key in ("a", "b", "c")})


@given(st.sampled_from(list(CASES)), FIELDS, FIELDS)
def test_what_it_does_not_look_at_changes_nothing(text, first, second) -> None:
    looked_at = TemplateSet({}).inline_reads(text)
    fields = looked_at.get("model", frozenset())
    context = {"name": "x", "key": "a", "other": {"b": "z"}}
    changed = {key: (first if fields is None or key in fields else second)[key] for key in first}
    found = [
        TemplateSet({}).evaluate(text, {**context, "model": {**model, "b": {"c": model["b"]}, "list": [{"x": 1}]}})
        for model in (first, changed)
    ]
    assert repr(found[0]) == repr(found[1]) or found[0] == found[1]
