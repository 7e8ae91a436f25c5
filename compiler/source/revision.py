"""Reads the project's folder from a git revision; imported only when a revision is used, because it loads `subprocess`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path

from compiler.foundation.errors import HostError, ModelyardError, UsageError
from compiler.foundation.suggestions import closest_match
from compiler.source.git_command import Git, GitCommandError
from compiler.source.git_objects import GitObjects
from compiler.source.tree import FileStamp, Listing, NoSuchFile, Tree, ancestors, linked_path, path_parts, paths_below

_SYMLINK_MODE = b"120000"
_FILE_MODES = (b"100644", b"100755", b"100664")
_PARENTS_OF_A_MERGE = 2
_EARLIEST_TIMESTAMP = 100_000_000
"""Timestamps below this are not read as such by git; no repository is that old."""


class RevisionTree:
    """The files of one commit below one folder, valid as long as the commit exists."""

    def __init__(self, objects: GitObjects, commit: str, files: Mapping[str, str], links: Mapping[str, str]) -> None:
        self._objects = objects
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

    def listing(self, folder: str = "") -> Listing:
        """Both `paths` and `links`."""
        return Listing(self.paths(folder), self.links(folder))

    def folder_links(self, folder: str = "") -> Sequence[str]:
        """Links below the folder that do not lead to a regular file of the commit, sorted."""
        return [path for path in self.links(folder) if linked_path(path, self._link_target(path)) not in self._files]

    def link_on(self, path: str) -> str | None:
        """The first part of the path that is a symbolic link."""
        return next((part for part in ancestors(path) if part in self._links), None)

    def has(self, path: str) -> bool:
        """Whether `read` would succeed."""
        return path in self._files and path_parts(path) is not None

    def read(self, path: str) -> bytes:
        """The content of the file."""
        return self._read_blob(path, self.blob_id(path))

    def _link_target(self, path: str) -> str:
        return self._read_blob(path, self._links[path]).decode("utf-8", "surrogateescape")

    def _read_blob(self, path: str, blob: str) -> bytes:
        try:
            return self._objects.read(path, blob)
        except GitCommandError as error:
            raise HostError(
                f"`{path}` of {self.label} cannot be read from git.",
                help="Run `git fsck`, or fetch the revision again.",
            ) from error

    def blob_id(self, path: str) -> str:
        """The git blob id, from the commit's tree."""
        if not self.has(path):
            raise NoSuchFile(path)
        return self._files[path]

    def stored_blob_id(self, path: str) -> str | None:
        """The git blob id of a file, if it is known without reading the file."""
        return self._files.get(path)

    def stamp(self, _path: str) -> FileStamp | None:
        """The files are not on disk."""
        return None


def open_revision(root: Path, revision: str) -> Tree:
    """Open the project's folder at a revision; empty if the folder did not exist then."""
    repository, prefix = _open_repository(root)
    try:
        commit = _resolve_commit(repository, revision)
        files, links = _list_files(repository, commit, prefix)
    except GitCommandError as error:
        raise HostError(f"git cannot read revision `{revision}`: {error}") from error
    return RevisionTree(GitObjects(repository), commit, files, links)


def open_base(root: Path, commit: str, project_file: str) -> Tree:
    """Open the project at the base of a change, also if the change moves its folder; empty if there was no project.

    A project that moved, or that is reached through a link, would otherwise be judged as a new one, by its own rules. Raises
    `UsageError` if the change removes several projects, so that it is not known which of them moved.
    """
    tree = open_revision(root, commit)
    if tree.has(project_file):
        return tree
    repository, _ = _open_repository(root)
    removed_folders = sorted(_removed_folders(repository, commit, project_file))
    if len(removed_folders) > 1:
        names = ", ".join(f"`{folder or '.'}`" for folder in removed_folders)
        raise UsageError(
            f"the project of `{root}` is new, and the change removes those of {names}: which of them moved is not known.",
            help="Move or remove one project at a time.",
        )
    if not removed_folders:
        return tree
    files, links = _list_files(repository, commit, removed_folders[0])
    return RevisionTree(GitObjects(repository), commit, files, links)


def _removed_folders(repository: Git, commit: str, project_file: str) -> Iterator[str]:
    """The folders (with a slash at the end) of projects of a commit that the checkout lacks."""
    top = Path(repository.text("rev-parse", "--show-toplevel"))
    pathspec = f":(top,glob)**/{project_file}"
    present = {path for path in repository.text("ls-files", "-z", "--full-name", "--", pathspec).split("\0") if path}
    for path in repository.text("ls-tree", "-r", "-z", "--name-only", "--full-tree", commit).split("\0"):
        folder, _, name = path.rpartition("/")
        if name == project_file and not (path in present and (top / path).is_file()):
            yield f"{folder}/" if folder else ""


