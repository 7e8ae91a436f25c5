"""What templates may do, and the sentence for each thing that they may not."""

import json

import pytest

from compiler.foundation.provenance import Origin
from compiler.render.template_engine import RenderedTemplate, TemplateEngine
from compiler.templating.template_errors import RenderLimits
from compiler.templating.template_set import TemplateSet

MODEL = {
    "name": "card-fraud",
    "port": 8080,
    "on": True,
    "off": False,
    "share": 0.5,
    "nothing": None,
    "empty": [],
    "items": [{"n": "b", "v": 2}, {"n": "a", "v": 1}],
    "keys": "k",
    "values": "v",
    "labels": {"z": "1", "a": "2"},
    "tree": [{"name": "r", "of": [{"name": "s", "of": []}]}],
}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("m.name", "card-fraud"),
        ("m['name']", "card-fraud"),
        ("m.port", 8080),
        ("m.on", True),
        ("m.share", 0.5),
        ("m.keys", "k"),
        ("m.values", "v"),
        ("m.items[0].n", "b"),
        ("m.items | length", 2),
        ("m.labels", {"z": "1", "a": "2"}),
        ("m.items | map(attribute='n') | list", ["b", "a"]),
        ("m.items | sort('v') | map(attribute='n') | list", ["a", "b"]),
        ("m.items | selectattr('v', 'eq', 1) | map(attribute='n') | list", ["a"]),
        ("m.items | rejectattr('v', 'eq', 1) | length", 1),
        ("m.labels | dictsort | first", ["a", "2"]),
        ("m.labels | items | last", ["a", "2"]),
        ("m.labels | keys", ["z", "a"]),
        ("m.name | upper", "CARD-FRAUD"),
        ("m.items | map(attribute='n') | map('upper') | join(',')", "B,A"),
        ("m.missing | default('d')", "d"),
        ("m.nothing | default('d', true)", "d"),
        ("m.name | default('d')", "card-fraud"),
        ("[m.port, 'x', {'a': m.on}]", [8080, "x", {"a": True}]),
        ("-1", -1),
        ("m.items | reverse | first", {"n": "a", "v": 1}),
        ("['a', 'b', 'a'] | unique | list", ["a", "b"]),
        ("'x' if m.on else 'y'", "x"),
        ("m.name | length", 10),
    ],
)
def test_a_value_is_placed_as_it_is(expression, value, data):
    found = data("k: {{ " + expression + " }}\n", m=MODEL)["k"]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "condition",
    [
        "m.on",
        "not m.off",
        "m.on is true",
        "m.off is false",
        "m.on is boolean",
        "m.on == true",
        "m.nothing is none",
        "m.nothing is defined",
        "m.missing is undefined",
        "m.missing is not defined",
        "m.name is string",
        "m.port is number",
        "m.on is not number",
        "m.port is integer",
        "m.share is float",
        "m.labels is mapping",
        "m.items is sequence",
        "m.port == 8080",
        "m.port > 80",
        "m.port is ge 80",
        "'z' in m.labels",
        "'q' not in m.labels",
        "m.name in ['card-fraud']",
        "m.name == 'card-fraud'",
        "m.empty == []",
        "not m.empty",
        "m.labels == {'z': '1', 'a': '2'}",
        "'fraud' in m.name",
        "m.off is not none",
        "m.name is in ['card-fraud']",
        "m.port is ne 1",
        "m.port is lt 9000",
        "m.port is le 8080",
        "m.port is gt 1",
        "8079 < m.port <= 8080",
    ],
)
def test_conditions_see_the_value(condition, data):
    assert data("k: {% if " + condition + " %}yes it is{% else %}no{% endif %}\n", m=MODEL)["k"] == "yes it is"


def test_what_a_macro_or_a_block_made_compares_as_its_text(data):
    text = (
        "{% macro f(x) %}\n  {{ x }}-y\n{% endmacro %}{% set s %}{{ m.name }}{% endset %}"
        "a: {{ f('x') == 'x-y' }}\nb: {{ s == 'card-fraud' }}\nc: {{ f(m.name) }}\nd: {{ 'fraud' in f(m.name) }}\n"
        "e: {{ f(m.name) | upper }}\nf: {{ s }}\ng: '{{ f(m.port) }}'\nh: {{ f(m.port) | length }}\n"
    )
    assert data(text, m=MODEL) == {
        "a": True,
        "b": True,
        "c": "card-fraud-y",
        "d": True,
        "e": "CARD-FRAUD-Y",
        "f": "card-fraud",
        "g": "8080-y",
        "h": 6,
    }


