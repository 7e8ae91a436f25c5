"""The folders that a build writes to: the output folder, and the repository for files that are committed in place."""

from collections.abc import Callable, Collection
from pathlib import Path
from typing import NamedTuple

from compiler.write.apply_changes import plan_changes
from compiler.write.change_set import ChangeSet
from compiler.write.output_units import Unit, committed_units, output_folder_units


class Destination(NamedTuple):
    """A folder, and the changes in it."""

    path: Path
    changes: ChangeSet


def plan_output_folder(
    output_folder: Path, units: Collection[Unit], may_remove: Callable[[str], bool], root_name: str
) -> tuple[Destination, ...]:
    """One destination for all files, including those that are committed elsewhere."""
    return (Destination(output_folder, plan_changes(output_folder, units, may_remove, root_name=root_name)),)


def plan_project(
    project: Path,
    output_folder: Path,
    units: Collection[Unit],
    may_remove: Callable[[str], bool],
    root_name: str,
) -> tuple[Destination, ...]:
    """The output folder, after the project's folder if files in it change or exist."""
    repository_changes = plan_changes(project, committed_units(units), may_remove)
    repository = (Destination(project, repository_changes),) if repository_changes != ChangeSet() else ()
    return (*repository, *plan_output_folder(output_folder, output_folder_units(units), may_remove, root_name))
