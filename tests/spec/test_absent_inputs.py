"""Inputs that the tree has no content of are findings: without them models would vanish in silence."""

import shutil
from pathlib import Path

import pytest

from compiler.foundation.errors import UsageError
from compiler.pipeline.session import Session
from compiler.pipeline.stages import check
from compiler.source.worktree import WorkTree

SMALL = Path(__file__).resolve().parents[1] / "cases" / "_base" / "input"
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 12\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    shutil.copytree(SMALL, tmp_path / "project")
    return tmp_path / "project"


def blocking(project: Path) -> list[tuple[str, str]]:
    return [
        (finding.code.name, finding.location.path if finding.location else "")
        for finding in check(Session(WorkTree(project)))
        if finding.is_blocking
    ]


@pytest.mark.parametrize("name", ["team", "v1.2", "team.d"])
def test_a_linked_folder_of_models_is_a_finding(project: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    (project / "models" / name).symlink_to(tmp_path / "elsewhere")
    assert blocking(project) == [("symbolic-link", f"models/{name}")]


def test_a_link_to_nothing_is_a_finding(project: Path) -> None:
    (project / "models/team").symlink_to("../gone")
    assert blocking(project) == [("symbolic-link", "models/team")]


@pytest.mark.parametrize("folder", ["templates", "schemas"])
def test_a_linked_input_folder_is_a_finding(project: Path, tmp_path: Path, folder: str) -> None:
    if (project / folder).exists():
        shutil.move(project / folder, tmp_path / "moved")
    (tmp_path / "moved").mkdir(exist_ok=True)
    (project / folder).symlink_to(tmp_path / "moved")
    assert ("symbolic-link", folder) in blocking(project)


def test_a_linked_folder_of_all_models_stops_the_command(project: Path, tmp_path: Path) -> None:
    shutil.move(project / "models", tmp_path / "moved")
    (project / "models").symlink_to(tmp_path / "moved")
    with pytest.raises(UsageError, match="models is a symbolic link"):
        check(Session(WorkTree(project)))


def test_a_link_to_a_file_that_no_build_reads_is_none(project: Path) -> None:
    (project / "models/README.md").symlink_to("../modelyard.yaml")
    assert blocking(project) == []


@pytest.mark.parametrize("path", ["models/teams.yaml", "templates/targets/plain/note.txt.j2"])
def test_a_pointer_of_git_lfs_is_a_finding(project: Path, path: str) -> None:
    (project / path).write_bytes(POINTER)
    assert ("lfs-pointer", path) in blocking(project)


def test_a_pointer_is_never_rendered(project: Path) -> None:
    (project / "models/scorer.rego").write_bytes(POINTER)
    messages = [finding.message for finding in check(Session(WorkTree(project))) if finding.is_blocking]
    assert messages == ["`scorer.rego` is a pointer of Git LFS, not the file"]
    assert Path(project / "models/scorer.rego").exists()
