"""Encoders of inner languages, and fields that are one."""

import shlex
import subprocess
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.foundation.errors import UsageError
from compiler.foundation.provenance import Origin
from compiler.render.embedded_languages import member_rules, parse_rules
from compiler.render.template_engine import TemplateEngine
from compiler.templating.encoders import ENCODERS
from compiler.templating.template_errors import ValueRejectedError
from compiler.templating.template_set import TemplateSet
from compiler.templating.traced_values import traced_str

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(ANY_TEXT)
def test_a_label_of_promql_ends_only_where_the_template_ends_it(value):
    made = ENCODERS["promql"](value)
    unescaped = made.replace("\\\\", "").replace('\\"', "")
    assert '"' not in unescaped
    assert not unescaped.endswith("\\")
    assert "\n" not in made


@given(ANY_TEXT.filter(lambda value: "\0" not in value))
def test_a_shell_word_is_one_word(value):
    assert shlex.split(ENCODERS["shell"](value)) == [value]


@given(ANY_TEXT)
def test_no_action_of_a_go_template_opens(value):
    assert "{{" not in ENCODERS["gotemplate"](value).replace('{{"{"}}', "")
    assert not ENCODERS["gotemplate"](value).replace('{{"{"}}', "").count("{")


@given(ANY_TEXT.filter(lambda value: value not in {"", ".", ".."}))
def test_a_segment_of_a_path_stays_one(value):
    made = ENCODERS["urlpath"](value)
    assert not set(made) & set("/?#: \\\n")
    assert unquote(made) == value


@given(ANY_TEXT)
def test_prose_is_one_line_without_controls(value):
    made = str(ENCODERS["prose"](value))
    assert made == " ".join(made.split())
    assert all(character.isprintable() or character > "\x9f" for character in made)


@pytest.mark.parametrize(
    "value", ["/etc/passwd", "../a", "a/../b", "a/..", "", ".", "a b", "a\\b", "a\nb", "é", "~/a", "$HOME"]
)
def test_what_leads_out_of_a_folder_is_no_path(value):
    with pytest.raises(ValueRejectedError):
        ENCODERS["path"](value)


@pytest.mark.parametrize("value", ["records", "_records", ".records/models", "a/b-c/d.e", "@a/b+c"])
def test_a_path_below_a_folder_is_kept(value):
    assert str(ENCODERS["path"](value)) == value


@given(ANY_TEXT)
def test_a_value_of_a_query_stays_one(value):
    made = ENCODERS["urlquery"](value)
    assert not set(made) & set("&=?#/+ \n")
    assert unquote(made) == value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("urlpath", ""),
        ("urlpath", "."),
        ("urlpath", ".."),
        ("shell", "a\0b"),
        ("github", "a ${{ x }}"),
        ("github", "a$"),
        ("github", "{ x }}"),
        ("literal", "word"),
        ("urlquery", "\ud800"),
    ],
)
def test_what_a_language_cannot_say_is_refused_with_its_origin(name, value):
    with pytest.raises(ValueRejectedError) as refused:
        ENCODERS[name](traced_str(value, (Origin("m"),)))
    assert refused.value.origins == (Origin("m"),)


@pytest.mark.parametrize("name", [name for name in ENCODERS if name != "literal"])
def test_an_encoder_says_what_it_did_and_to_what(name):
    made = ENCODERS[name](traced_str("word", (Origin("m"),)))
    plain = '"word"' if name == "gjson" else "word"  # a query of GJSON knows text by its quotes
    assert (made, made.encoder_name, made.origins) == (plain, name, (Origin("m"),))


@pytest.mark.parametrize(
    ("value", "expected_output"),
    [
        ("Hello *you*", r"Hello \*you\*"),
        ("a\n\n# b", "a #<!-- --> b"),
        ("@team", "@<!-- -->team"),
        ("<b>&", "&lt;b&gt;&amp;"),
        ("- a", "&#45; a"),
        ("1. a", "1&#46; a"),
        ("# a", "&#35; a"),
        ("[a](b)", r"\[a\](b)"),
        ("a|b", r"a\|b"),
        ("`a`", r"\`a\`"),
        ("fixes #12", "fixes #<!-- -->12"),
        ("it's", "it&#x27;s"),
        ("\x00", "\ufffd"),
        ("card-fraud 3.1.0", "card-fraud 3.1.0"),
    ],
)
def test_text_in_markdown_is_text(value, expected_output):
    assert ENCODERS["markdown"](value) == expected_output


