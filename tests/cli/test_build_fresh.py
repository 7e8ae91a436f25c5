"""What git ignores is nobody's to keep fresh, whether it is there or not."""

import shutil

import pytest


@pytest.mark.parametrize("line", ["/build/", "build/", "build", "/build", "build/*"])
def test_an_output_that_git_ignores_is_not_looked_at(project, git, typed, line) -> None:
    (project / ".gitignore").write_text(f"{line}\n", encoding="utf-8")
    assert typed("build").code == 0, "what is committed elsewhere is there"
    shutil.rmtree(project / "build")
    said = typed("build", "--check")
    assert (said.code, "is ignored by git" in said.err) == (0, True)
    assert typed("build").code == 0
    assert typed("build", "--check").code == 0


def test_an_output_that_git_keeps_is(project, git, typed) -> None:
    assert typed("build", "--check").code == 1
