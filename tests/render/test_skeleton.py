"""Rendered text as structure: the rules of skeletons, keys, documents and nulls."""

import pytest
import yaml

from compiler.foundation.errors import UsageError
from compiler.foundation.provenance import Origin
from compiler.render.output_formats import FORMATS, dump
from compiler.render.template_engine import RenderedTemplate, TemplateEngine
from compiler.render.yaml_scalars import is_ambiguous, parse_scalar
from compiler.templating.template_set import TemplateSet
from compiler.templating.traced_values import OMIT


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [", "not YAML"),
        ("a: b: c", "not YAML"),
        ("a: 'x", "not YAML"),
        ("\ta: 1", "not YAML"),
        ("a: \x07", "not YAML"),
        ("a: 1\na: 2", "is twice"),
        ("{a: 1, a: 2}", "is twice"),
        ("1: a", "the key is not text"),
        ("true: a", "the key is not text"),
        ("? [a]\n: b", "the key is not text"),
        ("~: a", "the key is not text"),
        ("a: &x 1", "anchors and aliases are not supported"),
        ("a: &x 1\nb: *x", "anchors and aliases are not supported"),
        ("a: !!str 1", "tags are not supported"),
        ("a: !x 1", "tags are not supported"),
        ("%YAML 1.1\n---\na: 1", "directives are not supported"),
        ("a: 99999999999999999999999", "parsers disagree about the number"),
        ("a: .inf", "parsers disagree about the number"),
        ("a: .nan", "parsers disagree about the number"),
        ("a: " + "9" * 5000, "parsers disagree about the number"),
        ("a: " + "[" * 200 + "]" * 200, "too deeply"),
    ],
)
def test_a_template_is_strict_yaml(text, message, problems):
    assert message in problems(text + "\n")[0].message


@pytest.mark.parametrize(
    "word",
    [
        "yes",
        "No",
        "on",
        "OFF",
        "y",
        "N",
        "012",
        "1_000",
        "0o17",
        "0b1",
        "12:30",
        "1e5",
        "1.5e3",
        "2026-01-01",
        "-.5",
        "=",
        "<<",
    ],
)
def test_what_yaml_versions_read_differently_is_quoted_in_a_template(word, problem, data):
    assert is_ambiguous(word)
    found = problem(f"a: 1\nk: {word}\n")
    assert found.line == 2
    assert found.help == f'write "{word}"'
    assert problem(f"a: 1\n{word}: 1\n").line == 2 if word in {"yes", "on", "<<", "y"} else True
    assert data(f'k: "{word}"\n') == {"k": word}


@pytest.mark.parametrize(
    "word",
    [
        "true",
        "False",
        "null",
        "~",
        "",
        "0",
        "12",
        "-3",
        "+4",
        "0x1F",
        "1.5",
        "-0.5",
        ".5",
        "5.",
        "1.5e+3",
        "word",
        "a:b",
        "3.1.0-rc",
    ],
)
def test_what_they_read_alike_needs_no_quotes(word):
    assert not is_ambiguous(word)
    assert parse_scalar(word) == yaml.safe_load(word)


def test_octal_means_what_1_2_says():
    assert (
        parse_scalar("0o17"),
        parse_scalar("017"),
        parse_scalar("1e3"),
        parse_scalar("yes"),
        parse_scalar("12:30"),
    ) == (
        15,
        17,
        1000.0,
        "yes",
        "12:30",
    )


def test_several_documents_make_a_file_and_empty_ones_vanish(render):
    text = "{% for x in l %}\n---\nname: {{ x }}\n{% endfor %}\n---\n{% if false %}\na: 1\n{% endif %}\n"
    made = render(text, l=["a", "b"], header="Made")
    assert made.documents == ({"name": "a"}, {"name": "b"})
    assert made.text == "# Made\nname: a\n---\nname: b\n"
    assert render(text, l=[]).documents == ()
    assert render(text, l=[]).text == ""


def test_a_json_file_is_one_document_and_may_hold_what_yaml_allows(render, problem):
    text = '{\n  "a": [\n{% for x in l %}\n    {{ x }}, # note\n{% endfor %}\n  ],\n  "b": {{ m }},\n}\n'
    made = render(text, l=[1, "x", True], m={"c": None}, format="json", header="Made")
    assert made.text == '{\n  "a": [\n    1,\n    "x",\n    true\n  ],\n  "b": {\n    "c": null\n  }\n}\n'
    assert "one document" in problem("---\n1\n---\n2\n", format="json").message
    assert "one document" in problem("", format="json").message


