"""The folders that a build writes to: the output folder, and the repository for files that are committed."""

from collections.abc import Callable, Collection
from pathlib import Path
from typing import NamedTuple

from compiler.diagnostics.finding import Finding
from compiler.write.apply_changes import plan_changes
from compiler.write.change_set import ChangeSet, RemovalRule
from compiler.write.conflicts import ConflictReporter
from compiler.write.journal import DamagedJournalError
from compiler.write.output_units import Unit, committed_units, output_folder_units
from compiler.write.transaction import complete_interrupted, is_interrupted


class Recovery(NamedTuple):
    """The result of completing an interrupted build."""

    is_completed: bool
    findings: tuple[Finding, ...] = ()


def recover(root: Path, folder: str, root_name: str) -> Recovery:
    """Complete an interrupted build of a folder; findings name the files that were kept, or say why that is impossible."""
    reporter = ConflictReporter(root_name)
    try:
        kept_operations = complete_interrupted(root, folder)
    except DamagedJournalError as error:
        return Recovery(is_completed=False, findings=(reporter.damaged_journal(str(error)),))
    removals = (operation for operation in kept_operations or () if operation.new_digest is None)
    findings = tuple(reporter.changed_since_interruption(operation.path) for operation in removals)
    return Recovery(kept_operations is not None, findings)


def interruption_findings(root: Path, folder: str, root_name: str) -> tuple[Finding, ...]:
    """The finding about an interrupted build of a folder, for a command that writes nothing."""
    return (ConflictReporter(root_name).interrupted_build(),) if is_interrupted(root, folder) else ()


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
