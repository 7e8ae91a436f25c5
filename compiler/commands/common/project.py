"""The project that a command works on."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from compiler.commands.common.streams import redact_with
from compiler.foundation.errors import HostError, UsageError
from compiler.pipeline.session import Session
from compiler.source.tree import Tree
from compiler.source.worktree import WorkTree
from compiler.spec.portfolio import PROJECT_FILE, misnamed_project_file


def project_root(root: Path | None) -> Path:
    """The folder of the project; raises `UsageError` if there is none."""
    if root is not None:
        if not root.is_dir():
            raise UsageError(f"there is no folder {root}")
        return root.resolve()
    start_folder = current_folder()
    for folder in (start_folder, *start_folder.parents):
        if (folder / PROJECT_FILE).is_file():
            return folder
    name = misnamed_project_file(_file_names(start_folder))
    raise UsageError(
        f"there is no {PROJECT_FILE} in {start_folder} or in a folder above it",
        help=f"found {name}: rename it to {PROJECT_FILE}"
        if name
        else "run the command inside a project, name it with --project, or create one with `modelyard init`",
    )


def _file_names(folder: Path) -> list[str]:
    try:
        return [path.name for path in folder.iterdir() if path.is_file()]
    except OSError:
        return []


def current_folder() -> Path:
    """The current folder; raises `HostError` if it was removed."""
    try:
        return Path.cwd()
    except FileNotFoundError as error:
        raise HostError("the current folder no longer exists", help="change to an existing folder") from error


def open_tree(root: Path, rev: str | None) -> Tree:
    """The work tree, or a revision of it."""
    if rev is None:
        return WorkTree(root)
    from compiler.source.revision import open_revision  # noqa: PLC0415 - it loads `subprocess`, which takes 15 ms, and only --rev needs it

    return open_revision(root, rev)


def open_session(root: Path | None, rev: str | None = None, as_of: datetime | None = None) -> Session:
    """A session on the project's work tree, or on a revision."""
    return mask_secrets_of(Session(open_tree(project_root(root), rev), to_date(as_of)))


def mask_secrets_of(session: Session) -> Session:
    """The session, whose secrets no further output of the process shows."""
    redact_with(session.redactor)
    return session


def to_date(as_of: datetime | None) -> date | None:
    """The date of `--as-of`."""
    return as_of.date() if as_of else None
