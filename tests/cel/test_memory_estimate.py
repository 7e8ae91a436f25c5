"""An expression that would need too much memory for its data is not evaluated."""

import subprocess
import sys

import pytest

from compiler.cel import TOO_MUCH_MEMORY, CelEnvironment, Failure

SCHEMA = {
    "type": "object",
    "properties": {
        "text": {"type": "string"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "parts": {"type": "array", "items": {"type": "object", "properties": {"text": {"type": "string"}}}},
        "labels": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}
EXPRESSIONS = CelEnvironment({"model": SCHEMA})
LARGE = {
    "text": "y" * 20_000,
    "tags": [f"tag{number}" for number in range(300)],
    "parts": [{"text": "z" * 20_000}] * 300,
    "labels": {f"key{number}": "v" * 20_000 for number in range(300)},
}
LARGEST_ACCEPTED = """
import resource
from compiler.cel import CelEnvironment, Failure
from compiler.cel.memory_estimate import MAX_BYTES
list_of_text = {"type": "array", "items": {"type": "string"}}
expression = CelEnvironment({"tags": list_of_text}).compile("tags.map(t, t + 'q').size() > 0")
start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
assert expression.evaluate({"tags": ["x"] * 4900}) is True
assert isinstance(expression.evaluate({"tags": ["x"] * 5100}), Failure)
assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - start) * 1024 < 1.25 * MAX_BYTES
"""


@pytest.fixture
def low_limit(monkeypatch) -> None:
    monkeypatch.setattr("compiler.cel.memory_estimate.MAX_BYTES", 4_000_000)


@pytest.mark.usefixtures("low_limit")
@pytest.mark.parametrize(
    "text",
    [
        "model.tags.all(t, size(model.text + t) > 0)",
        "model.tags.all(t, ('a' + model.text + 'b').startsWith('a'))",
        "model.tags.map(t, model.text + t).size() > 0",
        "model.tags.all(t, model.tags.map(u, u + model.text).size() > 0)",
        "model.parts.all(p, p.text + 'a' != 'b')",
        "model.parts.all(p, model.parts[0].text + 'a' != 'b')",
        "model.tags.all(t, model.labels[t] + 'a' != 'b' || true)",
        "model.labels.all(k, model.labels[k] + 'a' != 'b')",
        "model.tags.all(t, (t == 'a' ? model.text : t) + 'a' != 'b')",
        "model.tags.map(t, [model.text]).all(l, l.all(u, u + 'a' != 'b'))",
        "model.tags.map(t, {'key': model.text}).all(m, m.key + 'a' != 'b')",
        f"model.tags.all(t, ({' + '.join(['model.tags'] * 20)}).size() > 0)",
    ],
)
def test_an_expression_that_copies_too_much_is_refused(text) -> None:
    expression = EXPRESSIONS.compile(text)
    assert expression.evaluate({"model": LARGE}) == Failure(TOO_MUCH_MEMORY)


@pytest.mark.usefixtures("low_limit")
@pytest.mark.parametrize(
    "text",
    [
        "model.tags.all(t, t + '-' != model.text)",
        "model.tags.map(t, t + 'a').size() == 300",
        "model.tags.filter(t, t.startsWith('tag')).map(t, t + 'a').size() == 300",
        "size(model.text + model.text) == 40000",
        "model.parts.all(p, has(p.text) && p.text.size() > 10)",
        "model.parts.map(p, p.text).size() == 300",
    ],
)
def test_an_expression_that_copies_little_is_evaluated(text) -> None:
    assert EXPRESSIONS.compile(text).evaluate({"model": LARGE}) is True


def test_the_limit_is_a_limit_of_the_memory_of_the_process() -> None:
    subprocess.run([sys.executable, "-c", LARGEST_ACCEPTED], check=True)
