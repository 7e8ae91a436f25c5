"""Files that git ignores are not checked for freshness, whether they exist or not."""

import shutil

import pytest


@pytest.mark.parametrize("line", ["/build/", "build/", "build", "/build", "build/*"])
def test_an_output_that_git_ignores_is_not_looked_at(project, git, run_command, line) -> None:
    (project / ".gitignore").write_text(f"{line}\n", encoding="utf-8")
    assert run_command("build").code == 0, "what is committed elsewhere is there"
    shutil.rmtree(project / "build")
    result = run_command("build", "--check")
    assert (result.code, "is ignored by git" in result.err) == (0, True)
    assert run_command("build").code == 0
    assert run_command("build", "--check").code == 0


def test_an_output_that_git_keeps_is(project, git, run_command) -> None:
    assert run_command("build", "--check").code == 1
