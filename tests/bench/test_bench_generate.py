"""What the benchmark measures is a sound project, and always the same one."""

import runpy
from datetime import date
from pathlib import Path

import pytest

from compiler.foundation import resources
from compiler.pipeline.session import Session
from compiler.pipeline.stages import check
from compiler.policy.pack import shipped_pack_names
from compiler.source.worktree import WorkTree

MODELS = 45
write_project = runpy.run_path(str(Path(__file__).parents[2] / "bench" / "generate.py"))["write_project"]


@pytest.fixture
def project(tmp_path):
    write_project(MODELS, tmp_path / "project")
    return tmp_path / "project"


def texts(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_generated_project_has_nothing_to_mend(project):
    run = Session(WorkTree(project))
    assert [finding.message for finding in check(run)] == []
    assert len(run.portfolio.by_kind("Model")) == MODELS


def test_the_same_number_gives_the_same_bytes(project, tmp_path):
    write_project(MODELS, tmp_path / "again")
    assert texts(tmp_path / "again") == texts(project)


def test_it_mixes_types_folders_and_uses(project):
    specs = [text.decode() for path, text in texts(project).items() if path.suffix == ".yaml"]
    for part in ("type: ml", "type: rules", "type: vendor", "kind: Defaults", "  - model: "):
        assert sum(part in spec for spec in specs) > 1


def test_a_careful_fleet_keeps_nearly_all_shipped_policies(tmp_path):
    write_project(MODELS + 5, tmp_path, careful=True)
    all_names = shipped_pack_names(WorkTree(resources.shipped_folder("schemas")))
    names = [name for name in all_names if name != "approvals"]  # an approval names digests
    file = tmp_path / "modelyard.yaml"
    file.write_text(f"{file.read_text()}\npolicies: [{', '.join(names)}]\n")
    run = Session(WorkTree(tmp_path), date(2026, 11, 24))
    breaking = {found.subject.name for found in check(run) if found.subject and found.subject.kind == "Model"}
    assert 0 < len(breaking) < 5
