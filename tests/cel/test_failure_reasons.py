"""A condition that does not hold says at which values it failed: of lists, at which elements."""

import pytest

from compiler.cel import CelEnvironment, Expression, FailureReason

MODEL = {
    "uses": [
        {"port": 1, "tags": ["a"]},
        {"port": 5, "tags": ["x", "b"]},
        {"port": 0, "tags": ["x"]},
    ],
    "limit": 3,
    "labels": {"team": "risk", "cost": ""},
    "sla": {},
}


def failed_at(text: str) -> list[str]:
    compiled = CelEnvironment({"model": {"type": "object"}}).compile(text, check_types=False)
    assert isinstance(compiled, Expression)
    values = CelEnvironment({"model": {"type": "object"}}).activation({"model": MODEL})
    assert compiled.evaluate(values) is not True
    return [_format_reason(reason) for reason in compiled.failure_reasons(values)]


def _format_reason(reason: FailureReason) -> str:
    return ".".join(map(str, reason.pointer)) + ("?" if reason.is_missing else "")


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("model.limit == 2", ["model.limit"]),
        ("2 == model.limit", ["model.limit"]),
        ("model.limit in [1, 2]", ["model.limit"]),
        ("has(model.sla.availability)", ["model.sla.availability?"]),
        ("model.absent == 1", ["model.absent?"]),
        ("!has(model.sla) || has(model.sla.availability)", ["model.sla.availability?"]),
        ("model.limit > 9 || model.uses[1].port == 1", ["model.uses.1.port"]),
        ("model.limit == 2 && has(model.owner) && size(model.uses) == 3", ["model.limit", "model.owner?"]),
        ("model.uses.all(u, u.port > 0)", ["model.uses.2.port"]),
        ("model.uses.all(u, u.tags.all(t, t != 'x'))", ["model.uses.1.tags.0", "model.uses.2.tags.0"]),
        ("model.uses.all(u, u.port < 9 && size(u.tags) == 1)", ["model.uses.1.tags"]),
        ("model.uses.exists(u, u.port == 9)", ["model.uses"]),
        ("!model.uses.exists(u, u.port == 5)", ["model.uses.1.port"]),
        ("!model.uses.all(u, u.port < 9)", ["model.uses"]),
        ("model.labels.all(key, model.labels[key] != '')", ["model.labels.cost"]),
        ("model.uses.all(u, u.port in [1, 5] && model.limit == 3)", ["model.uses.2.port"]),
        ("model.uses.all(u, model.limit == 4)", ["model.uses.0", "model.uses.1", "model.uses.2"]),
        ("model.limit == 3 ? model.uses.all(u, u.port > 0) : true", ["model.uses.2.port"]),
        ("!(model.limit == 3 && model.uses[0].port == 1)", ["model.uses.0.port"]),
        ("model.uses.map(u, u.port) == [1]", ["model.uses"]),
        ("model.uses.exists_one(u, u.port > 0)", ["model.uses"]),
        ("size(model.uses) < 2", ["model.uses"]),
    ],
)
def test_the_values_that_failed_are_named(text, places):
    assert failed_at(text) == places


def test_no_more_than_a_hundred_are_named():
    compiled = CelEnvironment({"model": {"type": "object"}}).compile("model.ports.all(p, p > 0)", check_types=False)
    assert isinstance(compiled, Expression)
    values = CelEnvironment({"model": {"type": "object"}}).activation({"model": {"ports": [0] * 5000}})
    assert len(compiled.failure_reasons(values)) == 100
