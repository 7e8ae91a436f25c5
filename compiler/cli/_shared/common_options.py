"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from compiler.foundation.errors import HostError, UsageError
from compiler.foundation.suggestions import closest_match
from compiler.source.tree import Tree
from compiler.source.worktree import WorkTree
from compiler.spec.portfolio import PROJECT_FILE

if TYPE_CHECKING:
    from compiler.resolve.fleet import Fleet
    from compiler.spec.portfolio import Portfolio

F = TypeVar("F", bound=Callable[..., Any])


def project_options(function: F) -> F:
    """`--project` and `--rev`: which tree is read."""
    rev = click.option("--rev", metavar="REVISION", help="Read this git revision instead of the work tree.")
    return root_option(rev(function))


def root_option(function: F) -> F:
    """`--project`: which project the command is about."""
    return click.option(
        "--project",
        "root",
        type=click.Path(file_okay=False, path_type=Path),
        help=f"The folder that holds {PROJECT_FILE}; by default the nearest one at or above the current folder.",
    )(function)


def environment_option(function: F) -> F:
    """`--env`, which may be given more than once."""
    return click.option(
        "--env", "environments", multiple=True, metavar="NAME", help="Only this environment; may be repeated."
    )(function)


def project_root(root: Path | None) -> Path:
    """The folder of the project; raises `UsageError` where there is none."""
    if root is not None:
        if not root.is_dir():
            raise UsageError(f"there is no folder {root}")
        return root.resolve()
    start_folder = current_folder()
    for folder in (start_folder, *start_folder.parents):
        if (folder / PROJECT_FILE).is_file():
            return folder
    raise UsageError(
        f"there is no {PROJECT_FILE} in {start_folder} or in a folder above it",
        help="run the command inside a project, or name it with --project",
    )


def current_folder() -> Path:
    """Where the command runs; raises `HostError` where somebody removed it."""
    try:
        return Path.cwd()
    except FileNotFoundError as error:
        raise HostError("the current folder is gone", help="change to one that exists") from error


def open_tree(root: Path, rev: str | None) -> Tree:
    """The work tree, or a revision of it."""
    if rev is None:
        return WorkTree(root)
    from compiler.source.revision import open_revision  # noqa: PLC0415 - git is imported only where a revision is read

    return open_revision(root, rev)


def require_models(portfolio: Portfolio, names: tuple[str, ...]) -> None:
    """Raise `UsageError` for a name that is no Model of the project."""
    for name in names:
        if not portfolio.has_document("Model", name):
            suggestion = closest_match(name, portfolio.by_kind("Model"))
            raise UsageError(
                f"there is no model `{name}`", help=f"did you mean `{suggestion}`?" if suggestion else None
            )


def require_environments(fleet: Fleet, names: tuple[str, ...]) -> None:
    """Raise `UsageError` for a name that is no Environment of the project."""
    for name in names:
        if name not in fleet.environments:
            suggestion = closest_match(name, fleet.environments)
            help_text = f"did you mean `{suggestion}`?" if suggestion else f"one of: {', '.join(fleet.environments)}"
            raise UsageError(f"there is no Environment `{name}`", help=help_text)
