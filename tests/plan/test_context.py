"""What templates see is described, and what is described they see."""

from pathlib import Path

import pytest

from compiler.pipeline.session import Run
from compiler.plan.context.lazy_context import DESCRIPTIONS
from compiler.plan.planning import plan
from compiler.source.worktree import WorkTree

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def seen() -> set[str]:
    """Every name in the context of a file of the sample, which has a file of each scope."""
    run = Run(WorkTree(ROOT))
    units = plan(run.planner, run.judge, lambda _model, _environment: True)
    files = [file for unit in units for file in unit.files]
    assert {file.rule.per for file in files} == {"deployment", "model", "release", "environment", "project"}
    return {name for file in files for name in file.context}


def test_every_name_is_described(seen) -> None:
    assert seen <= set(DESCRIPTIONS)


def test_every_name_that_is_described_is_there(seen) -> None:
    assert set(DESCRIPTIONS) <= seen | {"owned"}, "of the sample's emitters, only those of code owners are off"
