"""Which tracked files a checkout leaves out: a sparse checkout, and submodules that were not fetched."""

import os
from collections.abc import Iterator
from pathlib import Path

from compiler.source.git_root import git_root


def missing_files(project: Path, folders: tuple[str, ...]) -> tuple[str, ...]:
    """Paths below folders of the project that git tracks and the checkout does not have on purpose, sorted.

    A tracked file that was merely deleted is not among them. Nothing runs unless the checkout is sparse or has submodules.
    """
    checkout = git_root(project)
    if not any(os.path.lexists(path) for path in (_sparse_patterns(checkout), checkout / ".gitmodules")):
        return ()
    from compiler.source.revision import index_entries  # noqa: PLC0415 - few checkouts need git

    return tuple(
        sorted(
            path
            for path, is_skipped, is_submodule in index_entries(project, folders)
            if is_skipped or (is_submodule and _is_empty(project / path))
        )
    )


def _sparse_patterns(checkout: Path) -> Path:
    """The file that a sparse checkout has; a linked work tree has its own."""
    git_folder = checkout / ".git"
    try:
        text = git_folder.read_text(encoding="utf-8", errors="replace") if git_folder.is_file() else ""
    except OSError:
        text = ""
    linked_folder = text.strip().removeprefix("gitdir: ")
    return (checkout / linked_folder if linked_folder else git_folder) / "info" / "sparse-checkout"


def _is_empty(folder: Path) -> bool:
    return next(_entries(folder), None) is None


def _entries(folder: Path) -> Iterator[Path]:
    try:
        yield from folder.iterdir()
    except OSError:
        return
