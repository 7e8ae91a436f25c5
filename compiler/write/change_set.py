"""Computes what a build would change in a root, before anything is written."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from compiler.diagnostics.finding import Finding, sorted_unique
from compiler.plan.output_paths import fold_path, invalid_path_reason, parent_folders
from compiler.write.conflicts import ConflictReporter
from compiler.write.filesystem import Disk, PathKind, PathState, digest_of
from compiler.write.lock_files import EMPTY_LOCK, Lock, ManagedFile
from compiler.write.output_units import OutputFile, Unit


class Action(StrEnum):
    """What happens to a file."""

    CREATE = "create"
    CHANGE = "change"
    DELETE = "delete"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Change:
    """The change of one file; `file` holds the content to write."""

    path: str
    action: Action
    unit: str
    old_digest: str | None
    new_digest: str | None
    file: OutputFile | None = None


@dataclass(frozen=True, slots=True)
class LockChange:
    """The new lock of a unit; `None` if it owns no files any more."""

    unit: str
    lock: Lock | None


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """All changes of a build, by path, or the conflicts that prevent it; warnings name files that are not removed."""

    changes: tuple[Change, ...] = ()
    conflicts: tuple[Finding, ...] = ()
    warnings: tuple[Finding, ...] = ()
    locks: tuple[LockChange, ...] = ()

    @property
    def is_up_to_date(self) -> bool:
        """Whether nothing changes."""
        return not self.conflicts and not self.locks and all(change.action is Action.KEEP for change in self.changes)


RemovalRule = Callable[[str, str], bool]
"""Whether a file may be removed, by its emitter and its path: a lock file is not enough, because a commit can contain any."""


def any_removal(_emitter: str, _path: str) -> bool:
    """The rule of an output folder, which holds nothing but output."""
    return True


class _PathReservation(NamedTuple):
    path: str
    unit: str
    sources: tuple[str, ...]
    folder: bool = False


def compute_changes(
    units: Iterable[Unit],
    locks: Mapping[str, Lock],
    disk: Disk,
    reporter: ConflictReporter = ConflictReporter(),  # noqa: B008 - immutable
    external_owner: Callable[[str], str | None] = lambda _: None,
    may_remove: RemovalRule = any_removal,
) -> ChangeSet:
    """The changes that make the disk hold exactly the units; `locks` are those of all units in the scope of the run.

    A path without a lock in `locks` can belong to a unit outside the scope: `external_owner` looks it up.
    """
    comparison = _Comparison(locks, disk, reporter, external_owner, may_remove)
    for unit in units:
        comparison.add_unit(unit)
    return comparison.result()


class _Comparison:
    """The state of one comparison; the content of a file is released as soon as it proves to be unchanged."""

    def __init__(
        self,
        locks: Mapping[str, Lock],
        disk: Disk,
        reporter: ConflictReporter,
        external_owner: Callable[[str], str | None],
        may_remove: RemovalRule,
    ) -> None:
        self._locks, self._disk, self._reporter, self._external_owner = locks, disk, reporter, external_owner
        self._may_remove = may_remove
        self._managed_files: dict[str, tuple[str, ManagedFile]] = {}
        self._other_digests: dict[str, list[str]] = {}
        for unit, lock in locks.items():
            for path, managed_file in lock.items():
                if self._managed_files.setdefault(path, (unit, managed_file)) != (unit, managed_file):
                    self._other_digests.setdefault(path, []).append(managed_file.digest)
        self._reservations: dict[str, _PathReservation] = {}
        self._free_folders: set[str] = set()  # folders that no reserved file blocks
        self._new_locks: dict[str, dict[str, ManagedFile]] = {}
        self._changes: dict[str, Change] = {}
        self._blocked_changes: list[tuple[Change, OutputFile, PathState]] = []
        self._conflicts: list[Finding] = []
        self._warnings: list[Finding] = []

    def add_unit(self, unit: Unit) -> None:
        """Compare the files of a unit."""
        new_lock = self._new_locks.setdefault(unit.id, {})
        for file in unit.files:
            digest = digest_of(file.content)
            new_lock[file.path] = ManagedFile(digest, file.emitter, tuple(sorted(set(file.sources))), file.executable)
            if reason := invalid_path_reason(file.path):
                self._conflicts.append(self._reporter.unsafe_path(file, reason))
            elif reservation := self._reserve(_PathReservation(file.path, unit.id, file.sources)):
                sources = tuple(dict.fromkeys((*file.sources, *reservation.sources)))
                self._conflicts.append(
                    self._reporter.path_clash(file.path, unit.id, reservation.path, reservation.unit, sources)
                )
            else:
                self._compare(unit.id, file, digest)

    def _reserve(self, reservation: _PathReservation) -> _PathReservation | None:
        """Reserve the path; returns the earlier reservation if there is one."""
        if (holder := self._reservations.setdefault(fold_path(reservation.path), reservation)) is not reservation:
            return holder
        if (parent_folder := reservation.path.rpartition("/")[0]) in self._free_folders:
            return None
        folder_reservation = reservation._replace(folder=True)
        for folder in parent_folders(reservation.path):
            parent_holder = self._reservations.setdefault(fold_path(folder), folder_reservation)
            if not parent_holder.folder:
                return parent_holder
        self._free_folders.add(parent_folder)
        return None

    def _compare(self, unit: str, file: OutputFile, digest: str) -> None:
        path = file.path
        state = self._disk.path_state(path)
        if state is None:
            self._changes[path] = Change(path, Action.CREATE, unit, None, digest, file)
        elif state.kind is not PathKind.FILE or state.path != path:
            self._blocked_changes.append((Change(path, Action.CREATE, unit, None, digest, file), file, state))
        elif state.has_content(digest):
            self._keep_content(unit, file, digest, state)
        elif not self._may_replace(path, state):
            self._conflicts.append(self._conflict_finding(unit, file, state))
        else:
            self._changes[path] = Change(path, Action.CHANGE, unit, state.digest, digest, file)

    def _keep_content(self, unit: str, file: OutputFile, digest: str, state: PathState) -> None:
        """The file has the content already; its unit or its mode may change."""
        path = file.path
        if path not in self._managed_files and (owner := self._external_owner(path)):
            self._conflicts.append(self._reporter.path_clash(path, unit, path, owner, file.sources))
        elif self._has_right_mode(file, state):
            self._changes[path] = Change(path, Action.KEEP, unit, digest, digest)
        else:
            self._changes[path] = Change(path, Action.CHANGE, unit, state.digest, digest, file)

    def _may_replace(self, path: str, state: PathState) -> bool:
        entry = self._managed_files.get(path)
        digests = (entry[1].digest, *self._other_digests.get(path, ())) if entry else ()
        return any(map(state.has_content, digests))

    def _has_right_mode(self, file: OutputFile, state: PathState) -> bool:
        if file.executable:
            return state.executable
        entry = self._managed_files.get(file.path)
        return entry is None or not entry[1].executable

    def _conflict_finding(self, unit: str, file: OutputFile, state: PathState) -> Finding:
        if file.path in self._managed_files:
            return self._reporter.hand_edited(file.path, file.sources, file)
        if owner := self._external_owner(file.path):
            return self._reporter.path_clash(file.path, unit, file.path, owner, file.sources)
        return self._reporter.unmanaged_file(file, state)

    def result(self) -> ChangeSet:
        """The change set. It removes left-over files, which makes room for the files that they blocked."""
        output_paths = {path for new_lock in self._new_locks.values() for path in new_lock}
        for path, (unit, managed_file) in self._managed_files.items():
            if path not in output_paths:
                self._plan_removal(path, unit, managed_file)
        for change, file, state in self._blocked_changes:
            if state.kind is PathKind.LINK:
                self._conflicts.append(self._reporter.symlink_in_path(change.path, state))
            elif self._will_be_deleted(state):
                self._changes[change.path] = change
            else:
                self._conflicts.append(self._reporter.unmanaged_file(file, state))
        sorted_changes = tuple(self._changes[path] for path in sorted(self._changes))
        return ChangeSet(
            sorted_changes, sorted_unique(self._conflicts), sorted_unique(self._warnings), self._lock_changes()
        )

    def _plan_removal(self, path: str, unit: str, managed_file: ManagedFile) -> None:
        state = self._disk.path_state(path)
        if state is None:
            return
        if not self._may_remove(managed_file.emitter, path):
            self._warnings.append(self._reporter.foreign_file(path, unit, managed_file.emitter))
        elif state.kind is PathKind.LINK:
            self._conflicts.append(self._reporter.symlink_in_path(path, state))
        elif state.kind is PathKind.FILE and state.path == path:
            if self._may_replace(path, state):
                self._changes[path] = Change(path, Action.DELETE, unit, state.digest, None)
            else:
                self._conflicts.append(self._reporter.hand_edited(path, managed_file.sources, None))

    def _will_be_deleted(self, state: PathState) -> bool:
        existing_paths = [state.path] if state.kind is not PathKind.FOLDER else list(self._disk.walk(state.path))
        removals = (self._changes.get(path) for path in existing_paths)
        return bool(existing_paths) and all(
            change is not None and change.action is Action.DELETE for change in removals
        )

    def _lock_changes(self) -> tuple[LockChange, ...]:
        lock_changes = []
        for unit in sorted({*self._locks, *self._new_locks}):
            old_lock, new_lock = self._locks.get(unit, EMPTY_LOCK), self._new_locks.get(unit, {})
            if new_lock != old_lock or (unit in self._locks and not new_lock):
                lock_changes.append(LockChange(unit, new_lock or None))
        return tuple(lock_changes)