def merge_base(root: Path, revision: str, head: str = "HEAD") -> tuple[str, date] | None:
    """The merge base of the revision and another one, and its date (UTC); the revision itself if there is none.

    `None` for HEAD of a repository without commits: everything is new.
    """
    repository, _ = _open_repository(root)
    try:
        if revision == "HEAD" and _is_empty(repository):
            return None
        commit = _resolve_commit(repository, revision)
        head_commit = head if head == "HEAD" else _resolve_commit(repository, head)
        with suppress(GitCommandError):
            commit = repository.text("merge-base", commit, head_commit)
        return commit, _commit_date(repository, commit)
    except GitCommandError as error:
        raise HostError(f"git cannot read revision `{revision}`: {error}") from error


def reviewed_commits(root: Path, base: str) -> frozenset[str]:
    """The commits whose reviews are about the work tree: HEAD, and a branch that CI merged into the base. None if files differ from HEAD.

    A merge counts only if it adds nothing: anybody can commit a merge of a reviewed commit with other files.
    """
    repository, _ = _open_repository(root)
    try:
        if repository.text("status", "--porcelain", "--untracked-files=normal"):
            return frozenset()
        head, *parents = repository.text("rev-list", "--parents", "--max-count=1", "HEAD").split()
    except GitCommandError as error:
        raise HostError(f"git cannot read HEAD: {error}") from error
    is_merge_of_ci = len(parents) == _PARENTS_OF_A_MERGE and _is_plain_merge(repository, head, parents, base)
    return frozenset((head, parents[1]) if is_merge_of_ci else (head,))


def _is_plain_merge(repository: Git, head: str, parents: Sequence[str], base: str) -> bool:
    """Whether a merge has the files that git merges by itself (git 2.38 or later), from a commit of the base."""
    try:
        repository.text("merge-base", "--is-ancestor", parents[0], _resolve_commit(repository, base))
        tree = repository.text("merge-tree", "--write-tree", *parents)
        return tree == repository.text("rev-parse", f"{head}^{{tree}}")
    except GitCommandError:
        return False


def commits_since(root: Path, day: date) -> tuple[tuple[str, date], ...]:
    """The first-parent commits of HEAD since a date that touch the project, oldest first, each with its date (UTC)."""
    repository, prefix = _open_repository(root)
    try:
        commit = _resolve_commit(repository, "HEAD")
        seconds = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
        since_option = [f"--since={seconds}"] if seconds >= _EARLIEST_TIMESTAMP else []
        options = ("--first-parent", *since_option, "--format=%H %ct")
        output = repository.text("log", *options, commit, *_path_arguments(prefix))
    except GitCommandError as error:
        raise HostError(f"git cannot read the history: {error}") from error
    lines = (line.split() for line in output.splitlines())
    return tuple(
        (commit, datetime.fromtimestamp(int(timestamp), UTC).date()) for commit, timestamp in reversed(list(lines))
    )


def commits_touching(root: Path, path: str, revision: str = "HEAD") -> Iterator[str]:
    """The first-parent commits of a revision that touch a file, following renames, newest first."""
    repository, prefix = _open_repository(root)
    try:
        head = _resolve_commit(repository, revision)
        # `-m` compares a merge with its first parent, for versions of git that do not do so by default.
        options = ("--follow", "--first-parent", "-m", "--no-patch", "--format=%H")
        output = repository.text("log", *options, head, *_path_arguments(f"{prefix}{path}"))
    except GitCommandError as error:
        raise HostError(f"git cannot read the history: {error}") from error
    yield from output.split()


def day_of_last_change(root: Path, commit: str, paths: Iterable[str]) -> date | None:
    """The date (UTC) of the last commit up to this one that touches one of the files; `None` if none does."""
    repository, prefix = _open_repository(root)
    try:
        pathspecs = [argument for path in paths for argument in _path_arguments(f"{prefix}{path}")[1:]]
        seconds = repository.text("log", "-1", "--format=%ct", commit, "--", *pathspecs)
    except GitCommandError as error:
        raise HostError(f"git cannot read the history: {error}") from error
    return datetime.fromtimestamp(int(seconds), UTC).date() if seconds else None


def commit_that_added(root: Path, path: str, text: str) -> str | None:
    """The first commit of HEAD's history that contains a text in a file; `None` if the file never contained it."""
    repository, prefix = _open_repository(root)
    try:
        head = _resolve_commit(repository, "HEAD")
        options = ("-S", text, "--reverse", "--format=%H")
        output = repository.text("log", *options, head, *_path_arguments(f"{prefix}{path}"))
    except GitCommandError as error:
        raise HostError(f"git cannot read the history: {error}") from error
    return next(iter(output.split()), None)


