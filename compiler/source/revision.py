"""Reads the project's folder from a git revision; imported only when a revision is used, because GitPython loads slowly."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path

from compiler.foundation.errors import HostError, UsageError
from compiler.foundation.suggestions import closest_match
from compiler.source.tree import NoSuchFile, Tree, check_file_size, path_parts, paths_below

try:
    import git
    from git.exc import GitCommandError, GitCommandNotFound, GitError
except ImportError as error:  # GitPython raises it too if git is missing
    raise HostError("git cannot be used.", help="Install git, and see that `git version` works.") from error

_ENVIRONMENT = {
    "GIT_NO_REPLACE_OBJECTS": "1",  # objects are read by blob id
    "GIT_NO_LAZY_FETCH": "1",  # never fetch a missing object: the remote's configuration could run a program
    "GIT_ALLOW_PROTOCOL": "none",  # the same for versions of git that do not know the line above
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
}
_SYMLINK_MODE = b"120000"
_FILE_MODES = (b"100644", b"100755", b"100664")
_EARLIEST_TIMESTAMP = 100_000_000
"""Timestamps below this are not read as such by git; no repository is that old."""


class RevisionTree:
    """The files of one commit below one folder, valid as long as the commit exists. Not to be shared between processes."""

    def __init__(self, repository: git.Repo, commit: str, files: Mapping[str, str], links: Sequence[str]) -> None:
        self._repository = repository
        self._commit = commit
        self._files = files
        self._links = links

    @property
    def label(self) -> str:
        """The name in messages."""
        return f"revision {self._commit[:7]}"

    @property
    def commit(self) -> str:
        """The full commit id."""
        return self._commit

    def paths(self, folder: str = "") -> Sequence[str]:
        """Regular files below the folder, sorted."""
        return paths_below(self._files, folder)

    def links(self, folder: str = "") -> Sequence[str]:
        """Symbolic links below the folder, sorted."""
        return paths_below(self._links, folder)

    def has(self, path: str) -> bool:
        """Whether `read` would succeed."""
        return path in self._files and path_parts(path) is not None

    def read(self, path: str) -> bytes:
        """The content of the file."""
        blob = self.blob_id(path)
        try:
            stream = self._repository.odb.stream(bytes.fromhex(blob))
            check_file_size(path, stream.size)
            return bytes(stream.read())
        except (GitError, ValueError, OSError) as error:
            raise HostError(
                f"`{path}` of {self.label} cannot be read from git.", help="Look with `git fsck`, or fetch it again."
            ) from error

    def blob_id(self, path: str) -> str:
        """The git blob id, from the commit's tree."""
        if not self.has(path):
            raise NoSuchFile(path)
        return self._files[path]


def open_revision(root: Path, revision: str) -> Tree:
    """Open the project's folder at a revision; empty if the folder did not exist then."""
    repository = _open_repository(root)
    try:
        commit = _resolve_commit(repository, revision)
        files, links = _list_files(repository, commit, _project_prefix(repository, root))
    except GitCommandNotFound as error:
        raise HostError("git cannot be used.", help="Install git, and see that it is on the path.") from error
    except (GitError, OSError) as error:
        raise HostError(f"git cannot read revision `{revision}`: {_git_message(error)}") from error
    return RevisionTree(repository, commit, files, links)


def merge_base(root: Path, revision: str) -> tuple[str, date] | None:
    """The merge base of the revision and HEAD, and its date (UTC); the revision itself if there is none.

    `None` for HEAD of a repository without commits: everything is new.
    """
    repository = _open_repository(root)
    try:
        if revision == "HEAD" and _is_empty(repository):
            return None
        commit = _resolve_commit(repository, revision)
        with suppress(GitCommandError):
            commit = str(repository.git.merge_base(commit, "HEAD"))
        return commit, _commit_date(repository, commit)
    except (GitError, OSError) as error:
        raise HostError(f"git cannot read revision `{revision}`: {_git_message(error)}") from error


def commits_since(root: Path, day: date) -> tuple[tuple[str, date], ...]:
    """The first-parent commits of HEAD since a date that touch the project, oldest first, each with its date (UTC)."""
    repository = _open_repository(root)
    try:
        commit = _resolve_commit(repository, "HEAD")
        prefix = _project_prefix(repository, root)
        below_prefix = ["--", prefix] if prefix else []
        seconds = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
        since_option = [f"--since={seconds}"] if seconds >= _EARLIEST_TIMESTAMP else []
        output = repository.git.log("--first-parent", *since_option, "--format=%H %ct", commit, *below_prefix)
    except (GitError, OSError) as error:
        raise HostError(f"git cannot read the history: {_git_message(error)}") from error
    lines = (line.split() for line in str(output).splitlines())
    return tuple(
        (commit, datetime.fromtimestamp(int(timestamp), UTC).date()) for commit, timestamp in reversed(list(lines))
    )


