"""Git for publishing: plumbing commands that change neither the work tree nor the index, and optionally a remote."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

from compiler.foundation.errors import HostError, UsageError

try:
    import git
    from git.exc import GitCommandError, GitError
except ImportError as error:  # GitPython raises it too if git is missing
    raise HostError("git cannot be used.", help="Install git, and see that `git version` works.") from error

_GIT_ENVIRONMENT = {"GIT_NO_REPLACE_OBJECTS": "1", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}


@dataclass(frozen=True, slots=True)
class CommitMessage:
    """The text of a commit, and its time in seconds since 1970."""

    text: str
    timestamp: int


class Repository:
    """The repository that contains a project."""

    def __init__(self, root: Path) -> None:
        try:
            self._git = git.Repo(root, search_parent_directories=True, expand_vars=False).git
        except (GitError, OSError, ValueError) as error:
            raise UsageError(f"`{root}` is not in a git repository", help="run `git init` and commit first") from error
        self._git.update_environment(**_GIT_ENVIRONMENT)

    def commit_of(self, name: str) -> str | None:
        """The full id of the commit that a name refers to; `None` if there is none."""
        try:
            return str(self._git.rev_parse("--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"))
        except GitCommandError:
            return None

    def commit_timestamp(self, commit: str) -> int:
        """The commit's time in seconds since 1970."""
        with _git_errors("read the commit"):
            return int(self._git.log("-1", "--format=%ct", commit))

    def trailer(self, commit: str, key: str) -> str:
        """The value of a trailer of a commit; empty if it has none."""
        with _git_errors("read the commit"):
            return str(self._git.log("-1", f"--format=%(trailers:key={key},valueonly)", commit)).strip()

    def is_ancestor(self, ancestor: str, descendant: str) -> bool:
        """Whether a commit is an ancestor of another; false if the other is not known here."""
        try:
            self._git.merge_base("--is-ancestor", ancestor, descendant)
        except GitCommandError:
            return False
        return True

    def changed_files(self, paths: Sequence[str], root: Path) -> tuple[str, ...]:
        """Files below paths of a folder that differ from HEAD or are not in it."""
        with _git_errors("look at the work tree"):
            status_output = self._git.status(
                "--porcelain=v1",
                "-z",
                "--untracked-files=all",
                "--no-renames",
                "--",
                *(str(root / path) for path in paths),
            )
        return tuple(line[3:] for line in str(status_output).split("\0") if line)

    def require_branch(self, name: str) -> None:
        """Raise `UsageError` if the branch name is invalid or the branch is checked out."""
        try:
            self._git.check_ref_format(f"refs/heads/{'' if name.startswith('-') else name}")
        except GitCommandError as error:
            raise UsageError(f"`{name}` cannot be the name of a branch") from error
        with _git_errors("list the work trees"):
            if f"branch refs/heads/{name}" in str(self._git.worktree("list", "--porcelain")).splitlines():
                raise UsageError(f"`{name}` is checked out, and is not written to", help="check out another branch")

    def fetch_branch(self, remote: str, branch: str) -> str | None:
        """Fetch the tip of a remote branch; `None` if the remote has no such branch."""
        with _git_errors(f"read from `{remote}`"):
            if not str(self._git.ls_remote("--heads", "--end-of-options", remote, f"refs/heads/{branch}")).strip():
                return None
            tracking_ref = f"refs/modelyard/remote/{branch}"
            self._git.fetch("--quiet", "--no-tags", "--end-of-options", remote, f"+refs/heads/{branch}:{tracking_ref}")
            return self.commit_of(tracking_ref)

    def last_change(self, commit: str, folder: str) -> str | None:
        """The last commit up to a given one that changed a folder; the given one itself for the root, `None` for a new folder."""
        if not folder:
            return commit
        with _git_errors("read the history"):
            return str(self._git.log("-1", "--format=%H", commit, "--", f":(literal,top){folder}")) or None

    def create_commit(
        self, files: Mapping[str, bytes], message: CommitMessage, parent: str | None, folder: str = ""
    ) -> str:
        """Create a commit that replaces the content of a folder and keeps the rest of its parent; no branch refers to it yet."""
        temporary_ref = "refs/modelyard/publishing"
        committer = self._committer_ident()
        with TemporaryFile() as stream:
            for chunk in _fast_import_stream(
                temporary_ref, committer, _prefix_paths(folder, files), message, parent, folder
            ):
                stream.write(chunk)
            stream.seek(0)
            with _git_errors("write the commit"):
                self._git.fast_import("--quiet", "--force", "--done", "--date-format=raw", istream=stream)
        commit = self.commit_of(temporary_ref)
        if commit is None:
            raise HostError("git did not keep the commit", help="look with `git fsck`")
        self._git.update_ref("-d", temporary_ref)
        return commit

    def has_same_files(self, first: str, second: str) -> bool:
        """Whether two commits have the same files."""
        with _git_errors("compare commits"):
            return bool(self._git.rev_parse(f"{first}^{{tree}}") == self._git.rev_parse(f"{second}^{{tree}}"))

    def differences(self, old_commit: str | None, new_commit: str) -> Iterator[str]:
        """The differences between two commits, one file per line: A, M or D, and the path."""
        with _git_errors("compare commits"):
            if old_commit is None:
                git_output = str(self._git.ls_tree("-r", "--name-only", new_commit))
                yield from (f"A {path}" for path in git_output.splitlines())
            else:
                git_output = str(self._git.diff_tree("-r", "--no-renames", "--name-status", old_commit, new_commit))
                yield from (line.replace("\t", " ", 1) for line in git_output.splitlines())

    def move_branch(self, branch: str, commit: str, expected_commit: str | None) -> None:
        """Move a local branch to a commit, if it has not moved in the meantime."""
        with _git_errors(f"move `{branch}`"):
            self._git.update_ref(
                "-m", "modelyard publish", f"refs/heads/{branch}", commit, expected_commit or "0" * len(commit)
            )

    def push_commit(self, remote: str, branch: str, commit: str) -> None:
        """Push a commit to a remote branch, as a fast-forward."""
        with _git_errors(f"push to `{remote}`"):
            self._git.push("--quiet", "--end-of-options", remote, f"{commit}:refs/heads/{branch}")

    def _committer_ident(self) -> str:
        try:
            ident = str(self._git.var("GIT_COMMITTER_IDENT"))
        except GitCommandError as error:
            help_ = "say it with `git config user.name` and `user.email`, or GIT_COMMITTER_NAME and GIT_COMMITTER_EMAIL"
            raise UsageError("git does not know who publishes", help=help_) from error
        return ident.rpartition(">")[0] + ">"