@pytest.mark.parametrize(
    ("text", "message", "x"),
    [
        ("k: {{ x }}", "null cannot be inserted", None),
        ('k: "{{ x }}"', "null cannot be written as text", None),
        ("k: a{{ x }}", "null cannot be inserted into", None),
        ("k: a{{ x }}", "true or false cannot be inserted into", True),
        ("k: a{{ x }}", "a map cannot be inserted into", {}),
        ("k: a{{ x }}", "a list cannot", []),
        ('k: "{{ x }}"', "a list cannot be written as text", []),
        ("k: a-{{ omit }}", "`omit` cannot be inserted into", 1),
        ("{{ omit }}", "`omit` cannot be a document", 1),
        ("{{ x }}: 1", "the key is a number", 5),
        ("{{ x }}: 1", "the key is true or false", True),
        ("{{ x }}: 1", "the key is a map", {"a": 1}),
        ("{{ x }}: 1", "the key is a list", []),
        ("{{ x }}: 1", "null cannot be inserted", None),
        ("{{ omit }}: 1", "the key is `omit`", 1),
        ("k: {{ {x: 1} }}", "the key is a number", 5),
        ("k: {{ x }}", "64 bits", 2**64),
        ("k: a{{ x }}", "64 bits", 2**64),
        ('k: "{{ x }}"', "64 bits", -(2**70)),
        ("k: {{ x }}", "infinity", float("inf")),
        ("k: {{ x }}", "infinity", float("nan")),
        ("k: {{ x }}", "an incomplete character", "\ud800"),
        ("k: {{ x }}", "an incomplete character", {"a": ["\udfff"]}),
        ("k: {{ x }}", "an incomplete character", {"\ud800": 1}),
        ("{{ x }}: 1", "an incomplete character", "\ud800"),
        ("k: '{{ x }}'", "an incomplete character", "\ud800"),
    ],
)
def test_a_value_that_cannot_stand_there_is_refused_with_its_origin(text, message, x, problem):
    found = problem("# line\n" + text + "\n", x=x)
    assert message in found.message
    assert found.line == 2
    if "omit" not in text and not isinstance(x, dict):
        assert found.origins[0].root == "x"


def test_keys_that_become_equal_are_refused_with_their_origins(problem, data):
    found = problem("a: 1\n{{ x }}: 2\n{{ y }}: 3\n", x="k", y="k")
    assert (found.message, found.line, found.origins) == (
        "two keys of one map have the value 'k'",
        3,
        (Origin("x"), Origin("y")),
    )
    assert problem("k: 1\n{{ x }}: 2\n", x="k").origins == (Origin("x"),)
    assert problem("{{ x }}: 2\nk: 1\n", x="k").origins == (Origin("x"),)
    assert problem("{% for i in x %}\n'{{ i }}': 1\n{% endfor %}\n", x=[1, "1"]).origins == (
        Origin("x", (0,)),
        Origin("x", (1,)),
    )
    assert data("{{ x }}: {{ y | default(omit) }}\n{{ x }}: 2\n", x="k") == {"k": 2}


def test_a_number_is_a_key_only_between_quotes(data):
    assert data('"{{ x }}": 1\n', x=8080) == {"8080": 1}


def test_all_values_at_fault_are_reported_at_once(problems):
    found = problems("a: {{ x }}\nb: c {{ y }}\nd:\n  - '{{ z }}'\n", x=None, y="a b", z=[])
    assert [(problem.line, problem.origins[0].root) for problem in found] == [(1, "x"), (2, "y"), (4, "z")]


def test_what_was_placed_is_no_longer_the_spec(data):
    spec = {"a": [1, {"b": "c"}]}
    made = data("k: {{ x }}\nl: [a]\n", x=spec)
    assert made["k"] == spec
    assert made["k"] is not spec
    assert type(made["k"]["a"][1]["b"]) is str


def test_data_can_change_between_filling_and_dumping():
    renderer = TemplateEngine(TemplateSet({"t.j2": "replicas: {{ n }}\nl: [a, b]\n"}))
    filled = renderer.fill("t.j2", {"n": 2}, format="yaml")
    (document,) = filled.documents
    assert dump([{**document, "replicas": 3}], "yaml", "Made") == "# Made\nreplicas: 3\nl:\n  - a\n  - b\n"
    assert renderer.render("t.j2", {"n": 2}, format="yaml").text == "replicas: 2\nl:\n  - a\n  - b\n"


