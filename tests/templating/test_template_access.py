"""What a template accesses is known from its source."""

from compiler.templating.template_set import TemplateSet


def accesses(text: str, **fragments: str) -> tuple[set[str], set[str]]:
    templates = {"a.j2": text, **{f"{name}.j2": fragment for name, fragment in fragments.items()}}
    access = TemplateSet(templates).access("a.j2")
    assert access is not None
    return (
        {".".join(map(str, path)) for path in access.values},
        {".".join(map(str, path)) for path in access.presences},
    )


def test_a_printed_value_is_used_and_a_tested_one_is_present():
    assert accesses("{{ a.b }}{% if c.d is defined %}x{% endif %}") == ({"a.b"}, {"c.d"})


def test_the_line_of_the_first_use_is_kept():
    access = TemplateSet({"a.j2": "x\n{{ a }}\n{{ a }}\n"}).access("a.j2")
    assert access is not None
    assert access.values["a",] == ("a.j2", 2)


def test_a_variable_that_a_branch_sets_may_have_either_value():
    text = "{% set x = a %}{% if c %}{% set x = b %}{% endif %}{{ x.y }}"
    assert accesses(text)[0] == {"a.y", "b.y"}


def test_a_local_name_hides_a_name_of_the_context_where_it_is_known():
    assert accesses("{% for a in b %}{{ a.c }}{% endfor %}{{ a.d }}")[0] == {"b.*.c", "a.d"}


def test_fragments_and_macros_are_followed_and_recursion_ends():
    text = "{% from 'm.j2' import walk %}{{ walk(a) }}{% include 'i.j2' %}"
    macro = "{% macro walk(x) %}{{ x.y }}{% if x.z %}{{ walk(x) }}{% endif %}{% endmacro %}"
    assert accesses(text, m=macro, i="{{ b.c }}")[0] == {"a.y", "b.c"}


def test_a_macro_is_followed_for_each_value_of_the_names_around_it():
    text = "{% macro m() %}{{ x.y }}{% endmacro %}{% set x = a %}{{ m() }}{% set x = b %}{{ m() }}"
    assert accesses(text)[0] == {"a.y", "b.y"}


def test_a_template_that_is_too_complex_uses_everything_and_a_broken_one_is_none():
    assert accesses("{% macro m(x) %}{% if x %}{{ m(x.y) }}{% endif %}{% endmacro %}{{ m(a) }}")[0] == {""}
    assert TemplateSet({"a.j2": "{{ a"}).access("a.j2") is None
    assert TemplateSet({"a.j2": "{% include 'none.j2' %}"}).access("a.j2") is None
