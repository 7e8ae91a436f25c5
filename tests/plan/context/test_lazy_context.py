"""What templates see is described, and what is described they see."""

from pathlib import Path

import pytest

from compiler.pipeline.session import Session
from compiler.plan.context.lazy_context import VARIABLE_DESCRIPTIONS
from compiler.source.worktree import WorkTree

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def context_names() -> set[str]:
    """Every name in the context of a file of the sample, which has a file of each scope."""
    run = Session(WorkTree(ROOT))
    units = run.plan_units()
    files = [file for unit in units for file in unit.files]
    assert {file.rule.scope for file in files} == {"deployment", "model", "release", "environment", "project"}
    return {name for file in files for name in file.context}


def test_every_name_is_described(context_names) -> None:
    assert context_names <= set(VARIABLE_DESCRIPTIONS)


def test_every_name_that_is_described_is_there(context_names) -> None:
    off = {"codeOwners", "canary", "componentImages", "approvedValues", "objectPolicies"}
    assert set(VARIABLE_DESCRIPTIONS) <= context_names | off, (
        "the emitters of code owners and admission are off in the sample, and no model has a canary, a transformer or an explainer"
    )
