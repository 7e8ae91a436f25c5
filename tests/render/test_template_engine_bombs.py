"""A template that does too much work or prints too much is a problem at its line; work is counted, not timed."""

import subprocess
import sys

import pytest

from compiler.render.template_engine import RenderedTemplate, TemplateEngine
from compiler.templating.template_errors import RenderLimits
from compiler.templating.template_set import TemplateSet

SMALL = RenderLimits(max_steps=5_000, max_characters=20_000, max_values=5_000, max_problems=20)
LIST = [{"name": f"n{number}", "value": number} for number in range(100)]
MACRO = "{% macro f() %}{{ varargs | length }}{% endmacro %}"
LOOP, END = "{% for a in m %}", "{% endfor %}k: 1\n"
TEXT = "{% set text %}{% for a in m %}{{ a.name }}-{% endfor %}{% endset %}"


def tower(name: str, form: str, levels: int = 60) -> str:
    """A value that contains the previous one twice, many times over."""
    return f"{{% set {name} = [1] | list %}}" + f"{{% set {name} = {form.replace('x', name)} %}}" * levels


def render(text: str, *, limits: RenderLimits = SMALL, output_format: str = "yaml", **context):
    values = {"m": LIST, "copy": [dict(item) for item in LIST], "empty": "", "long": "x y " * 1000, **context}
    templates = TemplateSet({"t.j2": text, "f.j2": "{# nothing #}"}, limits=limits)
    return TemplateEngine(templates).render("t.j2", values, format=output_format)


@pytest.mark.parametrize(
    "body",
    [
        "{% if a in copy %}{% endif %}",
        "{% if {'a': 1} not in copy %}{% endif %}",
        "{% if m == copy %}{% endif %}",
        "{% if 1 < 2 != (m == copy) %}{% endif %}",
        "{% if m is eq(copy) %}{% endif %}",
        "{% if a is in(copy) %}{% endif %}",
        "{% if m | selectattr('name', 'eq', 'x') %}{% endif %}",
        "{% if m | rejectattr('name', 'in', 'xyz') %}{% endif %}",
        "{% if m | map(attribute='name') %}{% endif %}",
        "{% if m | map(attribute='name') | map('upper') %}{% endif %}",
        "{% if m | sort('name') %}{% endif %}",
        "{% if m | unique('name') %}{% endif %}",
        "{% if m | reverse %}{% endif %}",
        "{% if m | list %}{% endif %}",
        "{% if m | json %}{% endif %}",
        "{% if a | dictsort and m | list %}{% endif %}",
        "{% if m | map(attribute='name') | join(',') %}{% endif %}",
        "{% if long | upper %}{% endif %}",
        "{% if long | urlquery %}{% endif %}",
        "{% if long | paragraphs %}{% endif %}",
        "{% if long == long %}{% endif %}",
        "{% for b in m if b.value == -1 %}{% endfor %}",
        "{{ f(*m) }}",
        "{% if 1 %}{% endif %}" * 1000,
    ],
)
def test_work_in_a_loop_is_counted_at_its_line(body):
    (problem,) = render(f"{MACRO}\n\n{LOOP}\n{body}\n{END}")
    assert "more steps" in problem.message
    assert (problem.template, problem.line) in {("t.j2", 4), ("t.j2", 3), ("t.j2", 1)}
    assert problem.help


@pytest.mark.parametrize(
    "text",
    [
        "k: [{% for a in m %}" + "1," * 50 + "{% endfor %}]",
        "k: [" + "1," * 1000 + "]",
        "{% for a in m %}" + "\n- {{ a.name }}" * 10 + "\n{% endfor %}",
        MACRO + "{% for a in m %}" + "{{ f(1) }}" * 5 + "{% endfor %}",
        "{% macro g() %}{{ caller() }}{% endmacro %}{% for a in m %}"
        + "{% call g() %}{% endcall %}" * 3
        + "{% endfor %}",
        "{% set x = 1 %}" * 600 + "{% for a in m %}" + "{% include 'f.j2' %}" * 4 + "{% endfor %}",
        "".join(f"{{% set x{number} = 1 %}}" for number in range(1000))
        + "{% for a in m %}{% include 'f.j2' %}{% endfor %}",
        "{% for a in m %}" + "{% set x = m[1].name %}" * 20 + "{% endfor %}",
    ],
    ids=["flow", "one line", "lines", "macros", "call blocks", "includes", "variables", "statements"],
)
def test_a_step_is_about_the_same_work_in_every_part_of_a_template(text):
    """5,000 steps take about 3 ms; without a charge for its kind of work, each of these would render."""
    (problem,) = render(text)
    assert "more steps" in problem.message


