"""Whatever is written behind a filter, a test or an operator: the template renders, or has a problem at its line.

MODELYARD_TEST_ROUNDS sets how many templates are tried.
"""

import os
import random

import pytest

from compiler.render.template_engine import RenderedTemplate, TemplateEngine
from compiler.templating.jinja_filters import FILTERS
from compiler.templating.jinja_tests import JINJA_TESTS
from compiler.templating.template_set import TemplateSet

pytestmark = pytest.mark.races

ROUNDS = 20 * int(os.environ.get("MODELYARD_TEST_ROUNDS", "15"))
CONTEXT = {
    "name": "scorer", "n": 3, "f": 1.5, "m": {"a": 1, "b": {"c": "x"}}, "l": [3, 1, 2], "maps": [{"a": 1}, {"b": 2}, {"a": None}],
    "t": True, "z": None, "big": 10**400, "negative": -5, "e": "", "max": 1e308, "s": "Ä 大 😀", "q": "500m",
    "mixed": ["b", None, 1, {"x": []}],
}  # fmt: skip
OPERANDS = [
    *CONTEXT, "[name]", "{'a': l}", "m.b", "1e999", "-1e999", "[1e999]", "[[1]]", "'%s %d'", "unknown", "('a', 'b')", "9" * 5000,
    "omit", "loop",
]  # fmt: skip
ARGUMENTS = [
    "", "'x'", "'__class__'", "attribute='__class__'", "attribute='a'", "attribute='a.b'", "'attr', '__class__'", "'map', 'x'", "1", "-1",
    "99999999999", "1e999", "1.5", "none", "true", "[]", "{}", "m", "l", "name", "'a', 1", "1, 'a'", "'a', 'b', 'c', 'd'", "x=1",
    "default='z'", "reverse=true", "case_sensitive=1", "by='value'", "'upper'", "'int'", "'defined'", "'equalto', 1", "'in', 5", "'sort'",
    "'join', l", "'format', 'x'", "'unknown'", "unknown", "attribute=1", "attribute=l", "*l", "**m",
    "'sort', attribute='q'", "'%'", "'list', 3",
]  # fmt: skip
ENDS = ["", "|list", "|length", "|join(',')", "|first", "|string", "|map('upper')|list"]
OPERATORS = ["==", "!=", "<", ">=", "in", "not in", "and", "or", "+", "%", "**", "~"]
FORMS = [
    "k: {{{{ {} }}}}\n",
    "{{% for x in {} %}}\n- {{{{ x }}}}\n{{% endfor %}}\n",
    "{{% if {} %}}\na: 1\n{{% endif %}}\n",
    "{{% set y = {} %}}\nk: {{{{ y }}}}\n",
]
DEVIATIONS = [
    "[name]|map(attribute='__class__')|list", "[name]|map('attr','__class__')|list", "[1]|map('map','x')|list",
    "name|map(attribute='x')|list", "1e999", "-1e999", "[1e999]", "n == 1e999", "n|default(1e999)",
]  # fmt: skip


def random_expression(random_: random.Random) -> str:
    operand, arguments = random_.choice(OPERANDS), random_.choice(ARGUMENTS)
    kind = random_.choice(["filter", "filter", "filter", "test", "operator"])
    if kind == "operator":
        return f"{operand} {random_.choice(OPERATORS)} {random_.choice(OPERANDS)}"
    call = f"({arguments})" if arguments else ""
    if kind == "test":
        return f"{operand} is {random_.choice(sorted(JINJA_TESTS))}{call}"
    return f"{operand}|{random_.choice(sorted(FILTERS))}{call}{random_.choice(ENDS)}"


def render(text: str, output_format: str) -> RenderedTemplate | tuple:
    return TemplateEngine(TemplateSet({"t.j2": text})).render("t.j2", CONTEXT, format=output_format)


@pytest.mark.parametrize("expression", DEVIATIONS)
@pytest.mark.parametrize("form", FORMS)
def test_an_expression_without_a_value_is_a_problem_at_its_line(expression, form) -> None:
    problems = render("\n" + form.format(expression), "yaml")
    assert isinstance(problems, tuple)
    assert {problem.line for problem in problems} == {2}


def test_any_expression_renders_or_is_a_problem() -> None:
    random_ = random.Random(20261201)
    rendered = 0
    for _ in range(ROUNDS):
        text = random_.choice(FORMS).format(random_expression(random_))
        try:
            output = render(text, random_.choice(["yaml", "json", "text"]))
        except Exception as error:
            raise AssertionError(text) from error
        rendered += isinstance(output, RenderedTemplate)
        assert isinstance(output, RenderedTemplate) or all(problem.message for problem in output)
    assert 0 < rendered < ROUNDS
