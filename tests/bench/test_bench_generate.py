"""What the benchmark measures is a sound project, and always the same one."""

import runpy
from pathlib import Path

import pytest

from compiler.pipeline import Run, check
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
    run = Run(WorkTree(project))
    assert [finding.message for finding in check(run)] == []
    assert len(run.portfolio.of("Model")) == MODELS


def test_the_same_number_gives_the_same_bytes(project, tmp_path):
    write_project(MODELS, tmp_path / "again")
    assert texts(tmp_path / "again") == texts(project)


def test_it_mixes_types_folders_and_uses(project):
    specs = [text.decode() for path, text in texts(project).items() if path.suffix == ".yaml"]
    for part in ("type: ml", "type: rules", "type: vendor", "kind: Defaults", "  - model: "):
        assert sum(part in spec for spec in specs) > 1
