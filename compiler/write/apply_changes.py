"""Applies a change set: every file is complete at every moment, and nothing is written if there is a conflict."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from compiler.plan.output_paths import STATE_FOLDER, fold_path, parent_folders
from compiler.write.change_set import Action, Change, ChangeSet, LockChange, RemovalRule, any_removal, compute_changes
from compiler.write.conflicts import ConflictReporter
from compiler.write.filesystem import Disk, os_errors, os_failure
from compiler.write.lock_files import encode_lock, lock_path
from compiler.write.lock_index import LockIndex
from compiler.write.output_units import Unit

_CREATE_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
_TEMPORARY_NAME = f"{STATE_FOLDER}-fresh"
"""The name of a file that is being written. No output can have this name; the next build removes one that a killed build left."""


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
    """Apply the change set to a folder below the root; raises `HostError` with the path that could not be written.

    `on_write` is called once per file that is written or deleted, to show progress.
    """
    if change_set.conflicts:
        message = "a change set with conflicts is not applied"
        raise ValueError(message)
    writer = _Writer(root / folder)
    deletes = [change.path for change in change_set.changes if change.action is Action.DELETE]
    writes = [change for change in change_set.changes if change.action in {Action.CREATE, Action.CHANGE}]
    delete_first = _paths_to_delete_first(deletes, writes)
    writer.remove(path for path in deletes if path in delete_first)
    for change in writes:
        writer.write_output(change)
        on_write()
    writer.remove(path for path in deletes if path not in delete_first)
    for _ in deletes:
        on_write()
    for lock_change in change_set.locks:
        writer.write_lock(lock_change)


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


class _Writer:
    """Writes below one root and remembers which folders exist."""

    def __init__(self, root: Path) -> None:
        self._root = os.fspath(root)
        self._existing_folders: set[str] = set()

    def write_output(self, change: Change) -> None:
        if change.file is None:
            message = f"{change.path} has no content"
            raise ValueError(message)
        mode = 0o777 if change.file.executable else 0o666
        self._write(change.path, change.file.content, mode, exists=change.action is Action.CHANGE)

    def write_lock(self, change: LockChange) -> None:
        path = lock_path(change.unit)
        if change.lock is None:
            self.remove([path])
        else:
            exists = os.path.lexists(f"{self._root}/{path}")
            self._write(path, encode_lock(change.unit, change.lock), 0o666, exists=exists)

    def remove(self, paths: Iterable[str]) -> None:
        """Remove the files, and the folders that become empty."""
        folders = set()
        for path in paths:
            with os_errors("remove", path), suppress(FileNotFoundError):
                os.unlink(f"{self._root}/{path}")
            folders.update(parent_folders(path))
        for folder in sorted(folders, key=len, reverse=True):
            with suppress(OSError):
                os.rmdir(f"{self._root}/{folder}")
                self._existing_folders.discard(folder)

    def _write(self, path: str, content: bytes, mode: int, *, exists: bool) -> None:
        folder = path.rpartition("/")[0]
        if folder not in self._existing_folders:
            self._make_folder(folder)
        full_path = f"{self._root}/{path}"
        try:
            if exists:
                temporary_path = (
                    f"{self._root}/{folder}/{_TEMPORARY_NAME}" if folder else f"{self._root}/{_TEMPORARY_NAME}"
                )
                with suppress(FileNotFoundError):
                    os.unlink(temporary_path)
                _create(temporary_path, content, mode)
                _replace_file(temporary_path, full_path)
            else:
                _create(full_path, content, mode)
        except OSError as error:
            raise os_failure("write", path, error) from error

    def _make_folder(self, folder: str) -> None:
        with os_errors("make the folder", folder or self._root):
            os.makedirs(f"{self._root}/{folder}", exist_ok=True)
        self._existing_folders.update((folder, *parent_folders(folder)))


def _create(path: str, content: bytes, mode: int) -> None:
    """Create a file with its full content, or none."""
    descriptor = os.open(path, _CREATE_FLAGS, mode)
    try:
        try:
            written_bytes = os.write(descriptor, content)
            while written_bytes < len(content):
                written_bytes += os.write(descriptor, memoryview(content)[written_bytes:])
        finally:
            os.close(descriptor)
    except BaseException:
        with suppress(OSError):
            os.unlink(path)
        raise


def _replace_file(temporary_path: str, path: str) -> None:
    try:
        os.replace(temporary_path, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary_path)
        raise
