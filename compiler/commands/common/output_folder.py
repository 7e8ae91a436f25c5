"""The folder that a build writes to, checked before anything is rendered into it."""

import os
from pathlib import Path
from typing import NamedTuple

from compiler.foundation.errors import UsageError
from compiler.foundation.safe_folder import is_in_forge_folder, is_in_git_folder
from compiler.plan.conventions import STATE_FOLDER
from compiler.source.git_root import git_root
from compiler.spec.data_types import ProjectData
from compiler.spec.project_folders import overlapping_folder


class OutputLocation(NamedTuple):
    """A folder below `root`. Links are followed up to the root, which the user names, and never below it."""

    root: Path
    folder: str = ""

    @property
    def path(self) -> Path:
        """The path of the folder."""
        return self.root / self.folder


def locate_output(project_root: Path, project: ProjectData, output: Path) -> OutputLocation:
    """The folder of `--output`; raises `UsageError` for one that `output` in modelyard.yaml cannot name either.

    Only an absolute path may lead out of the repository: where a relative one leads depends on the folder that a script runs in.
    """
    path = Path(os.path.abspath(output))  # noqa: PTH100 - a link must not be followed here
    if not path.is_relative_to(project_root) and path.resolve().is_relative_to(project_root):
        path = path.resolve()  # the project by another name
    if project_root.is_relative_to(path):
        raise UsageError(f"{output} contains the project", help="choose a folder for the output alone, such as build")
    _reject_reserved_folder(project_root, output, path)
    if not path.is_relative_to(project_root):
        return OutputLocation(path)
    folder = path.relative_to(project_root).as_posix()
    if name := overlapping_folder(project, folder):
        message = f"{output} and the folder of {name} are not separate folders"
        raise UsageError(message, help="choose a folder for the output alone, such as build")
    return OutputLocation(project_root, folder)


def _reject_reserved_folder(project_root: Path, output: Path, path: Path) -> None:
    """Raise `UsageError` for a folder of git, of a forge or of Modelyard in the repository, and for a relative path out of it."""
    repository = git_root(project_root)
    real_path = path.resolve()
    if is_in_git_folder(os.fspath(real_path)):
        raise UsageError(f"{output} is git's own folder", help="choose another folder")
    if not real_path.is_relative_to(repository) and not path.is_relative_to(repository):
        if not output.is_absolute():
            raise UsageError(
                f"{output} is outside of the repository", help=f"write the absolute path {path} if you mean it"
            )
        return
    for candidate in (path, real_path):
        folder = candidate.relative_to(repository).as_posix() if candidate.is_relative_to(repository) else ""
        if is_in_forge_folder(folder):
            raise UsageError(
                f"{output} is a folder of the forge, which runs the workflows in it", help="choose another folder"
            )
        if any(part.lower().startswith(STATE_FOLDER) for part in folder.split("/")):
            raise UsageError(f"{output} is a folder with Modelyard's own state", help="choose another folder")
