"""`has(a.b.c)` does not hold where `a.b` is absent; nothing else of an expression is touched."""

import pytest

from compiler.cel.identifiers import expand_has_calls


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("has(a.b)", "has(a.b)"),
        ("has(a.b.c)", "(has(a.b) && has(a.b.c))"),
        ("!has( a.b.`x-y`.d ) || x", "!(has(a.b) && has(a.b.`x-y`) && has(a.b.`x-y`.d)) || x"),
        ("'has(a.b.c)' == \"has(a.b.c)\"", "'has(a.b.c)' == \"has(a.b.c)\""),
        ("x.has_(a.b.c) && ahas(a.b.c)", "x.has_(a.b.c) && ahas(a.b.c)"),
        ("has(a[0].b.c)", "has(a[0].b.c)"),
        ("1 // has(a.b.c)", "1 // has(a.b.c)"),
    ],
)
def test_presence_is_tested_from_the_root_down(text, expected) -> None:
    assert expand_has_calls(text) == expected
