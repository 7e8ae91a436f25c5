"""No value passes through a parser: at every kind of place a hostile text stays that text, or is refused."""

import json

import pytest
import yaml

from compiler.foundation.provenance import Origin
from compiler.render.template_engine import RenderedTemplate
from compiler.templating.interpolation import is_safe_word

AT_X = (Origin("x"),)
WHOLE = {
    "plain": "k: {{ x }}\nlast: 1\n",
    "double quoted": 'k: "{{ x }}"\nlast: 1\n',
    "single quoted": "k: '{{ x }}'\nlast: 1\n",
    "block": "k: |-\n  {{ x }}\nlast: 1\n",
    "folded": "k: >-\n  {{ x }}\nlast: 1\n",
    "flow": "{k: {{ x }}, last: 1}\n",
    "flow quoted": '{"k": "{{ x }}", "last": 1}\n',
    "beside a comment": "k: {{ x }} # {{ x }}\nlast: 1\n",
    "below a comment": "# {{ x }}\nk: {{ x }}\nlast: 1\n",
    "set": "{% set y = x %}\nk: {{ y }}\nlast: 1\n",
    "set block": "{% set y %}\n{{ x }}\n{% endset %}\nk: {{ y }}\nlast: 1\n",
    "macro": "{% macro m(y) %}{{ y }}{% endmacro %}\nk: {{ m(x) }}\nlast: 1\n",
    "nested macro": "{% macro m(y) %}{{ y }}{% endmacro %}{% macro n(y) %}{{ m(m(y)) }}{% endmacro %}\nk: {{ n(x) }}\nlast: 1\n",
    "call": "{% macro m() %}{{ caller() }}{% endmacro %}\nk: {% call m() %}{{ x }}{% endcall %}\n\nlast: 1\n",
    "loop": "{% for y in [x] %}\nk: {{ y }}\n{% endfor %}\nlast: 1\n",
    "condition": "k: {{ x if true else 'no' }}\nlast: 1\n",
    "default": "k: {{ nothing | default(x) }}\nlast: 1\n",
    "with": "{% with y = x %}\nk: {{ y }}\n{% endwith %}\nlast: 1\n",
    "include": "{% include 'f.j2' %}\nlast: 1\n",
    "import": "{% import 'm.j2' as f %}\nk: {{ f.same(x) }}\nlast: 1\n",
}
FRAGMENTS = {"f.j2": "k: {{ x }}\n", "m.j2": "{% macro same(y) %}{{ y }}{% endmacro %}"}
TEMPLATES = {
    "before": "k: {{ x }}-a\n",
    "after": "k: a/{{ x }}\n",
    "between": 'k: "a {{ x }} b"\n',
    "twice": "k: {{ x }}{{ x }}\n",
    "block": "k: |\n  a\n  {{ x }}\n",
    "key": "a-{{ x }}: 1\n",
    "url": "k: https://h/{{ x }}?q={{ x }}\n",
    "macro": "{% macro m(y) %}a-{{ y }}{% endmacro %}\nk: {{ m(x) }}\n",
    "set": "{% set y %}a-{{ x }}{% endset %}\nk: {{ y }}\n",
    "join": "k: {{ [x, x] | join('-') }}\n",
    "upper": "k: {{ x | upper }}-a\n",
    "call": "{% macro m() %}a-{{ caller() }}{% endmacro %}\nk: {% call m() %}{{ x }}{% endcall %}\n\n",
}


@pytest.mark.parametrize("place", WHOLE)
def test_a_value_that_stands_alone_stays_what_it_is(place, hostile, render):
    made = render(WHOLE[place], fragments=FRAGMENTS, x=hostile)
    assert made.documents == ({"k": hostile, "last": 1},)
    assert yaml.safe_load(made.text) == {"k": hostile, "last": 1}
    as_json = render(WHOLE[place], fragments=FRAGMENTS, x=hostile, format="json")
    assert json.loads(as_json.text) == {"k": hostile, "last": 1}


@pytest.mark.parametrize(
    "place",
    ["{{ x }}: 1", '"{{ x }}": 1', "{{{ x }}: 1}", "{% for k, v in {x: 1}|items %}\n{{ k }}: {{ v }}\n{% endfor %}"],
)
def test_a_value_can_be_a_key(place, hostile, render):
    if place.startswith("{{{"):
        place = "{ {{ x }}: 1}"
    made = render(place + "\n", x=hostile)
    assert made.documents == ({hostile: 1},)
    assert yaml.safe_load(made.text) == {hostile: 1}


def test_a_map_placed_whole_keeps_every_key_and_value(hostile, render):
    tree = {hostile: [hostile, {hostile: hostile}], "n": 1, "null": None}
    made = render("a: {{ x }}\nb: [{{ x }}]\n", x=tree)
    assert yaml.safe_load(made.text) == {"a": tree, "b": [tree]}


@pytest.mark.parametrize("place", TEMPLATES)
def test_inside_larger_text_a_value_is_a_plain_word_or_refused(place, hostile, render):
    result = render(TEMPLATES[place], x=hostile)
    if is_safe_word(hostile):
        assert isinstance(result, RenderedTemplate)
        return
    assert isinstance(result, tuple), result.text
    (problem, *_) = result
    assert problem.origins == AT_X
    assert "plain word" in problem.message
    assert problem.template == "t.j2"


@pytest.mark.parametrize(
    ("word", "fine"),
    [
        ("a", True),
        ("a.b", True),
        ("a:b@c+d/e-f_g", True),
        ("1.2", True),
        ("a..b", True),
        ("", False),
        (".a", False),
        ("-a", False),
        ("a b", False),
        ("a\n", False),
        ("é", False),
        ("a/..", False),
        ("a/../b", False),
        ("a/.../b", True),
        ("a%2e", False),
    ],
)
def test_a_plain_word_can_mean_nothing_else(word, fine):
    assert is_safe_word(word) is fine


def test_filters_do_not_launder_values(hostile, render):
    if is_safe_word(hostile.strip()) or not hostile.strip():
        return
    for chain in ("upper|lower", "trim", "default('')", "default('', true)"):
        made = render("k: a-{{ x | " + chain + " }}\n", x=hostile)
        assert isinstance(made, tuple), chain
    for chain in ("first", "last", "list|first", "sort|first", "unique|first", "reverse|first", "map('trim')|first"):
        made = render("k: a-{{ [x] | " + chain + " }}\n", x=hostile)
        assert isinstance(made, tuple), chain


@pytest.mark.parametrize(
    "template",
    [
        "k: &{{ x }} a\n",
        "k: *{{ x }}\n",
        "k: !{{ x }} a\n",
        "k: !<{{ x }}> a\n",
        "%{{ x }}\n---\nk: 1\n",
        "{{ x }}{{ x }}: {\n",
        "&a{{ x }} k: 1\n",
    ],
)
def test_a_value_in_the_syntax_itself_is_refused(template, problems):
    found = problems(template, x="word")
    assert all(problem.template == "t.j2" for problem in found)


def test_a_comment_with_values_vanishes(data, hostile):
    assert data("# {{ x }}\nk: 1 # {{ x }}\n# {{ x }}{{ x }}\n", x=hostile) == {"k": 1}