def test_a_quoted_value_becomes_text(data):
    text = 'a: "{{ m.port }}"\nb: "{{ m.on }}"\nc: \'{{ m.share }}\'\nd: "{{ m.name }}"\ne: |-\n  {{ m.port }}\nf: {{ m.port }}.0\n'
    assert data(text, m=MODEL) == {"a": "8080", "b": "true", "c": "0.5", "d": "card-fraud", "e": "8080", "f": "8080.0"}


def test_omit_takes_keys_and_elements_away(data):
    text = """
a: {{ m.missing | default(omit) }}
b: "{{ m.missing | default(omit) }}"
c: [{{ m.port }}, {{ m.missing | default(omit) }}, {{ m.on }}]
d: {x: {{ m.missing | default(omit) }}}
{{ m.name }}: {{ m.missing | default(omit) }}
{{ m.keys }}: {{ {'a': m.missing | default(omit), 'b': [omit, 1]} }}
"""
    assert data(text, m=MODEL) == {"c": [8080, True], "d": {}, "k": {"b": [1]}}


def test_loops_know_where_they_are_and_can_call_themselves(data):
    text = """
{% for item in m.items %}
- [{{ loop.index }}, {{ loop.first }}, {{ loop.last }}, {{ loop.length }}, {{ item.n }}]
{% endfor %}
- {% for node in m.tree recursive %}{{ node.name }}/{{ loop(node.of) }}{% endfor %}

"""
    assert data(text, m=MODEL) == [[1, True, False, 2, "b"], [2, False, True, 2, "a"], "r/s/"]


def test_fragments_lie_in_the_same_folder(data):
    fragments = {
        "a.j2": "a: {{ m.name }}\n{% include 'b.j2' %}\n",
        "b.j2": "b: {{ m.port }}\n",
        "m.j2": "{% macro f(x) %}{{ x }}{% endmacro %}",
    }
    text = "{% from 'm.j2' import f %}{% import 'm.j2' as n %}\n{% include 'a.j2' %}\nc: {{ f(m.on) }}\nd: {{ n.f(m.name) }}\n"
    assert data(text, fragments=fragments, m=MODEL) == {"a": "card-fraud", "b": 8080, "c": True, "d": "card-fraud"}