def test_a_parsed_output_costs_the_same_steps_again():
    limits = RenderLimits(max_steps=1_000, average_steps=0)
    engine = TemplateEngine(TemplateSet({"t.j2": "k: [" + "1," * 50 + "]"}, limits=limits))
    results = [engine.render("t.j2", {}, format="yaml") for _ in range(3)]
    assert [isinstance(result, tuple) for result in results] == [False, False, True]
    assert "too many steps together" in results[2][0].message


def test_the_tokens_of_a_template_are_bounded_before_it_is_compiled():
    (problem,) = render("{% if 0 %}\n" + "{% elif 0 %}\n" * 20_000 + "{% endif %}")
    assert "more than 50000 tokens" in problem.message
    assert 10_000 < problem.line < 20_000


def test_values_that_a_file_places_again_are_bounded_separately():
    limits = RenderLimits(max_repeated_values=1_000)
    (problem,) = render("k:\n{% for a in m %}\n- {{ m }}\n{% endfor %}", limits=limits)
    assert "more values than one file can have" in problem.message
    assert isinstance(render("k: {{ m }}\nl: {{ copy }}", limits=limits), RenderedTemplate)


def test_a_list_of_ten_thousand_models_renders():
    models = [{"name": f"n{number}", "namespace": "a", "owner": "b", "wave": 1} for number in range(10_000)]
    lines = "".join(f"  {key}: {{{{ one.{key} }}}}\n" for key in models[0])
    text = "{% for one in m | sort(attribute='name') %}\n- key: 1\n" + lines + "{% endfor %}"
    result = render(text, limits=RenderLimits(), m=models)
    assert isinstance(result, RenderedTemplate)
    assert len(result.documents[0]) == len(models)


@pytest.mark.parametrize("body", ["{% if text | length == 3 %}{% endif %}", "{% if text == 'x' %}{% endif %}"])
def test_the_text_of_a_block_is_counted_where_it_is_read(body):
    assert "more steps" in render(f"{TEXT}\n{LOOP}{body}{END}")[0].message


@pytest.mark.parametrize(
    "text",
    [
        tower("x", "[x, x] | list") + tower("y", "[y, y] | list") + "{% if x == y %}{% endif %}",
        tower("x", "[x, x] | list") + "{% if 5 in x %}{% endif %}",
        tower("x", "[x, x] | list") + "{{ x | upper }}",
        tower("x", "[x, x] | list") + "{{ x | seconds }}",
        tower("x", "[x, x] | reverse") + "k: {{ x }}",
        tower("x", "[x, x] | join") + "k: {{ x }}",
        "{% set x %}{{ empty }}{{ empty }}{% endset %}" + "{% set x %}{{ x }}{{ x }}{% endset %}" * 60 + "k: {{ x }}",
    ],
)
def test_values_that_share_parts_are_as_large_as_all_parts(text):
    (problem,) = render(text)
    assert "too many" in problem.message or "too long" in problem.message or "more steps" in problem.message


@pytest.mark.parametrize("output_format", ["yaml", "text", "markdown", "shell"])
def test_the_whole_output_of_a_file_is_bounded(output_format):
    (problem,) = render("{% for a in m %}\n- {{ long }}\n{% endfor %}", output_format=output_format)
    assert "too long" in problem.message


