"""Applies a change set: every file is complete at every moment, and nothing is written if there is a conflict."""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from compiler.foundation.errors import HostError
from compiler.foundation.safe_folder import os_errors
from compiler.plan.output_paths import fold_path, parent_folders
from compiler.write.change_set import Action, Change, ChangeSet, LockChange, RemovalRule, any_removal, compute_changes
from compiler.write.conflicts import ConflictReporter
from compiler.write.filesystem import Disk, digest_of
from compiler.write.journal import Operation
from compiler.write.lock_files import encode_lock, lock_path
from compiler.write.lock_index import LockIndex
from compiler.write.output_units import Unit
from compiler.write.transaction import StagedChange, run_transaction


def plan_changes(
    root: Path,
    units: Iterable[Unit],
    scope: Callable[[str], bool] | None = None,
    *,
    folder: str = "",
    root_name: str = "",
    may_remove: RemovalRule = any_removal,
) -> ChangeSet:
    """The changes that a build of these units would make in a folder below the root, without making them.

    Units within `scope` (default: all) that are no longer given are removed; the given units must be within it. `root_name` is the
    folder's path in messages.
    """
    disk, reporter = Disk(root, folder), ConflictReporter(root_name)
    levels_up = disk.obstacle_levels_up()
    if levels_up is not None:
        return ChangeSet(conflicts=(reporter.unreachable_root(levels_up),))
    ledger = LockIndex.read(disk, reporter, scope)
    if ledger.damage_findings:
        return ChangeSet(conflicts=ledger.damage_findings)
    return compute_changes(_check_scope(units, scope), ledger.locks, disk, reporter, ledger.external_owner, may_remove)


def _check_scope(units: Iterable[Unit], scope: Callable[[str], bool] | None) -> Iterator[Unit]:
    for unit in units:
        lock_path(unit.id)
        if scope is not None and not scope(unit.id):
            message = f"the unit {unit.id!r} is outside the scope of the run"
            raise ValueError(message)
        yield unit


def apply(root: Path, change_set: ChangeSet, folder: str = "", on_write: Callable[[], object] = lambda: None) -> None:
    """Apply the change set to a folder below the root; raises `HostError` with the path that could not be written, or was kept.

    `on_write` is called once per file that is written or deleted, to show progress.
    """
    if change_set.conflicts:
        message = "a change set with conflicts is not applied"
        raise ValueError(message)
    with os_errors("create the folder", os.fspath(root)):
        os.makedirs(root, exist_ok=True)
    changes = _staged_changes(root, folder, change_set)
    kept_operations = run_transaction(root, folder, changes, on_write) if changes else ()
    if kept_operations:
        names = ", ".join(f"`{operation.path}`" for operation in kept_operations)
        raise HostError(f"kept {names}: changed by someone else during the build", help="run the command again")


def _staged_changes(root: Path, folder: str, change_set: ChangeSet) -> list[StagedChange]:
    """The changes in their order: what makes room, what is written, what is removed, and the locks."""
    deletes = [change for change in change_set.changes if change.action is Action.DELETE]
    writes = [change for change in change_set.changes if change.action in {Action.CREATE, Action.CHANGE}]
    early_paths = _paths_to_delete_first([change.path for change in deletes], writes)
    disk = Disk(root, folder)
    return [
        *(_staged_change(change) for change in deletes if change.path in early_paths),
        *map(_staged_change, writes),
        *(_staged_change(change) for change in deletes if change.path not in early_paths),
        *(_staged_lock(change, disk) for change in change_set.locks),
    ]


def _staged_change(change: Change) -> StagedChange:
    file = change.file
    if (file is None) == (change.action is not Action.DELETE):
        message = f"{change.path} has no content"
        raise ValueError(message)
    executable = file is not None and file.executable
    operation = Operation(change.path, change.unit, change.old_digest, change.new_digest, executable)
    return StagedChange(operation, file.content if file else None)


def _staged_lock(change: LockChange, disk: Disk) -> StagedChange:
    path = lock_path(change.unit)
    content = None if change.lock is None else encode_lock(change.unit, change.lock)
    state = disk.path_state(path)
    old_digest, new_digest = state.digest if state else None, None if content is None else digest_of(content)
    return StagedChange(Operation(path, change.unit, old_digest, new_digest), content)


def _paths_to_delete_first(deletes: list[str], writes: list[Change]) -> set[str]:
    """Files to delete before others are created: those in the way of a new folder or file, or whose name changes only in case.

    Other files are deleted last, so that a build interrupted by a full disk has added files and deleted none.
    """
    if not deletes:
        return set()
    created_paths = {fold_path(change.path) for change in writes if change.action is Action.CREATE}
    occupied_paths = created_paths | {parent for path in created_paths for parent in parent_folders(path)}
    return {
        path for path in deletes if not occupied_paths.isdisjoint((fold_path(path), *parent_folders(fold_path(path))))
    }
