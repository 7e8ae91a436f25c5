"""All conditions of an emitter are asked in a few questions: one each would cost a fleet ten times as much."""

from pathlib import Path

import pytest

from compiler.expression import Expression
from compiler.pipeline import Run, check
from compiler.source.worktree import WorkTree

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def asked(monkeypatch) -> list[str]:
    """Every question that is asked."""
    questions: list[str] = []
    value = Expression.value

    def counted(self, data):
        questions.append(self.text)
        return value(self, data)

    monkeypatch.setattr(Expression, "value", counted)
    return questions


def test_a_model_is_asked_few_questions(asked) -> None:
    run = Run(WorkTree(ROOT))
    assert not any(finding.mandatory for finding in check(run))
    situations = len(list(run.fleet.deployments())) * len(run.emitters.by_id)
    assert asked
    assert len(asked) <= 4 * situations
