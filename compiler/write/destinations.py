"""The folders that a build writes to: the output folder, and the repository for files that are committed in place."""

from collections.abc import Callable, Collection
from pathlib import Path
from typing import NamedTuple

from compiler.write.apply_changes import plan_changes
from compiler.write.change_set import ChangeSet, RemovalRule
from compiler.write.output_units import Unit, committed_units, output_folder_units


class Destination(NamedTuple):
    """A folder below a root, and the changes in it. Links are followed up to the root, and never below it."""

    root: Path
    folder: str
    changes: ChangeSet

    @property
    def path(self) -> Path:
        """The path of the folder."""
        return self.root / self.folder


def plan_output_folder(
    root: Path, folder: str, units: Collection[Unit], may_remove_unit: Callable[[str], bool], root_name: str
) -> tuple[Destination, ...]:
    """One destination for all files, including those that are committed elsewhere."""
    changes = plan_changes(root, units, may_remove_unit, folder=folder, root_name=root_name)
    return (Destination(root, folder, changes),)


def plan_project(
    project: Path,
    output_folder: str,
    units: Collection[Unit],
    may_remove_unit: Callable[[str], bool],
    *,
    root_name: str,
    may_remove_committed: RemovalRule,
) -> tuple[Destination, ...]:
    """The output folder, after the project's folder if files in it change or exist."""
    repository_changes = plan_changes(project, committed_units(units), may_remove_unit, may_remove=may_remove_committed)
    repository = (Destination(project, "", repository_changes),) if repository_changes != ChangeSet() else ()
    return (
        *repository,
        *plan_output_folder(project, output_folder, output_folder_units(units), may_remove_unit, root_name),
    )
