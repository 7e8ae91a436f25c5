"""No commit has a file that its checkout would write to git's own folder."""

import subprocess
from pathlib import Path

import pytest

from compiler.foundation.errors import UsageError
from compiler.write.git_plumbing import CommitMessage, Repository


@pytest.mark.parametrize(("folder", "path"), [("", ".git/config"), (".GIT", "config"), ("a", "b/git~1/hooks/x")])
def test_a_file_of_git_is_not_committed(tmp_path: Path, folder: str, path: str) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    subprocess.run(["git", "-C", str(tmp_path), "config", "user.name", "x"], check=True)
    subprocess.run(["git", "-C", str(tmp_path), "config", "user.email", "x@example.org"], check=True)
    with pytest.raises(UsageError, match="git's own folder"):
        Repository(tmp_path).create_commit({path: b"x"}, CommitMessage("x", 1_700_000_000), None, folder)