def test_an_encoded_value_may_stand_inside_larger_text(data, hostile):
    text = 'a: up{x="{{ x | promql }}"}\nb: echo {{ x | shell }}\nc: see {{ x | gotemplate }}\nd: /a?b={{ x | urlquery }}\n'
    if "\0" in hostile:
        text = text.replace("{{ x | shell }}", "")
    made = data("k: [1]\n" + text, x=hostile)
    assert made["a"] == f'up{{x="{ENCODERS["promql"](hostile)}"}}'
    if "\0" not in hostile:
        assert subprocess.run(["/bin/sh", "-c", made["b"]], capture_output=True, check=True).stdout.decode(
            errors="replace"
        )


def test_what_a_filter_changes_is_no_longer_encoded(problem):
    assert "plain word" in problem("k: a {{ x | shell | upper }}\n", x="a b").message


RULES = {"spec.groups[].rules[].expr": "promql"}
QUERY = "spec:\n  groups:\n    - rules:\n        - expr: {}\n          note: {{{{ x }}}}\n"


@pytest.mark.parametrize(
    ("expr", "fine"),
    [
        ("{{ x }}", False),
        ('"{{ x }}"', False),
        ("{{ x | promql }}", True),
        ('up{a="{{ x | promql }}"}', True),
        ("{{ x | shell }}", False),
        ("a-{{ x | shell }}", False),
        ("{{ y }}", True),
        ('"{{ y }}"', True),
        ("up-{{ y }}", True),
        ("up > {{ n }}", True),
        ("{{ n }}", True),
        ("constant", True),
        ("{% set q %}up-{{ x | promql }}{% endset %}{{ q }}", True),
        ("{% set q %}{{ x | shell }}{% endset %}{{ q }}", False),
        ("{{ 'constant text' }}", True),
        ("{{ [x] | first }}", False),
        ("{{ {'a': x} }}", True),
    ],
)
def test_a_field_of_a_language_takes_only_what_its_encoder_made(expr, fine, render):
    made = render(QUERY.format(expr), languages=RULES, x='a" or b', y="word", n=5)
    assert isinstance(made, tuple) is not fine
    if not fine:
        assert made[0].origins == (Origin("x"),)
        assert (made[0].template, made[0].line) == ("t.j2", 4)


@pytest.mark.parametrize(
    "template",
    ["spec: {{ s }}\n", "{{ 'spec' }}: {{ s }}\n", "spec: {groups: {{ s.groups }}}\n", "{{ {'spec': s} }}\n"],
)
def test_a_map_placed_above_a_field_of_a_language_is_looked_into(template, render):
    plain = {"groups": [{"rules": [{"expr": "word", "note": "a b"}]}]}
    hostile = {"groups": [{"rules": [{"expr": "word"}, {"expr": 'up{a="b"}'}]}]}
    assert not isinstance(render(template, languages=RULES, s=plain), tuple)
    (problem,) = render(template, languages=RULES, s=hostile)
    assert problem.origins == (Origin("s", ("groups", 0, "rules", 1, "expr")),)


def test_scripts_take_no_value_and_expressions_come_from_templates_alone(render, data):
    languages = {"**": "github", "jobs.*.steps[].run": "literal"}
    square = {"delimiters": {"t.j2": "square"}, "languages": languages}
    text = "jobs:\n  a:\n    steps:\n      - run: RUN\n        env: {X: [[ x ]], Z: '${{ secrets.T }}', '[[ x ]]': 1}\n"
    step = data(text.replace("RUN", "echo $X"), x="a b; c", **square)["jobs"]["a"]["steps"][0]
    assert step["env"] == {"X": "a b; c", "Z": "${{ secrets.T }}", "a b; c": 1}
    for run in ("echo [[ x ]]", "[[ x ]]", '"[[ x ]]"', "[[ x | shell ]]"):
        assert isinstance(render(text.replace("RUN", run), x="word", **square), tuple)
    found = render(text.replace("RUN", "echo"), x="${{ secrets.T }}", **square)
    assert {problem.origins for problem in found} == {(Origin("x"),)}
    assert len(found) == 1  # one sentence for one line


def test_pointers_name_keys_elements_and_anything():
    rules = parse_rules({"a.*.b[].c": "promql", 'data["x.y"]': "shell", "**": "github"})
    assert [
        rule.encoder.name
        for rule in member_rules(member_rules(member_rules(member_rules(member_rules(rules, "a"), "q"), "b"), 0), "c")
        if rule.applies_here
    ] == ["promql", "github"]
    assert [rule.encoder.name for rule in member_rules(member_rules(rules, "data"), "x.y") if rule.applies_here] == [
        "shell",
        "github",
    ]
    for languages in ({"a": "cobol"}, {"": "shell"}, {"a..b": "shell"}, {"a[0]": "shell"}, {"a b[": "shell"}):
        with pytest.raises(UsageError):
            TemplateEngine(TemplateSet({"t.j2": "a: 1"})).render("t.j2", {}, format="yaml", languages=languages)
