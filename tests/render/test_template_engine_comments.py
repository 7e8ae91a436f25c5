"""A remark stands behind the value that it is about, as a comment; it never becomes part of the data."""

import pytest
import yaml

from compiler.render.output_formats import dump
from compiler.render.template_engine import RenderedTemplate, TemplateEngine
from compiler.templating.template_set import TemplateSet


def render(text: str, format: str = "yaml", **context: object) -> RenderedTemplate:
    made = TemplateEngine(TemplateSet({"t.j2": text})).render("t.j2", context, format=format)
    assert isinstance(made, RenderedTemplate), made
    return made


def refusal_message(text: str, **context: object) -> str:
    made = TemplateEngine(TemplateSet({"t.j2": text})).render("t.j2", context, format="yaml")
    assert isinstance(made, tuple)
    return made[0].message


def test_it_stands_behind_its_value_and_nowhere_in_the_data() -> None:
    made = render('a: {{ "write" | note("why it may") }}\nb: {{ x | note(v) }}\n', x="sha", v="v1.2.3")
    assert made.text == "a: write # why it may\nb: sha # v1.2.3\n"
    assert made.documents == ({"a": "write", "b": "sha"},)
    assert [type(value) for value in made.documents[0].values()] == [str, str]
    assert yaml.safe_load(made.text) == made.documents[0]


def test_it_follows_text_that_is_made_of_pieces_and_keys_that_are_values() -> None:
    text = (
        "{% set pin %}{{ name }}@{{ commit }}{% endset %}\n"
        "steps:\n"
        '  - uses: {{ pin | note("v1") }}\n'
        "  - {{ gone | default(omit) }}\n"
        '  - {{ key }}: {{ "w" | note("last") }}\n'
    )
    made = render(text, name="a/b", commit="0f", key="k")
    assert made.text == "steps:\n  - uses: a/b@0f # v1\n  - k: w # last\n"


def test_a_value_between_quotes_keeps_them() -> None:
    assert render('a: {{ "1.0" | note("x") }}\n').text == 'a: "1.0" # x\n'
    assert render('a: {{ "# b: c" | note("x") }}\n').text == 'a: "# b: c" # x\n'


def test_a_format_without_comments_leaves_it_out() -> None:
    assert render('{"a": {{ "b" | note("x") }}}\n', "json").text == '{\n  "a": "b"\n}\n'


@pytest.mark.parametrize("remark", ["two\nlines", "", " ", "bell\x07", "a\u2028b", "\u202eevil", "nel\x85"])
def test_what_is_more_than_one_line_is_no_remark(remark) -> None:
    assert "is not a comment of one line" in refusal_message("a: {{ x | note(v) }}\n", x="b", v=remark)


@pytest.mark.parametrize(
    ("value", "says"), [("{{ 1 | note('x') }}", "expected text"), ("{{ nothing | note('x') }}", "not defined")]
)
def test_only_text_has_one(value, says) -> None:
    assert says in refusal_message(f"a: {value}\n")


def test_it_stands_alone() -> None:
    assert "cannot" in refusal_message('a: "b-{{ x | note("y") }}"\n', x="c")


def test_what_was_changed_meanwhile_has_none() -> None:
    """A patch may have put something else in its place."""
    assert dump([{"a": 1}], "yaml", comments={(0, ("a",)): "x", (0, ("b", "c")): "y", (3, ()): "z"}) == "a: 1\n"


def test_where_a_value_came_from_is_still_known() -> None:
    made = TemplateEngine(TemplateSet({"t.j2": 'a: {{ m.x | note("y") }}\n'})).fill(
        "t.j2", {"m": {"x": "b"}}, format="yaml", trace=True
    )
    assert [str(origin) for origin in made.source_map[0, ("a",)]] == ["m.x"]
