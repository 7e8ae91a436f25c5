"""The folder that a build writes to, checked before anything is rendered into it."""

import os
from pathlib import Path
from typing import NamedTuple

from compiler.foundation.errors import UsageError
from compiler.foundation.safe_folder import is_in_git_folder
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
    """The folder of `--output`; raises `UsageError` for git's folder, and for one that contains specs or is among them."""
    path = Path(os.path.abspath(output))  # noqa: PTH100 - a link must not be followed here
    if not path.is_relative_to(project_root) and path.resolve().is_relative_to(project_root):
        path = path.resolve()  # the project by another name
    if project_root.is_relative_to(path):
        raise UsageError(f"{output} contains the project", help="choose a folder for the output alone, such as build")
    if not path.is_relative_to(project_root):
        if is_in_git_folder(os.fspath(path.resolve())):
            raise UsageError(f"{output} is git's own folder", help="choose another folder")
        return OutputLocation(path)
    folder = path.relative_to(project_root).as_posix()
    if is_in_git_folder(folder):
        raise UsageError(f"{output} is git's own folder", help="choose another folder")
    if name := overlapping_folder(project, folder):
        message = f"{output} and the folder of {name} are not separate folders"
        raise UsageError(message, help="choose a folder for the output alone, such as build")
    return OutputLocation(project_root, folder)
