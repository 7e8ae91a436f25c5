"""Before the first commit there is nothing that a change began from: all is new, or the answer says that there is no commit."""

import subprocess
from pathlib import Path

import pytest


@pytest.fixture
def empty_repository(project: Path) -> Path:
    """The project in a repository that nothing was committed to."""
    subprocess.run(["git", "init", "-q", "-b", "main", str(project)], check=True)
    return project


def test_a_sound_project_is_sound_since_nothing(empty_repository, run_command) -> None:
    assert run_command("check", "--changed-since", "HEAD").code == 0
    assert run_command("build", "--changed-since", "HEAD").code == 0


def test_everything_is_affected(empty_repository, run_command) -> None:
    result = run_command("affected", "--since", "HEAD")
    assert result.code == 0
    assert result.out == run_command("affected", "--all").out
    assert "new" in result.out


@pytest.mark.parametrize(
    "words",
    [
        ("check", "--changed-since", "main"),
        ("build", "--changed-since", "origin/main"),
        ("check", "--rev", "HEAD"),
        ("affected", "--since", "v1"),
        ("run", "scorer", "evaluate", "--since", "HEAD"),
    ],
)
def test_no_revision_is_known(words, empty_repository, run_command) -> None:
    result = run_command(*words)
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        f"error: this repository has no commits yet, so that `{words[-1]}` does not exist.\n"
        "  help: Commit first, or omit the revision.\n"
    )


def test_nothing_is_published(empty_repository, run_command) -> None:
    result = run_command("publish", "--env", "prod")
    assert (result.code, "commit first" in result.err) == (2, True)


def test_a_branch_without_a_commit_beside_others_is_no_revision(project, git, run_command) -> None:
    git("checkout", "-q", "--orphan", "other")
    result = run_command("check", "--changed-since", "HEAD")
    assert (result.code, "`HEAD` is not a revision of this repository" in result.err) == (2, True)
    assert run_command("check", "--changed-since", "main").code == 0
