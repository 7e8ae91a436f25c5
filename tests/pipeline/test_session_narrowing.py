"""What a check of one file tells is what a check of all tells in that file: judging less loses nothing."""

import runpy
from datetime import date
from pathlib import Path

import pytest

from compiler.foundation import resources
from compiler.foundation.errors import UsageError
from compiler.pipeline.session import Session
from compiler.pipeline.stages import check
from compiler.policy.pack import shipped_pack_names
from compiler.source.worktree import WorkTree
from tests.cases.test_cases import BASE, CASE_FOLDERS, CASES, lay_over

DAY = date(2026, 11, 24)
SAMPLE = Path(__file__).parents[2]
write_project = runpy.run_path(str(SAMPLE / "bench" / "generate.py"))["write_project"]


def told_in(path: str, findings) -> list:
    return [finding for finding in findings if finding.location and finding.location.path == path]


def agrees(folder: Path) -> int:
    """How many files were judged alone, each telling what the whole check tells of it."""
    try:
        whole = check(Session(WorkTree(folder), DAY))
    except UsageError:
        return 0
    narrowed_count = 0
    paths = {spec.document.path for spec in Session(WorkTree(folder), DAY).portfolio.by_kind("Model").values()}
    for path in sorted(paths):
        run = Session(WorkTree(folder), DAY, files=frozenset({path}))
        assert told_in(path, check(run)) == told_in(path, whole), path
        narrowed_count += run.models_in_scope is not None
    return narrowed_count


@pytest.mark.parametrize("case", CASE_FOLDERS, ids=lambda case: case.relative_to(CASES).as_posix())
def test_of_a_case(case: Path, tmp_path) -> None:
    lay_over(BASE / "input", tmp_path)
    lay_over(case / "input", tmp_path)
    agrees(tmp_path)


@pytest.fixture
def sample(tmp_path) -> Path:
    for name in ("models", "modelyard.yaml", "schemas/policies"):
        source = SAMPLE / name
        files = [source] if source.is_file() else [file for file in source.rglob("*") if file.is_file()]
        for file in files:
            target = tmp_path / file.relative_to(SAMPLE)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.read_bytes())
    return tmp_path


def test_of_the_sample(sample) -> None:
    assert agrees(sample) > 10


def test_of_a_fleet_that_breaks_policies(tmp_path) -> None:
    write_project(30, tmp_path)
    names = ", ".join(shipped_pack_names(WorkTree(resources.shipped_folder("schemas"))))
    project = tmp_path / "modelyard.yaml"
    project.write_text(f"{project.read_text()}\npolicies: [{names}]\n")
    assert agrees(tmp_path) > 20
    assert len(check(Session(WorkTree(tmp_path), DAY))) > 50


def test_a_policy_on_the_fleet_has_every_model_judged(sample) -> None:
    (sample / "models" / "one-owner.yaml").write_text(FLEET_POLICY)
    project = sample / "modelyard.yaml"
    project.write_text(project.read_text().replace("policies: [", "policies: [one-owner, ", 1))
    path = next(iter(Session(WorkTree(sample), DAY).portfolio.by_kind("Model").values())).document.path
    run = Session(WorkTree(sample), DAY, files=frozenset({path}))
    assert run.models_in_scope is None
    assert agrees(sample) == 0


FLEET_POLICY = """\
apiVersion: modelyard/v1
kind: Policy
name: one-owner
title: No model is the first
enforcement: advisory
scope: fleet
rules:
  - expression: models.all(m, models.exists(n, n.model.name < m.model.name))
    message: it is the first
remedy: be another
examples:
  good:
    - models: []
  bad:
    - models: [{name: a, type: ml}]
"""
