"""No expression makes of its data what a machine cannot hold."""

import pytest

from compiler.cel import CelEnvironment, CompileError, Expression

EXPRESSIONS = CelEnvironment(
    {
        "model": {
            "type": "object",
            "properties": {"name": {"type": "string"}, "tags": {"type": "array", "items": {"type": "string"}}},
        }
    }
)
TENFOLD = ".map(s, s+s+s+s+s+s+s+s+s+s)"


@pytest.mark.parametrize(
    "text",
    [
        f"[model.name]{TENFOLD * 10}[0] == 'b'",
        "[model.name]" + ".map(s, s + s)" * 40 + "[0] == 'b'",
        "[model.name]" + ".map(s, [s, s])" * 40 + " == []",
        "[model.name].map(a, [a + a + a + a].map(b, [b + b + b + b].map(c, [c + c + c + c].map(d, d + d)))) == []",
        "model.tags.all(t, size(" + " + ".join(["t"] * 101) + ") > 0)",
        "model.tags.exists(t, ['a']" + TENFOLD * 3 + "[0] == t)",
        "model.tags.map(t, '@result' == t ? __result__ + __result__ : []) == []",
    ],
)
def test_what_grows_with_each_step_is_refused(text) -> None:
    found = EXPRESSIONS.compile(text)
    assert isinstance(found, CompileError)


@pytest.mark.parametrize(
    "text",
    [
        "model.tags.map(t, t + '-' + model.name).filter(t, t.startsWith('a')).size() == 0",
        "model.tags.all(a, model.tags.exists_one(b, a == b))",
        "(" + " + ".join(["model.name"] * 20) + ").size() < 1000",
        "size(model.tags) + size(model.name) + 1 < 10",
    ],
)
def test_what_a_rule_needs_is_not(text) -> None:
    assert isinstance(EXPRESSIONS.compile(text), Expression)