def default_branch(root: Path) -> str | None:
    """The default branch: the remote's HEAD, else the checked-out branch; `None` if there is neither."""
    with suppress(ModelyardError):
        repository, _ = _open_repository(root)
        for ref, prefix in (("refs/remotes/origin/HEAD", "refs/remotes/origin/"), ("HEAD", "refs/heads/")):
            with suppress(GitCommandError):
                return repository.text("symbolic-ref", "--quiet", ref).removeprefix(prefix)
    return None


def is_ignored(root: Path, folder: Path) -> bool:
    """Whether git ignores the contents of a folder, existing or not; false outside a repository."""
    with suppress(ModelyardError):
        # `/build/` ignores folders only, and a missing path is not known to be a folder
        return _open_repository(root)[0].succeeds("check-ignore", "--quiet", "--", str(folder / "any"))
    return False


def _open_repository(root: Path) -> tuple[Git, str]:
    """The repository that contains a folder, and the folder's path in it with a slash at the end; empty at the top."""
    repository = Git(root)
    try:
        output = repository.text("rev-parse", "--is-bare-repository", "--is-inside-work-tree", "--show-prefix")
    except UsageError as error:
        message = f"`{root}` is not in a git repository, so there is no revision to read."
        raise UsageError(message, help=error.help) from error
    except GitCommandError as error:
        raise HostError(f"git cannot read the repository of `{root}`: {error}") from error
    is_bare, is_inside, prefix = (*output.split("\n", 2), "", "")[:3]
    if "true" not in {is_bare, is_inside}:
        raise UsageError(f"`{root}` is outside the work tree of its git repository.")
    return repository, prefix


def _path_arguments(path: str) -> tuple[str, ...]:
    """Arguments that limit a command to a path from the top of the repository."""
    return ("--", f":(top,literal){path}") if path else ()


def index_entries(root: Path, folders: Sequence[str]) -> Iterator[tuple[str, bool, bool]]:
    """Entries of the index below folders of the root: the path, whether the checkout skips it, and whether it is a submodule."""
    try:
        repository, prefix = _open_repository(root)
        paths = [f":(top,literal){prefix}{folder}" for folder in folders]
        output = repository.text("ls-files", "-t", "--stage", "-z", "--full-name", "--", *paths)
    except GitCommandError as error:
        raise HostError(f"git cannot list the checkout: {error}") from error
    for line in output.split("\0")[:-1]:
        metadata, _, path = line.partition("\t")
        tag, mode, *_ = metadata.split(" ")
        yield path.removeprefix(prefix), tag == "S", mode == "160000"


def _commit_date(repository: Git, commit: str) -> date:
    return datetime.fromtimestamp(int(repository.text("log", "-1", "--format=%ct", commit)), UTC).date()


def _resolve_commit(repository: Git, revision: str) -> str:
    """The full id of a revision's commit. A revision that starts with a dash is rejected, because git would take it for an option."""
    if not revision or revision.startswith("-") or "\0" in revision:
        raise _unknown_revision_error(revision, repository)
    try:
        return repository.text("rev-parse", "--verify", f"{revision}^{{commit}}")
    except GitCommandError as error:
        raise _unknown_revision_error(revision, repository) from error


def _is_empty(repository: Git) -> bool:
    """Whether the repository has no commit on any branch, local or fetched."""
    return not repository.text("rev-list", "--all", "--max-count=1")


def _ref_names(repository: Git) -> list[str]:
    """Branches and tags, by one call of git."""
    return repository.text(
        "for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/tags", "refs/remotes"
    ).split()


def _unknown_revision_error(revision: str, repository: Git) -> UsageError:
    if _is_empty(repository):
        return UsageError(
            f"this repository has no commits yet, so that `{revision}` does not exist.",
            help="Commit first, or omit the revision.",
        )
    suggestion = closest_match(revision, _ref_names(repository))
    return UsageError(
        f"`{revision}` is not a revision of this repository.",
        help=f"Did you mean `{suggestion}`?"
        if suggestion
        else "Use a branch, a tag or a commit that was fetched; in CI, fetch the complete history.",
    )


def _list_files(repository: Git, commit: str, prefix: str) -> tuple[dict[str, str], dict[str, str]]:
    """Blob ids by path, of files and of links; submodules are left out."""
    output = repository.run("ls-tree", "-r", "-z", "--full-tree", commit, *(["--", prefix] if prefix else []))
    files: dict[str, str] = {}
    links: dict[str, str] = {}
    for line in output.split(b"\0")[:-1]:
        metadata, _, name = line.partition(b"\t")
        mode, _, blob = metadata.split(b" ")
        path = name.decode("utf-8", "surrogateescape").removeprefix(prefix)
        if mode in _FILE_MODES:
            files[path] = blob.decode()
        elif mode == _SYMLINK_MODE:
            links[path] = blob.decode()
    return files, links