def test_text_within_placed_values_is_bounded():
    (problem,) = render("{% for a in m %}\n- {{ texts }}\n{% endfor %}", texts=["x" * 100] * 10)
    assert "more text than one file may hold" in problem.message


def test_indentation_is_part_of_the_output():
    deep: object = ["x\n" * 90] * 10
    for _ in range(40):
        deep = [deep]
    (problem,) = render("k: {{ deep }}", deep=deep)
    assert "longer than one file may be" in problem.message
    assert isinstance(render("k: {{ shallow }}", shallow=["x\n" * 90] * 10), RenderedTemplate)


def test_a_file_reports_a_bounded_number_of_problems():
    problems = render("k:\n{% for a in m %}\n- a {{ long }}\n{% endfor %}", long="x y")
    assert len(problems) <= SMALL.max_problems
    assert render("{% for a in m %}\n{{ 'k' }}: 1\n{% endfor %}")[0].message == "two keys of one map have the value 'k'"


def test_what_all_files_of_a_template_do_is_bounded():
    limits = RenderLimits(max_steps=6_000, average_steps=400, max_characters=100_000, average_characters=100_000)
    engine = TemplateEngine(
        TemplateSet({"t.j2": f"{LOOP}{{% if a in m %}}{{% endif %}}{END}", "u.j2": "k: 1\n"}, limits=limits)
    )
    heavy, light = LIST[:15], LIST[:3]
    results = [engine.render("t.j2", {"m": heavy}, format="yaml") for _ in range(5)]
    failures = [index for index, result in enumerate(results) if isinstance(result, tuple)]
    assert failures
    assert failures[0] > 0
    assert "take too many steps together" in results[failures[0]][0].message
    assert isinstance(engine.render("u.j2", {}, format="yaml"), RenderedTemplate)
    fresh = TemplateEngine(TemplateSet({"t.j2": f"{LOOP}{{% if a in m %}}{{% endif %}}{END}"}, limits=limits))
    assert all(isinstance(fresh.render("t.j2", {"m": light}, format="yaml"), RenderedTemplate) for _ in range(200))


def test_what_all_files_of_a_template_print_is_bounded():
    limits = RenderLimits(max_characters=1_000, average_characters=100)
    engine = TemplateEngine(TemplateSet({"t.j2": "k: {{ x }}"}, limits=limits))
    results = [engine.render("t.j2", {"x": "a" * 400}, format="yaml") for _ in range(10)]
    assert "too long together" in next(result for result in results if isinstance(result, tuple))[0].message
    assert isinstance(results[0], RenderedTemplate)


def test_the_limit_is_the_same_in_each_run():
    text = f"{LOOP}{{% if a in m | sort('name') %}}{{% endif %}}{END}"
    outcomes = [
        [
            isinstance(render(text, limits=RenderLimits(max_steps=steps)), tuple)
            for steps in range(50_000, 1_000_000, 50_000)
        ]
        for _ in range(3)
    ]
    assert outcomes[0] == outcomes[1] == outcomes[2]
    assert sorted(outcomes[0], reverse=True) == outcomes[0]
    assert True in outcomes[0]
    assert False in outcomes[0]


BOMB = """
import resource
resource.setrlimit(resource.RLIMIT_AS, (700_000_000, 700_000_000))
from compiler.render.template_engine import TemplateEngine
from compiler.templating.template_set import TemplateSet
text = "k:\\n{% for a in m %}{% for b in m %}\\n- {{ long }}\\n{% endfor %}{% endfor %}"
(problem,) = TemplateEngine(TemplateSet({"t.j2": text})).render("t.j2", {"m": [1] * 1000, "long": "x" * 1_000_000}, format="FORMAT")
print(problem.message)
"""


@pytest.mark.parametrize("output_format", ["yaml", "text"])
def test_a_bomb_of_a_terabyte_fits_into_little_memory(output_format):
    result = subprocess.run(
        [sys.executable, "-c", BOMB.replace("FORMAT", output_format)], capture_output=True, text=True, check=True
    )
    assert result.stdout == "the output of the template is too long\n"
