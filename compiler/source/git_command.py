"""Runs git so that neither the repository nor the environment decides what else runs.

git itself finds the repository from the project's folder. It refuses one that another user owns, because the configuration of a repository
names programs; an option or a variable that names the repository would skip that check.
"""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE
from typing import BinaryIO, TypeAlias

from compiler.foundation.errors import HostError, UsageError
from compiler.source.git_program import find_git, gitpython_runs_only_git

with gitpython_runs_only_git():
    import git
    from git.exc import GitError

GitProcess: TypeAlias = git.cmd.Git.AutoInterrupt
"""A command that runs, with pipes for its input and output; it ends with this object."""

_OPTIONS = (
    "--no-pager",
    "-c", "core.fsmonitor=false",
    "-c", "core.hooksPath=/dev/null",
    "-c", "log.showSignature=false",  # it would run gpg.program
    "-c", "safe.bareRepository=explicit",  # a commit can hold a bare repository: a folder with a `config` of its author
)  # fmt: skip
"""Settings that override those of a repository that would run a program."""

_REMOVED_VARIABLES = frozenset(
    {
        "GIT_DIR",  # a hook's: may name another repository than the folder's, and skips the check of its owner
        "GIT_WORK_TREE",
        "GIT_IMPLICIT_WORK_TREE",
        "GIT_COMMON_DIR",
        "GIT_INDEX_FILE",
        "GIT_PREFIX",
        "GIT_NAMESPACE",
        "GIT_SHALLOW_FILE",
        "GIT_GRAFT_FILE",
        "GIT_REPLACE_REF_BASE",
        "GIT_CONFIG",
        "GIT_ATTR_SOURCE",
        "GIT_EXTERNAL_DIFF",
        "GIT_LITERAL_PATHSPECS",
        "GIT_GLOB_PATHSPECS",
        "GIT_NOGLOB_PATHSPECS",
        "GIT_ICASE_PATHSPECS",
    }
)
_VARIABLES = {
    "LC_ALL": "C",  # error messages are matched below
    "LANGUAGE": "C",
    "GIT_NO_REPLACE_OBJECTS": "1",  # objects are read by their id
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
}
_OFFLINE_VARIABLES = {
    "GIT_NO_LAZY_FETCH": "1",  # never fetch a missing object: the remote's configuration could run a program
    "GIT_ALLOW_PROTOCOL": "none",  # the same for versions of git that do not know the line above
}
_FOREIGN_OWNER = re.compile(r"(?:dubious ownership in repository at|unsafe repository \()\s*'(?P<folder>.+?)'")


class GitCommandError(Exception):
    """A command of git failed; the message is what git printed, on one line."""


class Git:
    """Commands of git in a folder. Without `network`, git can reach no other repository."""

    def __init__(self, folder: Path, *, network: bool = False) -> None:
        self.folder = folder
        self._program = find_git()
        self._git = git.cmd.Git(folder)
        self._git.update_environment(**_VARIABLES, **({} if network else _OFFLINE_VARIABLES))

    def run(self, *arguments: str, stdin: BinaryIO | None = None) -> bytes:
        """What a command prints; raises `GitCommandError` if it fails."""
        with self._started():
            exit_code, output, error_output = self._git.execute(
                self._command(arguments),
                istream=stdin,
                with_extended_output=True,
                with_exceptions=False,
                stdout_as_string=False,
                strip_newline_in_stdout=False,
            )
        if exit_code:
            raise self._failure(error_output, exit_code)
        return output

    def text(self, *arguments: str) -> str:
        """What a command prints, without the last line break; names of files may hold surrogates for bytes that are not UTF-8."""
        return os.fsdecode(self.run(*arguments)).removesuffix("\n")

    def succeeds(self, *arguments: str) -> bool:
        """Whether a command succeeds."""
        try:
            self.run(*arguments)
        except GitCommandError:
            return False
        return True

    def start(self, *arguments: str) -> GitProcess:
        """Start a command."""
        with self._started():
            return self._git.execute(self._command(arguments), istream=PIPE, as_process=True)

    def _command(self, arguments: Sequence[str]) -> list[str]:
        return [self._program, *_OPTIONS, *arguments]

    @contextmanager
    def _started(self) -> Iterator[None]:
        """GitPython runs in the current folder where it cannot enter the given one, and passes every variable of this process on."""
        if not os.access(self.folder, os.X_OK):
            raise GitCommandError(f"`{self.folder}` cannot be entered")
        hidden = {name: os.environ.pop(name) for name in _REMOVED_VARIABLES if name in os.environ}
        try:
            yield
        except (GitError, OSError, ValueError) as error:  # the folder is gone; a NUL in an argument
            raise GitCommandError(getattr(error, "strerror", None) or str(error)) from error
        finally:
            os.environ.update(hidden)

    def _failure(self, error_output: str, exit_code: int) -> Exception:
        """The exception for a failed command; one that every caller lets pass if git refuses the repository as such."""
        if foreign := _FOREIGN_OWNER.search(error_output):
            folder = foreign["folder"]
            return HostError(
                f"git refuses to read `{folder}`, because another user owns it.",
                help=f"If you trust everybody who can write there, run `git config --global --add safe.directory {folder}`.",
            )
        if "not a git repository" in error_output:
            return UsageError(f"`{self.folder}` is not in a git repository.", help="Run `git init` and commit first.")
        lines = filter(None, map(str.strip, error_output.splitlines()))
        return GitCommandError("; ".join(lines) or f"git ended with exit code {exit_code}")
