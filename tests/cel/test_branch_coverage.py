"""The parts of a condition are listed with their positions and whether they hold."""

import pytest

from compiler.cel import CelEnvironment

EXPRESSIONS = CelEnvironment({"model": {"type": "object"}})
DATA = {"model": {"a": 1, "b": 2, "c": True, "x": [2]}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("has(model.a) && (model.b > 2 || !model.c)", [("has(model.a)", True), ("model.b", False), ("model.c", True)]),
        ("model.x.all(a, a > 1) ? model.b == 1 : true", [("model.x.all", True), ("model.b", False)]),
        ("has(model.q.r) || model.b == 2", [("has(model.q.r)", False), ("model.b", True)]),
        ("model.b in [1, 2]", [("model.b", True)]),
    ],
)
def test_each_branch_is_reported(text, expected) -> None:
    found = EXPRESSIONS.evaluate_branches(text, EXPRESSIONS.activation(DATA))
    assert [holds for _, holds in found] == [holds for _, holds in expected]
    assert all(text[offset:].startswith(begins) for (offset, _), (begins, _) in zip(found, expected, strict=True)), (
        found
    )