def test_square_delimiters_leave_braces_alone(data):
    text = "a: '{{ $labels.x }}'\nb: [[ m.port ]]\n[# no #]\n[% for i in m.items %]\nx-[[ i.n ]]: 1\n[% endfor %]\n[% include 'f.j2' %]\n"
    made = data(text, delimiters={"t.j2": "square"}, fragments={"f.j2": "f: {{ m.name }}\n"}, m=MODEL)
    assert made == {"a": "{{ $labels.x }}", "b": 8080, "x-b": 1, "x-a": 1, "f": "card-fraud"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{{ 'a' * 10**9 }}", "arithmetic"),
        ("{{ m.port + 1 }}", "arithmetic"),
        ("{{ -m.port }}", "arithmetic"),
        ("{{ m.name ~ 'x' }}", "`~`"),
        ("{{ m.name % 1 }}", "arithmetic"),
        ("{{ m.name[1:] }}", "slices"),
        ("{{ m.name.upper() }}", "only macros can be called"),
        ("{{ m.items() }}", "`.items` is a field here"),
        ("{{ range(9) }}", "only macros can be called"),
        ("{{ lipsum() }}", "only macros"),
        ("{{ m.name.format(1) }}", "only macros"),
        ("{{ m.name | safe }}", "there is no filter `safe`"),
        ("{{ m.name | tojson }}", "there is no filter"),
        ("{{ m.name | e }}", "there is no filter"),
        ("{{ m.name | replace('a', 'b') }}", "there is no filter"),
        ("{{ '%s' | format(1) }}", "there is no filter"),
        ("{{ m.name | indent }}", "there is no filter"),
        ("{{ m.name | attr('x') }}", "there is no filter"),
        ("{{ m | xmlattr }}", "there is no filter"),
        ("{{ m.name is callable }}", "No test named"),
        ("{{ m.__class__ }}", "`m` has no field `__class__`"),
        ("{{ m.name.__class__ }}", "text has no field"),
        ("{{ ''['__class__'] }}", "text has no field"),
        ("{{ [].__class__ }}", "a list has no field"),
        ("{{ m.items.append }}", "`m.items` is a list and has no `append`"),
        ("{{ m.nam }}", "did you mean `name`?"),
        ("{{ n.x }}", "`n` is not defined"),
        ("{{ n }}", "`n` is not defined"),
        ("{{ m.nope.deeper }}", "`m` has no field `nope`"),
        ("{{ m.items[5] }}", "is a list and has no `5`"),
        ("{{ m.nope is true }}", "no field `nope`"),
        ("{{ m.nope | upper }}", "no field `nope`"),
        ("{{ m.nope | shell }}", "no field `nope`"),
        ("{% for x in m.nope %}{% endfor %}", "no field `nope`"),
        ("{% if m.nope %}{% endif %}", "no field `nope`"),
        ("{% if m.nope == 1 %}{% endif %}", "no field `nope`"),
        ("{{ m.nope() }}", "no field `nope`"),
        ("{% for c in m.name %}{{ c }}{% endfor %}", "expected a list, found text"),
        ("{{ m.name | first }}", "expected a list"),
        ("{{ m.empty | first }}", "an empty list"),
        ("{{ m.port | items }}", "requires a map"),
        ("{{ m.port | upper }}", "expected text"),
        ("{{ m.port < 'a' }}", "not supported"),
        ("{{ m.items | sort }}", "not supported"),
        ("{{ m.port | length }}", "no len()"),
        ("{% block a %}{% endblock %}", "`{% block %}`"),
        ("{% extends 'f.j2' %}", "`{% extends %}`"),
        ("{% filter upper %}a{% endfilter %}", "`{% filter %}`"),
        ("{% set x | upper %}a{% endset %}", "must not have a filter"),
        ("{% set ns.x = 1 %}", "namespaces"),
        ("{{ self.x }}", "must not use `self`"),
        ("{% set omit = 1 %}", "a reserved name"),
        ("{% include m.name %}", "must be a constant"),
        ("{% include ['f.j2'] %}", "must be a constant"),
        ("{% include 'f.j2' without context %}", "an include always receives the context"),
        ("{% include 'no.j2' %}", "no fragment `no.j2`"),
        ("{% include '../f.j2' %}", "no fragment"),
        ("{% import 'f.j2' as f %}{{ f.nope() }}", "the fragment has no `nope`"),
        ("{% import 'f.j2' as f %}{{ f._body_stream }}", "has no field"),
        ("{% import 'f.j2' as f %}k: {{ f }}", "cannot be inserted"),
        ("{% if %}", "Expected an expression"),
        ("{{ m.name", "unexpected end"),
        ("{% for x in m.items %}", "Unexpected end"),
        ("{{ 1 2 }}", "expected token"),
        ("{% do m.x %}", "unknown tag"),
        ("{% autoescape true %}{% endautoescape %}", "`{% autoescape %}`"),
        ("{% debug %}", "unknown tag"),
        ("{% macro f(a) %}{{ a }}{% endmacro %}{{ f(1, 2) }}", "takes not more than"),
        ("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "recurses too deeply"),
        ("{% macro f() %}{{ f }}{% endmacro %}k: {{ f() }}", "a macro cannot be inserted"),
        ("{% macro f(context, obj) %}{{ obj }}{% endmacro %}{{ f(context=m, obj=m.nope) }}", "no field `nope`"),
        ("{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}", "too deeply"),
        ("{{ " + "[" * 5000 + "]" * 5000 + " }}", "too deeply"),
        ("{% for x in [1] %}" * 30 + "{% endfor %}" * 30, "too deeply"),
        ("{{ 9" + "9" * 5000 + " }}", "digits"),
        ("\ue0000\ue001", "U+E000"),
        ("{{ '\ue000' }}", "U+E000"),
        ('k: "\\ue0000\\ue001"', "U+E000"),
    ],
)
def test_what_a_template_may_not_hold_is_a_problem_at_its_line(text, message, problems):
    found = problems("a: 1\nb: 2\n" + text + "\n", fragments={"f.j2": "x: 1\n"}, m=MODEL)
    assert message in found[0].message
    assert found[0].template == "t.j2"
    if "deep" not in message and "digits" not in message and "nexpected end" not in message:
        assert found[0].line == 3


