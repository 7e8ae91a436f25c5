"""All conditions of an emitter are evaluated in a few batches: one each would cost a fleet ten times as much."""

from pathlib import Path

import pytest

from compiler.cel import Expression
from compiler.pipeline.session import Session
from compiler.pipeline.stages import check
from compiler.plan.emitters.conditions import COMPATIBILITY_SECTIONS
from compiler.plan.matching.addons import AddonEvaluator
from compiler.source.worktree import WorkTree

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def evaluated_conditions(monkeypatch) -> list[str]:
    """Every batch that is evaluated."""
    questions: list[str] = []
    value = Expression.evaluate_value

    def counting_value(self, data):
        questions.append(self.text)
        return value(self, data)

    monkeypatch.setattr(Expression, "evaluate_value", counting_value)
    return questions


def test_few_conditions_are_evaluated_for_a_model(evaluated_conditions) -> None:
    run = Session(WorkTree(ROOT))
    assert not any(finding.is_blocking for finding in check(run))
    situations = len(list(run.fleet.deployments())) * len(run.emitters.by_id)
    assert evaluated_conditions
    assert len(evaluated_conditions) <= 4 * situations


def test_an_emitter_without_conditions_is_not_evaluated(monkeypatch) -> None:
    emitter_ids = set[str]()
    situation = AddonEvaluator.evaluate

    def record_emitter(self, emitter):
        emitter_ids.add(emitter.id)
        return situation(self, emitter)

    monkeypatch.setattr(AddonEvaluator, "evaluate", record_emitter)
    run = Session(WorkTree(ROOT))
    list(check(run))
    objecting = {
        emitter.id
        for emitter in run.plan_stage.addons
        if any(emitter.data.get(key) for key in ("requires", "unsupported", "inputs"))
    }
    assert emitter_ids
    assert emitter_ids <= objecting
    assert "kustomize" in {emitter.id for emitter in run.plan_stage.addons} - emitter_ids


def test_results_for_recent_environments_are_reused(evaluated_conditions) -> None:
    run = Session(WorkTree(ROOT))
    emitter = run.emitters.by_id["argocd"]
    places = [{"environment": {"cluster": f"cluster-{number}"}, "capabilities": {}} for number in range(3)]
    first = [run.conditions.evaluate_sections(emitter, COMPATIBILITY_SECTIONS, place) for place in places]
    count = len(evaluated_conditions)
    again = [run.conditions.evaluate_sections(emitter, COMPATIBILITY_SECTIONS, place) for place in places * 2]
    assert again == first * 2
    assert len(evaluated_conditions) == count
    other = {
        "environment": {"cluster": "another"},
        "capabilities": {"argocd": {"version": "3.5", "namespace": "argocd"}},
    }
    assert run.conditions.evaluate_sections(emitter, COMPATIBILITY_SECTIONS, other) != first[0]
    assert len(evaluated_conditions) > count