def commits_touching(root: Path, path: str) -> Iterator[str]:
    """The first-parent commits of HEAD that touch a file, following renames, newest first."""
    repository = _open_repository(root)
    try:
        full_path = f"{_project_prefix(repository, root)}{path}"
        head = _resolve_commit(repository, "HEAD")
        # `-m` compares a merge with its first parent, for versions of git that do not do so by default.
        output = repository.git.log(
            "--follow", "--first-parent", "-m", "--no-patch", "--format=%H", head, "--", f":(top,literal){full_path}"
        )
    except (GitError, OSError) as error:
        raise HostError(f"git cannot read the history: {_git_message(error)}") from error
    yield from str(output).split()


def default_branch(root: Path) -> str | None:
    """The default branch: the remote's HEAD, else the checked-out branch; `None` if there is neither."""
    try:
        repository = git.Repo(root, search_parent_directories=True, expand_vars=False)
        for ref, prefix in (("refs/remotes/origin/HEAD", "refs/remotes/origin/"), ("HEAD", "refs/heads/")):
            with suppress(GitCommandError):
                return str(repository.git.symbolic_ref("--quiet", ref)).removeprefix(prefix)
    except (GitError, OSError, ValueError):
        pass
    return None


def is_ignored(root: Path, folder: Path) -> bool:
    """Whether git ignores the contents of a folder, existing or not; false outside a repository."""
    try:
        repository = git.Repo(root, search_parent_directories=True, expand_vars=False)
        return bool(
            repository.ignored(folder / "any")
        )  # `/build/` ignores folders only, and a missing path is not known to be a folder
    except (GitError, OSError, ValueError):
        return False


def _commit_date(repository: git.Repo, commit: str) -> date:
    return datetime.fromtimestamp(int(repository.git.log("-1", "--format=%ct", commit)), UTC).date()


def _open_repository(root: Path) -> git.Repo:
    try:
        repository = git.Repo(root, search_parent_directories=True, expand_vars=False)
    except (GitError, OSError, ValueError) as error:
        raise UsageError(
            f"`{root}` is not in a git repository, so there is no revision to read.",
            help="Run `git init` and commit first.",
        ) from error
    repository.git.update_environment(**_ENVIRONMENT)
    # An option overrides a hook's GIT_DIR, which may name another repository than the root's.
    repository.git.set_persistent_git_options(git_dir=os.fspath(repository.git_dir))
    return repository


def _resolve_commit(repository: git.Repo, revision: str) -> str:
    """The full id of a revision's commit. A revision that starts with a dash is rejected, because git would take it for an option."""
    if not revision or revision.startswith("-") or "\0" in revision:
        raise _unknown_revision_error(revision, repository)
    try:
        return str(repository.git.rev_parse("--verify", f"{revision}^{{commit}}"))
    except GitCommandNotFound:
        raise
    except GitCommandError as error:
        if "dubious ownership" in error.stderr or "not a git repository" in error.stderr:
            raise
        raise _unknown_revision_error(revision, repository) from error


def _is_empty(repository: git.Repo) -> bool:
    """Whether the repository has no commit on any branch, local or fetched."""
    return not repository.git.rev_list("--all", "--max-count=1")


def _ref_names(repository: git.Repo) -> list[str]:
    """Branches and tags, by one call of git."""
    return str(
        repository.git.for_each_ref("--format=%(refname:short)", "refs/heads", "refs/tags", "refs/remotes")
    ).split()


def _unknown_revision_error(revision: str, repository: git.Repo) -> UsageError:
    if _is_empty(repository):
        return UsageError(
            f"there is no commit yet in this repository, so `{revision}` is none.",
            help="Commit first, or leave the revision out.",
        )
    suggestion = closest_match(revision, _ref_names(repository))
    return UsageError(
        f"`{revision}` is no revision of this repository.",
        help=f"Did you mean `{suggestion}`?"
        if suggestion
        else "Name a branch, a tag or a commit that was fetched; in CI, fetch the whole history.",
    )


def _project_prefix(repository: git.Repo, root: Path) -> str:
    top = repository.working_tree_dir
    if top is None:
        return ""
    try:
        inner = root.resolve().relative_to(Path(top).resolve()).as_posix()
    except ValueError as error:
        raise UsageError(f"`{root}` lies outside the work tree of its git repository.") from error
    return "" if inner == "." else inner + "/"


def _list_files(repository: git.Repo, commit: str, prefix: str) -> tuple[dict[str, str], list[str]]:
    """Blob ids by path, and links; submodules are left out."""
    below_prefix = ["--", prefix] if prefix else []
    output = repository.git.ls_tree(
        "-r", "-z", "--full-tree", commit, *below_prefix, stdout_as_string=False, strip_newline_in_stdout=False
    )
    files: dict[str, str] = {}
    links: list[str] = []
    for line in bytes(output).split(b"\0")[:-1]:
        metadata, _, name = line.partition(b"\t")
        mode, _, blob = metadata.split(b" ")
        path = name.decode("utf-8", "surrogateescape").removeprefix(prefix)
        if mode in _FILE_MODES:
            files[path] = blob.decode()
        elif mode == _SYMLINK_MODE:
            links.append(path)
    return files, links


def _git_message(error: Exception) -> str:
    """The error text of git."""
    message = error.stderr if isinstance(error, GitCommandError) else str(error)
    return message.strip().removeprefix("stderr:").strip().strip("'").strip() or type(error).__name__
