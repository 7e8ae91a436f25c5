"""What another engine needs to evaluate an expression is read from its AST."""

import pytest

from compiler.cel import CelEnvironment, Expression
from compiler.cel.identifiers import substitute_variables
from compiler.cel.portability import called_functions, estimate_cost, loop_variables, mixed_literals, selected_fields


def ast_of(text: str) -> bytes:
    expression = CelEnvironment({"object": {}}).compile(text, expect="any", check_types=False)
    assert isinstance(expression, Expression)
    return expression.ast_bytes


def test_functions_variables_of_macros_and_fields_are_listed() -> None:
    ast = ast_of("object.a.all(x, x.b.startsWith('c')) ? size(object.d) : 0")
    assert {"startsWith", "size", "_?_:_"} <= called_functions(ast)
    assert loop_variables(ast) == {"x"}
    assert selected_fields(ast) == {"a", "b", "d"}


@pytest.mark.parametrize(
    ("text", "types"),
    [
        ("object.a in [1, 2]", ()),
        ("object.a in [1, '2']", ("int", "string")),
        ("{'a': 1, 'b': true}", ("bool", "int")),
        ("{'a': 1, 2: 1}", ("int", "string")),
        ("[object.a, 1]", ()),
    ],
)
def test_literals_that_mix_types_are_reported(text: str, types: tuple[str, ...]) -> None:
    assert mixed_literals(ast_of(text)) == types


def test_each_nested_macro_multiplies_the_cost() -> None:
    once, twice = (
        estimate_cost(ast_of(text), 100) for text in ("object.a.all(x, x == 1)", "object.a.all(x, x.all(y, y == 1))")
    )
    assert 100 < once < 2_000
    assert 50 * once < twice < 200 * once


@pytest.mark.parametrize(
    ("text", "replaced"),
    [
        ("model.a.b == 1", "<model.a.b> == 1"),
        ("has(model.a) && object.model.a == model.a", "<has model.a> && object.model.a == <model.a>"),
        ("model.a.startsWith('model.a')", "<model.a>.startsWith('model.a')"),
        ("model(1) + modelled.a", "model(1) + modelled.a"),
    ],
)
def test_reads_of_variables_are_replaced_and_nothing_else(text: str, replaced: str) -> None:
    result = substitute_variables(text, ["model"], lambda path, tested: f"<{'has ' if tested else ''}{'.'.join(path)}>")
    assert result == replaced
