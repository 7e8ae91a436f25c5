"""A release that misses a threshold of its model, or is worse than the champion, is reported at the threshold's line."""

import pytest

from compiler.pipeline.session import Session
from compiler.resolve.release_gates import ReleaseMetrics, gate_findings, recorded_metrics
from compiler.source.memory_tree import MemoryTree

HEAD = "apiVersion: modelyard/v1\n"
PROJECT = f"{HEAD}kind: Project\nname: shop\nenvironments: [prod]\n"
BASE = f"""{HEAD}kind: Team
name: pricing
---
{HEAD}kind: Environment
name: prod
stage: prod
namespace: prod
"""


def model(gate: str, champion: str = ""):
    spec = f"""{HEAD}kind: Model
name: refunds
type: ml
owner: pricing
summary: Refunds or not
lifecycle: production
releases:
  1.0.0:
    source: {{format: onnx, uri: "s3://a/1", digest: "sha256:{"1" * 64}"}}
    evaluations: [{{metric: auc, value: 0.9}}, {{metric: mape, value: 0.1}}, {{metric: recall, value: 0.5, slice: young}}]
pipeline:
  evaluate:
    gates: [{gate}]
    {champion}
environments:
  prod: {{}}
"""
    run = Session(MemoryTree({"modelyard.yaml": PROJECT, "models/base.yaml": BASE, "models/refunds.yaml": spec}))
    found, findings = run.fleet.resolve("refunds", "prod")
    assert found is not None, findings
    return found


def gate_results(resolved_model, numbers, champion=None, version="2.0.0") -> list[tuple[str, str, int]]:
    best = ReleaseMetrics("1.0.0", champion) if champion is not None else None
    return [
        (one.code.name, one.message, one.location.line)
        for one in gate_findings(resolved_model, ReleaseMetrics(version, numbers), best)
    ]


@pytest.mark.parametrize(
    ("op", "bar", "clears", "misses"),
    [(">=", 0.9, 0.9, 0.8999), (">", 0.9, 0.9001, 0.9), ("<=", 0.1, 0.1, 0.1001), ("<", 0.1, 0.0999, 0.1)],
)
def test_a_bar_is_cleared_or_missed_at_its_line(op, bar, clears, misses) -> None:
    found = model(f'{{metric: auc, op: "{op}", value: {bar}}}')
    assert gate_results(found, {"auc": clears}) == []
    assert gate_results(found, {"auc": misses}) == [
        ("gate-failed", f"refunds 2.0.0: auc is {misses:g}, but must be {op} {bar:g}", 14)
    ]


@pytest.mark.parametrize("number", [float("nan"), float("-inf")])
def test_what_is_no_number_clears_nothing(number) -> None:
    assert [name for name, _, _ in gate_results(model('{metric: auc, op: ">=", value: 0.9}'), {"auc": number})] == [
        "gate-failed"
    ]


def test_a_metric_that_is_not_recorded_meets_no_threshold() -> None:
    found = model('{metric: auc, op: ">=", value: 0.9}, {metric: lift, op: ">", value: 1}')
    assert gate_results(found, {"auc": 0.95}) == [
        ("metric-not-recorded", "refunds 2.0.0: no value of lift is recorded", 14)
    ]


CHAMPION = "champion: {environment: prod, tolerance: 0.005}"


@pytest.mark.parametrize(
    ("op", "best", "holds", "is_worse"),
    [(">=", 0.95, 0.945, 0.9449), (">", 0.95, 0.96, 0.94), ("<=", 0.1, 0.105, 0.1051), ("<", 0.1, 0.05, 0.106)],
)
def test_the_direction_of_the_bar_says_what_is_worse(op, best, holds, is_worse) -> None:
    found = model(f'{{metric: auc, op: "{op}", value: {0 if op.startswith(">") else 9}}}', CHAMPION)
    assert gate_results(found, {"auc": holds}, {"auc": best}) == []
    results = gate_results(found, {"auc": is_worse}, {"auc": best})
    assert [(name, line) for name, _, line in results] == [("worse-than-champion", 14)]
    assert f"worse than {best:g} of the champion, 1.0.0 in prod, by more than 0.005" in results[0][1]


def test_no_tolerance_is_none() -> None:
    found = model('{metric: auc, op: ">=", value: 0}', "champion: {environment: prod}")
    assert gate_results(found, {"auc": 0.9}, {"auc": 0.9}) == []
    assert [name for name, _, _ in gate_results(found, {"auc": 0.899999}, {"auc": 0.9})] == ["worse-than-champion"]


def test_a_champion_without_the_number_is_no_champion_beaten() -> None:
    found = model('{metric: auc, op: ">=", value: 0}', CHAMPION)
    assert gate_results(found, {"auc": 1}, {}) == [
        ("metric-not-recorded", "refunds 2.0.0: no value of auc is recorded for the champion, 1.0.0 in prod", 14)
    ]


def test_the_champion_is_not_held_against_itself() -> None:
    assert (
        gate_results(model('{metric: auc, op: ">=", value: 0}', CHAMPION), {"auc": 0.1}, {"auc": 0.9}, version="1.0.0")
        == []
    )


def test_the_numbers_of_a_part_are_no_numbers_of_the_whole() -> None:
    found = model('{metric: auc, op: ">=", value: 0}')
    assert recorded_metrics(found.release).numbers == {"auc": 0.9, "mape": 0.1}