def _prefix_paths(folder: str, files: Mapping[str, bytes]) -> Mapping[str, bytes]:
    return {f"{folder}/{path}": content for path, content in files.items()} if folder else files


def _fast_import_stream(
    ref: str, committer: str, files: Mapping[str, bytes], message: CommitMessage, parent: str | None, folder: str
) -> Iterator[bytes]:
    """The input of `git fast-import` (git-fast-import(1)): a commit that replaces the content of the folder."""
    text = message.text.encode()
    ident_line = f"{committer} {message.timestamp} +0000\n".encode()
    yield b"commit " + os.fsencode(ref) + b"\nauthor " + ident_line + b"committer " + ident_line
    yield b"data %d\n" % len(text) + text + b"\n"
    if parent is not None:
        yield b"from " + parent.encode() + b"\n"
    yield b"D " + folder.encode() + b"\n" if folder else b"deleteall\n"
    for path, content in sorted(files.items()):
        yield b"M 100644 inline " + path.encode() + b"\ndata %d\n" % len(content) + content + b"\n"
    yield b"done\n"


@contextmanager
def _git_errors(action: str) -> Iterator[None]:
    try:
        yield
    except (GitError, OSError) as error:
        raise HostError(f"git cannot {action}: {_error_text(error)}") from error


def _error_text(error: Exception) -> str:
    """The error text of git."""
    error_output = error.stderr if isinstance(error, GitCommandError) else str(error)
    lines = error_output.strip().removeprefix("stderr:").strip().strip("'").splitlines()
    return "; ".join(filter(None, map(str.strip, lines))) or type(error).__name__
