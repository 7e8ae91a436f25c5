"""The folders that a build writes to are separate from those that it reads, and are never git's or Modelyard's own."""

from pathlib import Path

import pytest

from compiler.pipeline.session import Session
from compiler.pipeline.stages import check
from compiler.source.overlay_tree import OverlayTree
from compiler.source.worktree import WorkTree

SMALL = WorkTree(Path(__file__).resolve().parents[1] / "cases" / "_base" / "input")
PROJECT = "modelyard.yaml"


def project_findings(*lines: str) -> list[tuple[str, str]]:
    """The code and the line of each blocking finding about a project file that ends with these lines."""
    text = SMALL.read(PROJECT).decode() + "".join(f"{line}\n" for line in lines)
    findings = check(Session(OverlayTree(SMALL, {PROJECT: text.encode()})))
    blocking = [finding for finding in findings if finding.is_blocking]
    assert all(finding.location.path == PROJECT for finding in blocking)
    return [(finding.code.name, text.splitlines()[finding.location.line - 1]) for finding in blocking]


@pytest.mark.parametrize(
    "folder",
    [".git", ".git/hooks", ".GIT", ".gIt/x", ".github", ".github/workflows", "a/.GitHub/x", ".gitlab/ci", ".gitea", ".forgejo/workflows",
     "a/.git/b", ".git.", "a./b", "git~1", ".modelyard", ".Modelyard/locks", "a/.modelyard-x",
     "../x", "a/../b", "/etc", ".", "a//b"],
)  # fmt: skip
@pytest.mark.parametrize("field", ["output", "folders.records", "folders.models"])
def test_a_folder_of_git_or_modelyard_is_refused_at_its_line(field: str, folder: str) -> None:
    section, _, key = field.partition(".")
    line = f"{section}: {{{key}: {folder}}}" if key else f"{section}: {folder}"
    assert project_findings(line) == [("bad-value", line)]


@pytest.mark.parametrize(
    "folder", ["models", "models/", "models/out", "Models", "templates/targets", "schemas", "records", "records/x"]
)
def test_an_output_folder_that_is_also_another_folder_is_refused_at_its_line(folder: str) -> None:
    assert project_findings(f"output: {folder}") == [("folder-overlap", f"output: {folder}")]


def test_the_default_output_folder_is_refused_where_another_folder_is_set_to_it() -> None:
    lines = ("folders: {records: build/records}",)
    assert project_findings(*lines) == [("folder-overlap", lines[0])]


@pytest.mark.parametrize("records", ["models", "templates/x", "SCHEMAS"])
def test_records_are_not_committed_among_the_inputs(records: str) -> None:
    line = f"folders: {{records: {records}}}"
    assert project_findings(line) == [("folder-overlap", line)]


@pytest.mark.parametrize("folder", ["out", "build/", ".build", "docs/out", "models-out", "my.models", "a.git"])
def test_other_folders_are_accepted(folder: str) -> None:
    assert project_findings(f"output: {folder}") == []
