"""Laws of rendering, for generated templates and data."""

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compiler.render.output_formats import FORMATS, dump
from compiler.render.template_engine import RenderedTemplate, TemplateEngine
from compiler.templating.template_errors import RenderLimits, TemplateProblem
from compiler.templating.template_set import TemplateSet

PIECES = st.sampled_from(
    [
        "{{ m.a }}",
        "{{ m }}",
        "{{ m.l }}",
        '"{{ m.a }}"',
        "'",
        '"',
        "{{ m.nope }}",
        "{% for k, v in m|items %}",
        "{% endfor %}",
        "{% if m.a %}",
        "{% else %}",
        "{% endif %}",
        "{% set x %}",
        "{% endset %}",
        "{{ x }}",
        "{% set x = m.l %}",
        "{% macro f(a) %}",
        "{% endmacro %}",
        "{{ f(m.a) }}",
        "{% call f(1) %}",
        "{% endcall %}",
        "{{ caller() }}",
        "{% include 'f' %}",
        "{% import 't' as t %}",
        "{{ t.f(1) }}",
        "{{ loop.index }}",
        "{{ loop(m.l) }}",
        "{{ omit }}",
        "{{ m.l | join }}",
        "{{ m.a | shell }}",
        "{{ [m, m.l] | first }}",
        "{{ {'a': m} }}",
        "{{ k }}",
        "{{ v }}",
        "{% raw %}",
        "{% endraw %}",
        "{#",
        "#}",
        "\n",
        "\n  ",
        "\n- ",
        ": ",
        "- ",
        "a",
        "b: ",
        "k: {{ m.a }}\n",
        "# ",
        "---\n",
        "{",
        "}",
        "[",
        "]",
        ",",
        "|\n  ",
        ">-\n  ",
        "&a ",
        "*a ",
        "!t ",
        "? ",
        "%",
        "\\",
        "\\ue000",
        "\ue000",
        "<p>",
        "</p>",
        '<a href="',
        "<script>",
        "<!--",
        "-->",
        "`",
        "```\n",
        "$(",
        "<<",
        "((",
        "{{",
        "}}",
        "{%",
        "%}",
        "\x00",
        "\u2028",
        "é",
    ]
)
TEXT = st.text(st.characters(), max_size=8)
DATA = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
SMALL = RenderLimits(max_steps=2_000, max_placeholders=500, max_characters=20_000, max_values=5_000)


@settings(max_examples=1500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(pieces=st.lists(PIECES, max_size=12), value=DATA, output_format=st.sampled_from(sorted(FORMATS)))
def test_whatever_a_template_holds_there_is_a_file_or_there_are_problems(pieces, value, output_format):
    templates = {"t": "".join(pieces), "f": "{{ m.a }}\n"}
    context = {"m": {"a": value, "l": [value, 1]}}
    result = TemplateEngine(TemplateSet(templates, limits=SMALL)).render(
        "t", context, format=output_format, languages={"**": "github"}, trace=True
    )
    if isinstance(result, RenderedTemplate):
        result.text.encode()
        assert "\ue000" not in result.text.replace("\\ue000", "")
        if output_format == "yaml":
            assert [document for document in yaml.safe_load_all(result.text) if result.documents] == list(
                result.documents
            ) or _unlike(result.documents)
    else:
        assert result
        assert all(isinstance(problem, TemplateProblem) and problem.line >= 1 for problem in result)
    evaluated = TemplateSet(templates, limits=SMALL).evaluate("".join(pieces), context)
    assert evaluated is not None


def _unlike(documents):
    """PyYAML cannot compare a value that differs from itself, and drops a byte order mark."""
    return "nan" in repr(documents) or "\ufeff" in repr(documents)


@settings(max_examples=300, deadline=None)
@given(value=DATA)
def test_data_that_are_placed_come_back(value):
    result = TemplateEngine(TemplateSet({"t": "k: {{ x }}\n"})).render("t", {"x": value}, format="yaml", trace=True)
    if isinstance(result, RenderedTemplate):
        assert result.documents == ({"k": value},)
        assert yaml.safe_load(result.text) == {"k": value}
        assert result.text == dump(result.documents, "yaml")
    else:
        assert value is None or all(problem.origins and problem.origins[0].root == "x" for problem in result)


@settings(max_examples=300, deadline=None)
@given(value=DATA)
def test_the_source_map_points_at_the_very_value(value):
    result = TemplateEngine(
        TemplateSet({"t": "a: [0, {{ x }}]\n{% for i in [x] %}\nb: {{ i }}\n{% endfor %}\n"})
    ).render("t", {"x": value}, format="yaml", trace=True)
    if not isinstance(result, RenderedTemplate):
        return
    for (_, pointer), origins in result.source_map.items():
        rendered_value = result.documents[0]
        for part in pointer:
            rendered_value = rendered_value[part]
        found = value
        for part in origins[0].pointer:
            found = found[part]
        assert repr(rendered_value) == repr(found)