def test_all_problems_outside_the_grammar_are_reported_at_once(problems):
    found = problems("a: {{ 1 + 1 }}\nb: {{ m.x() }}\n\nc: {{ 'a' ~ 'b' }}\n{{ range(3) }}\n")
    assert [problem.line for problem in found] == [1, 4, 5]
    assert {problem.help is None for problem in found} == {False, True}


def test_a_fault_in_a_fragment_is_named_there(problem):
    fragments = {
        "f.j2": "x: 1\n\ny: {{ m.nope }}\n",
        "g.j2": "x: 1\ny: a {{ m.labels }}\n",
        "h.j2": "a: 1\n{{ 1 + 1 }}\n",
    }
    text = "{# \n #}\n{% include 'NAME' %}\n"
    places = [
        (found.template, found.line)
        for found in (problem(text.replace("NAME", name), fragments=fragments, m=MODEL) for name in fragments)
    ]
    assert places == [("f.j2", 3), ("g.j2", 2), ("h.j2", 2)]


def test_a_missing_template_is_a_problem(render):
    assert render("x: 1")
    (problem,) = TemplateEngine(TemplateSet({})).render("t.j2", {}, format="yaml")
    assert "not in the emitter's folder" in problem.message


@pytest.mark.parametrize(
    "text",
    [
        "{% for a in m %}" + "{% for b in m %}" * 9 + "{{ 1 }}" + "{% endfor %}" * 10,
        "".join(f"{{% macro f{n}() %}}{{{{ f{n - 1}() }}}}{{{{ f{n - 1}() }}}}{{% endmacro %}}" for n in range(1, 60))
        + "{{ f59() }}",
        "{% set x0 = m %}" + "".join(f"{{% set x{n} = [x{n - 1}, x{n - 1}] %}}" for n in range(1, 60)) + "k: {{ x59 }}",
        "{% set x0 %}abc{% endset %}"
        + "".join(f"{{% set x{n} %}}{{{{ x{n - 1} }}}}{{{{ x{n - 1} }}}}{{% endset %}}" for n in range(1, 60))
        + "{{ x59 }}",
        "{% set x0 = 'abc' %}"
        + "".join(f"{{% set x{n} = [x{n - 1}, x{n - 1}] | join %}}" for n in range(1, 60))
        + "{{ x59 }}",
        "k: [" + "{{ m }}, " * 3000 + "]",
        "{% for a in m %}{% for b in m %}{% for c in m %}x: {{ c }}"
        + "y" * 500
        + "\n{% endfor %}{% endfor %}{% endfor %}",
    ],
)
def test_no_template_multiplies_without_end(text):
    limits = RenderLimits(max_steps=20_000, max_placeholders=5_000, max_characters=200_000, max_values=20_000)
    found = TemplateEngine(TemplateSet({"t.j2": text, "f.j2": ""}, limits=limits)).render(
        "t.j2", {"m": list(range(30))}, format="yaml"
    )
    assert isinstance(found, tuple)


def test_includes_that_include_each_other_end():
    fragments = {"t.j2": "{% include 'f.j2' %}", "f.j2": "{% include 't.j2' %}"}
    (problem,) = TemplateEngine(TemplateSet(fragments)).render("t.j2", {}, format="yaml")
    assert "too deeply" in problem.message


def test_data_that_nests_too_deep_is_a_problem():
    deep = {}
    for _ in range(5000):
        deep = {"a": deep}
    (problem,) = TemplateEngine(TemplateSet({"t.j2": "k: {{ x }}"})).render("t.j2", {"x": deep}, format="yaml")
    assert "too deeply" in problem.message


def test_a_rendering_leaves_nothing_behind_for_the_next():
    renderer = TemplateEngine(
        TemplateSet({"t.j2": "{% for x in l %}\n- {{ x }}\n{% endfor %}\n"}, limits=RenderLimits(max_steps=1_000))
    )
    for values in ([1, 2], ["a: b"], [{"c": 1}], [1, 2], list(range(40)), [3]) * 3:
        made = renderer.render("t.j2", {"l": values}, format="yaml")
        assert isinstance(made, RenderedTemplate)
        assert made.documents == (values,)