def test_formats_are_a_table():
    assert list(FORMATS) == [
        "yaml",
        "json",
        "jsonl",
        "csv",
        "markdown",
        "html",
        "shell",
        "github-owners",
        "gitlab-owners",
        "text",
    ]
    assert all(
        name == entry.name and entry.is_structured is (entry.new_escaper is None) for name, entry in FORMATS.items()
    )
    for call in (
        lambda: dump([], "toml"),
        lambda: dump([], "markdown"),
        lambda: TemplateEngine(TemplateSet({}, delimiters={"a": "round"})),
    ):
        with pytest.raises(UsageError):
            call()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{{ m.name }}/deployment.yaml", "card-fraud/deployment.yaml"),
        ("{{ m.port }}", 8080),
        ("plain", "plain"),
        ("{{ m.on }}", True),
        ("{{ m.name }}-predictor.{{ m.ns }}.svc:{{ m.port }}", "card-fraud-predictor.ml.svc:8080"),
        ("{{ m.share }}", 0.5),
        ("{{ m.on is true }}", True),
        ("{{ m.tags }}", ["a"]),
        ("{{ m.nope | default(omit) }}", OMIT),
        ("{{ 'a b' }}", "a b"),
        ("", ""),
        ("{% if m.on %}{{ m.name }}{% endif %}", "card-fraud"),
        ("a: b # c", "a: b # c"),
        ("{% macro f() %}{{ m.name }}-x{% endmacro %}{{ f() }}", "card-fraud-x"),
        ("{{ m.text }}", "a b\n"),
    ],
)
def test_a_line_evaluates_to_its_value(text, value):
    model = {"name": "card-fraud", "ns": "ml", "port": 8080, "on": True, "share": 0.5, "tags": ["a"], "text": "a b\n"}
    found = TemplateSet({}).evaluate(text, {"m": model})
    assert found == value
    assert isinstance(found, bool) == isinstance(value, bool)


def test_an_evaluated_text_knows_its_origins():
    found = TemplateSet({}).evaluate("{{ m.a }}.{{ m.b }}", {"m": {"a": "x", "b": 1}})
    assert found.origins == (Origin("m", ("a",)), Origin("m", ("b",)))
    again = TemplateEngine(TemplateSet({"t.j2": "k: {{ host }}\n"})).render(
        "t.j2", {"host": found}, format="yaml", trace=True
    )
    assert again.source_map[0, ("k",)] == found.origins


@pytest.mark.parametrize(
    "text",
    [
        "{{ m.nope }}",
        "{{ m.a }}/x",
        "{{ none }}",
        "{{ 1 + 1 }}",
        "{% if",
        "{{ x }}",
        "{{ m.n }}",
        "a{{ m.n }}",
        "{{ [m.n, omit] | first }}x",
    ],
)
def test_a_line_that_cannot_be_evaluated_says_why(text):
    found = TemplateSet({}).evaluate(text, {"m": {"a": "../..", "n": None}})
    assert isinstance(found, tuple)
    assert found[0].template == text


def test_what_is_compiled_once_is_refused_each_time():
    renderer = TemplateEngine(TemplateSet({"t.j2": "{{ 1 + 1 }}"}))
    first, again = (renderer.render("t.j2", {}, format="yaml") for _ in range(2))
    assert first == again
    assert not isinstance(first, RenderedTemplate)


def test_literal_text_at_fault_is_named_at_its_line_of_the_template(problem):
    text = "a: 1\n{% if true %}\n{% for x in l %}\n{# note #}\n{% endfor %}\nb: {{ l }}\n{% endif %}\n\n{% include 'f.j2' %}\na: 2\n"
    found = problem(text, fragments={"f.j2": "\nc: 1\n"}, l=[1, 2])
    assert (found.message, found.template, found.line) == ("the key 'a' is twice in one map", "t.j2", 10)
    found = problem(text.replace("a: 2\n", ""), fragments={"f.j2": "{% if true %}\n\nd: on\n{% endif %}\n"}, l=[1, 2])
    assert (found.template, found.line) == ("f.j2", 3)
