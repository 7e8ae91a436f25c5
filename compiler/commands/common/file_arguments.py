"""Files and folders that a command names: their paths in the project. A path that no check reads is an error, not a clean result."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from pathlib import Path

from compiler.foundation.errors import UsageError
from compiler.foundation.json_data import iter_texts
from compiler.foundation.suggestions import closest_match
from compiler.pipeline.session import Session
from compiler.source.tree import is_listed
from compiler.spec.portfolio import (
    PROJECT_FILE,
    FolderName,
    Portfolio,
    configured_output,
    path_and_ancestors,
)

_INPUT_FOLDERS: tuple[FolderName, ...] = ("models", "templates", "schemas")


def project_paths(files: Iterable[Path], folder: Path) -> frozenset[str]:
    """The paths relative to the project; raises `UsageError` for one that is missing or outside."""
    paths = set()
    for file in files:
        path = file.resolve()
        if not path.is_relative_to(folder):
            raise UsageError(f"{file} is outside of the project {folder}", help="name the project with --project")
        if not path.exists():
            raise UsageError(f"there is no file {file}", help=_closest_file(file))
        paths.add(path.relative_to(folder).as_posix())
    return frozenset(paths)


def _closest_file(file: Path) -> str | None:
    """The file in the same folder whose name is closest."""
    try:
        match = closest_match(file.name, (path.name for path in file.parent.iterdir()))
    except OSError:
        return None
    return f"did you mean {file.parent / match}?" if match else None


def require_inputs(session: Session, paths: Iterable[str]) -> None:
    """Raise `UsageError` for a path that is not an input of the project, such as a rendered file or a manifest."""
    portfolio = session.portfolio
    folders = tuple(portfolio.folder(name) for name in _INPUT_FOLDERS)
    for path in sorted(paths):
        if path == PROJECT_FILE or any(folder in path_and_ancestors(path) for folder in folders):
            _require_listed(path)
        elif path != "." and not any(path in path_and_ancestors(folder) for folder in folders):
            _reject_output(path, portfolio)
            if not _is_companion_file(portfolio, path):
                folder_list = f"{', '.join(f'{folder}/' for folder in folders[:-1])} and {folders[-1]}/"
                raise UsageError(
                    f"{path} is not a file of a model, emitter, policy or schema, so there is nothing to check",
                    help=f"Modelyard reads {PROJECT_FILE} and the files below {folder_list}",
                )


def _require_listed(path: str) -> None:
    if not all(map(is_listed, path.split("/"))):
        raise UsageError(
            f"{path} is not checked, because Modelyard skips files and folders whose names start with a dot",
            help="rename it",
        )


def _reject_output(path: str, portfolio: Portfolio) -> None:
    if configured_output(portfolio.project.data) in path_and_ancestors(path):
        raise UsageError(
            f"{path} is rendered, and `check` reads specs",
            help=f"to see where a line comes from: modelyard explain {path}:LINE; "
            "to check the rendered files: modelyard check --rendered",
        )


def _is_companion_file(portfolio: Portfolio, path: str) -> bool:
    """Whether a document names the file, or a file in the folder, relative to its own folder."""
    for specs in portfolio.specs.values():
        for spec in specs.values():
            folder = posixpath.dirname(spec.document.path)
            for text in iter_texts(spec.json):
                companion = posixpath.normpath(posixpath.join(folder, text))
                if companion == path or companion.startswith(f"{path}/"):
                    return True
    return False