def test_the_same_inputs_make_the_same_bytes():
    text = "{% for k, v in m.labels|items %}\n{{ k }}: {{ v }}\n{% endfor %}\nm: {{ m }}\n"
    first = TemplateEngine(TemplateSet({"t.j2": text}))
    texts = {first.render("t.j2", {"m": MODEL}, format="yaml").text for _ in range(3)}
    texts.add(TemplateEngine(TemplateSet({"t.j2": text})).render("t.j2", {"m": MODEL}, format="yaml").text)
    assert len(texts) == 1


def test_a_problem_names_the_values_it_is_about(problem):
    found = problem("a: 1\nk: x-{{ m.name }}\n", m={"name": "a b"})
    assert (found.line, found.origins) == (2, (Origin("m", ("name",)),))
    assert "'a b'" in found.message
    assert "urlpath" in found.help


def test_a_digest_without_the_name_of_its_algorithm_is_what_other_formats_ask_for(data, problem):
    digest = f"sha256:{'a1' * 32}"
    assert data("k: {{ x | hex }}\n", x=digest) == {"k": "a1" * 32}
    for wrong in ("a1" * 32, "sha256:", "md5:a1", 5):
        assert "is not a digest" in problem("k: {{ x | hex }}\n", x=wrong).message


def test_paragraphs_are_what_stands_between_empty_lines(data):
    assert data("k: {{ x | paragraphs }}\n", x="a\nb\n\n \t\nc: [d\n") == {"k": ["a\nb", "c: [d"]}
    assert data("k: {{ x | paragraphs }}\n", x="a b\nc\n") == {"k": ["a b", "c"]}
    assert data("k: {{ x | paragraphs }}\n", x=" \n") == {"k": []}


def test_a_value_as_json_is_text_that_stands_alone(data, hostile, problem):
    tree = {"b": [hostile, 1, True], "a": None}
    made = data("k: {{ x | json }}\n", x=tree)["k"]
    assert json.loads(made) == tree
    assert made.index('"a"') < made.index('"b"')
    assert "into a longer text" in problem("k: a {{ x | json }}\n", x=tree).message


def test_a_web_address_is_distinguished_from_others(data):
    text = "k: [{% for a in x %}{{ a is web }}, {% endfor %}]\n"
    assert data(text, x=["https://a", "http://a", "s3://a", "javascript://a", ""]) == {
        "k": [True, True, False, False, False]
    }


def problem_lines(problems):
    return [(problem.message, problem.line) for problem in problems]


def test_all_missing_values_that_a_template_prints_are_reported(problems):
    text = "a: {{ m.nope }}\nb: {{ x }}-{{ y }}\nc: {{ m.name }}\nd: {{ m.missing.deeper }}\ne: {{ never }}\n"
    assert problem_lines(problems(text, m=MODEL)) == [
        ("`m` has no field `nope`", 1),
        ("`x` is not defined", 2),
        ("`y` is not defined", 2),
        ("`m` has no field `missing`", 4),
    ]


def test_a_missing_value_in_a_macro_or_a_fragment_is_reported_once_at_its_line(problems):
    text = "{% macro f() %}\n{{ x }}{% endmacro %}\na: {{ f() }}\nb: {{ f() }}\n{% include 'g.j2' %}\n"
    found = problems(text, fragments={"g.j2": "\nc: {{ y }}\n"})
    assert [(problem.message, problem.template, problem.line) for problem in found] == [
        ("`x` is not defined", "t.j2", 2),
        ("`y` is not defined", "g.j2", 2),
    ]


def test_a_problem_that_a_missing_value_may_cause_is_not_reported(problems):
    assert problem_lines(problems("{% set a %}{{ x }}{% endset %}\na: {{ [1] | join(a) | nothing }}\n")) != []
    assert problem_lines(problems("{% set a %}{{ x }}{% endset %}\na: {{ a | first }}\n")) == [
        ("`x` is not defined", 1)
    ]
    assert problem_lines(problems("{% set a %}b{% endset %}\na: {{ a | first }}\n")) != []


def test_missing_values_of_an_earlier_run_are_not_reported_again():
    engine = TemplateEngine(TemplateSet({"t.j2": "a: {{ x }}\n"}))
    assert isinstance(engine.render("t.j2", {}, format="yaml"), tuple)
    assert engine.render("t.j2", {"x": 1}, format="yaml").documents == ({"a": 1},)


def test_the_number_of_missing_values_is_limited(problems):
    text = "".join(f"a{index}: {{{{ x{index} }}}}\n" for index in range(300))
    assert len(problems(text)) == RenderLimits().max_problems
