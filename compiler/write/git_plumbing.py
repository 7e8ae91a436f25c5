"""Git for publishing: plumbing commands that change neither the work tree nor the index, and optionally a remote."""

import os
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

from compiler.foundation.errors import HostError, UsageError
from compiler.foundation.safe_folder import is_in_git_folder
from compiler.source.git_command import Git, GitCommandError

_UNWRITTEN_REF = f"refs/modelyard/unwritten/{secrets.token_hex(16)}".encode()
"""`git fast-import` wants a ref for each commit. This one is never written, and unique: two processes share nothing."""


@dataclass(frozen=True, slots=True)
class CommitMessage:
    """The text of a commit, and its time in seconds since 1970."""

    text: str
    timestamp: int


class Repository:
    """The repository that contains a project."""

    def __init__(self, root: Path) -> None:
        self._git = Git(root, network=True)
        with _git_errors("read the repository"):
            self._git.run("rev-parse", "--git-dir")

    def commit_of(self, name: str) -> str | None:
        """The full id of the commit that a name refers to; `None` if there is none."""
        try:
            return self._git.text("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        except GitCommandError:
            return None

    def commit_timestamp(self, commit: str) -> int:
        """The commit's time in seconds since 1970."""
        with _git_errors("read the commit"):
            return int(self._git.text("log", "-1", "--format=%ct", commit))

    def trailer(self, commit: str, key: str) -> str:
        """The value of a trailer of a commit; empty if it has none."""
        with _git_errors("read the commit"):
            return self._git.text("log", "-1", f"--format=%(trailers:key={key},valueonly)", commit).strip()

    def is_ancestor(self, ancestor: str, descendant: str) -> bool:
        """Whether a commit is an ancestor of another; false if the other is not known here."""
        return self._git.succeeds("merge-base", "--is-ancestor", ancestor, descendant)

    def changed_files(self, paths: Sequence[str], root: Path) -> tuple[str, ...]:
        """Files below paths of a folder that differ from HEAD or are not in it."""
        options = ("--porcelain=v1", "-z", "--untracked-files=all", "--no-renames", "--ignore-submodules=dirty")
        with _git_errors("read the work tree"):
            output = self._git.text("status", *options, "--", *(f":(literal){root / path}" for path in paths))
        return tuple(line[3:] for line in output.split("\0") if line)

    def require_writable_branch(self, name: str) -> None:
        """Raise `UsageError` if the branch name is invalid or the branch is checked out."""
        try:
            self._git.run("check-ref-format", f"refs/heads/{'' if name.startswith('-') else name}")
        except GitCommandError as error:
            raise UsageError(f"`{name}` cannot be the name of a branch") from error
        with _git_errors("list the work trees"):
            if f"branch refs/heads/{name}" in self._git.text("worktree", "list", "--porcelain").splitlines():
                raise UsageError(
                    f"the branch `{name}` is checked out, so that it cannot be published to",
                    help="check out another branch",
                )

    def fetch_branch(self, remote: str, branch: str) -> str | None:
        """Fetch the tip of a remote branch; `None` if the remote has no such branch."""
        with _git_errors(f"read from `{remote}`"):
            advertised = self._git.text("ls-remote", "--heads", "--end-of-options", remote, f"refs/heads/{branch}")
            if not advertised:
                return None
            tip = advertised.split()[0]
            if self.commit_of(tip) is None:
                options = ("--quiet", "--no-tags", "--no-recurse-submodules", "--end-of-options")
                self._git.run("fetch", *options, remote, f"refs/heads/{branch}")
            self._remember_fetched(branch, tip)
        return tip

    def _remember_fetched(self, branch: str, tip: str) -> None:
        """Keep a fetched commit reachable, so that the next fetch is short. Nothing reads the ref: another process may write it too."""
        with suppress(GitCommandError):
            self._git.run("update-ref", f"refs/modelyard/remote/{branch}", tip)

    def last_change(self, commit: str, folder: str) -> str | None:
        """The last commit up to a given one that changed a folder; the given one itself for the root, `None` for a new folder."""
        if not folder:
            return commit
        with _git_errors("read the history"):
            return self._git.text("log", "-1", "--format=%H", commit, "--", f":(literal,top){folder}") or None

    def create_commit(
        self, files: Mapping[str, bytes], message: CommitMessage, parent: str | None, folder: str = ""
    ) -> str:
        """Create a commit that replaces the content of a folder and keeps the rest of its parent; no ref points to it."""
        committer = self._committer_ident()
        _reject_paths_of_git(files, folder)
        with TemporaryFile() as stream:
            for chunk in _fast_import_stream(committer, files, message, parent, folder):
                stream.write(chunk)
            stream.write(self._end_of_import())
            stream.seek(0)
            with _git_errors("write the commit"):
                options = ("--quiet", "--force", "--done", "--date-format=raw")
                return os.fsdecode(self._git.run("fast-import", *options, stdin=stream)).strip()

    def has_same_files(self, first: str, second: str) -> bool:
        """Whether two commits have the same files."""
        with _git_errors("compare commits"):
            first_tree, second_tree = self._git.text("rev-parse", f"{first}^{{tree}}", f"{second}^{{tree}}").split()
            return first_tree == second_tree

    def differences(self, old_commit: str | None, new_commit: str) -> Iterator[str]:
        """The differences between two commits, one file per line: A, M or D, and the path."""
        with _git_errors("compare commits"):
            if old_commit is None:
                git_output = self._git.text("ls-tree", "-r", "--full-tree", "--name-only", new_commit)
                yield from (f"A {path}" for path in git_output.splitlines())
            else:
                git_output = self._git.text("diff-tree", "-r", "--no-renames", "--name-status", old_commit, new_commit)
                yield from (line.replace("\t", " ", 1) for line in git_output.splitlines())

    def move_branch(self, branch: str, commit: str, expected_commit: str | None) -> None:
        """Move a local branch to a commit; raises `HostError` if it is no longer at the expected one. `None` expects no branch."""
        with _git_errors(f"move `{branch}`"):
            expected = expected_commit or "0" * len(commit)
            self._git.run("update-ref", "-m", "modelyard publish", f"refs/heads/{branch}", commit, expected)

    def push_commit(self, remote: str, branch: str, commit: str, expected_commit: str | None) -> None:
        """Push a commit that follows the expected tip of a remote branch; raises `HostError` if the branch is no longer there."""
        lease = f"--force-with-lease=refs/heads/{branch}:{expected_commit or ''}"
        options = ("--quiet", "--no-follow-tags", "--recurse-submodules=no", lease, "--end-of-options")
        with _git_errors(f"push to `{remote}`"):
            self._git.run("push", *options, remote, f"{commit}:refs/heads/{branch}")

    def _end_of_import(self) -> bytes:
        """The end of a stream for `git fast-import`, which drops the ref of the commit before git would write it."""
        no_commit = b"0" * (64 if self._git.text("rev-parse", "--show-object-format") == "sha256" else 40)
        return b"reset " + _UNWRITTEN_REF + b"\nfrom " + no_commit + b"\n\ndone\n"

    def _committer_ident(self) -> str:
        try:
            ident = self._git.text("var", "GIT_COMMITTER_IDENT")
        except GitCommandError as error:
            help_ = "set `git config user.name` and `user.email`, or GIT_COMMITTER_NAME and GIT_COMMITTER_EMAIL"
            raise UsageError("git has no name and email of the committer", help=help_) from error
        return ident.rpartition(">")[0] + ">"


def _reject_paths_of_git(paths: Iterable[str], folder: str) -> None:
    """Raise `UsageError` for a path that a checkout would write to git's folder."""
    for path in filter(is_in_git_folder, (_path_in_branch(folder, path) for path in paths)):
        raise UsageError(f"`{path}` is not committed: it is in git's own folder", help="choose another path")


def _path_in_branch(folder: str, path: str) -> str:
    return f"{folder}/{path}" if folder else path


def _fast_import_stream(
    committer: str, files: Mapping[str, bytes], message: CommitMessage, parent: str | None, folder: str
) -> Iterator[bytes]:
    """The input of `git fast-import` (git-fast-import(1)): a commit that replaces the content of the folder, and a request for its id.

    Files are read one after the other.
    """
    text = message.text.encode()
    ident_line = os.fsencode(f"{committer} {message.timestamp} +0000\n")
    yield b"commit " + _UNWRITTEN_REF + b"\nmark :1\nauthor " + ident_line + b"committer " + ident_line
    yield b"data %d\n" % len(text) + text + b"\n"
    if parent is not None:
        yield b"from " + parent.encode() + b"\n"
    yield b"D " + folder.encode() + b"\n" if folder else b"deleteall\n"
    for path in sorted(files):
        content = files[path]
        yield b"M 100644 inline " + _path_in_branch(folder, path).encode() + b"\ndata %d\n" % len(content)
        yield content + b"\n"
    yield b"get-mark :1\n"


@contextmanager
def _git_errors(action: str) -> Iterator[None]:
    try:
        yield
    except GitCommandError as error:
        raise HostError(f"git cannot {action}: {error}") from error
