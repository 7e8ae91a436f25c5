"""Simple patterns have the result of the engine."""

import random

import pytest

from compiler.cel import CelEnvironment
from compiler.cel.simple_patterns import find_simple_pattern

ENGINE = CelEnvironment({"text": {"type": "string"}, "pattern": {"type": "string"}}).compile(
    "text.matches(pattern)", check_types=False
)
SIMPLE = (
    "^[a-z]", "[.](pkl|pickle|pt)$", "^(?:[^/]*[.])?kubernetes[.]io/", "^[A-Za-z0-9._:/=,@+-]+$", "a?b", "^a|b$", "(a|)$", "$", "^$", "()",
)  # fmt: skip
COMPLEX = (
    "a+b+",
    "(a+)+",
    "[[:alpha:]]",
    r"\d",
    "a{2}",
    "a.b",
    "(?i)a",
    "[a-c-e]",
    "[é]",
    "(a",
    "*a",
    "a**",
    "^*",
    "[z-a]",
    "(?P<a>b)",
)
TEXTS = (
    "",
    "a",
    "b",
    "ab",
    "b\n",
    "\nb",
    "a/b.kubernetes.io/x",
    "kubernetes.io/",
    "m.pkl",
    "m.pkl\n",
    "é",
    "A-z+",
    "a b",
    "aab\u2028",
)


def engine_result(pattern, text):
    return ENGINE.evaluate({"pattern": pattern, "text": text})


@pytest.mark.parametrize("pattern", SIMPLE)
def test_a_simple_pattern_finds_what_the_engine_finds(pattern):
    assert [find_simple_pattern(pattern, text) for text in TEXTS] == [engine_result(pattern, text) for text in TEXTS]


@pytest.mark.parametrize("pattern", COMPLEX)
def test_the_engine_decides_about_other_patterns(pattern):
    assert find_simple_pattern(pattern, "a") is None


def test_the_engine_searches_long_texts():
    assert find_simple_pattern("a$", "a" * 1001) is None


def test_random_patterns_of_simple_parts_find_what_the_engine_finds():
    source = random.Random(7)
    parts = ("a", "b", "[a-b]", "[^a]", "(", "(?:", ")", ")?", "|", "a?", "[b/.-]*", "a+", "^", "$", "-", "[0-9:]")
    compared = 0
    for _ in range(3000):
        pattern = "".join(source.choices(parts, k=source.randrange(1, 6)))
        text = "".join(source.choices("ab/.\n-:", k=source.randrange(5)))
        is_found = find_simple_pattern(pattern, text)
        if is_found is not None:
            compared += 1
            assert is_found == engine_result(pattern, text), (pattern, text)
    assert compared > 500
