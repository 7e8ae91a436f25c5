"""Compares units with a folder as they are rendered: what differs is staged, and content is released at once."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from compiler.diagnostics.finding import Finding, sorted_unique
from compiler.plan.output_paths import invalid_path_reason
from compiler.write.change_set import Action, Change, ChangeSet, RemovalRule
from compiler.write.conflicts import ConflictReporter
from compiler.write.file_stat import UNKNOWN_STAT, FileStat, StatNumbers, racy_time
from compiler.write.filesystem import Disk, PathKind, PathState
from compiler.write.journal import Operation
from compiler.write.lock_files import EMPTY_LOCK, Lock, ManagedFile, digest_of, encode_lock, lock_path
from compiler.write.lock_index import LockIndex, LockText
from compiler.write.output_units import DigestedFile, OutputFile
from compiler.write.path_reservations import PathHolder, PathReservations
from compiler.write.staging import NOT_STAGED, Staging

KnownPaths = Callable[[str, str], Sequence[str]]
"""The paths that an earlier build recorded for a unit in their order, by the unit and the digest of its present lock.

No other unit had one of them, and no build gives one to another unit without comparing it with those of all units.
"""


class FolderRecord(NamedTuple):
    """A unit in one folder: the digest of its lock, its paths, and the stat data of the lock and of the file of each path."""

    lock_digest: str
    paths: tuple[str, ...]
    stats: tuple[StatNumbers, ...]


class _UnitPaths(NamedTuple):
    paths: tuple[str, ...]
    holders: tuple[PathHolder, ...]


class FolderPlan(NamedTuple):
    """The changes of a folder, and the operations before and after those of staged files."""

    changes: ChangeSet
    first_operations: tuple[Operation, ...] = ()
    last_operations: tuple[Operation, ...] = ()


class _BlockedWrite(NamedTuple):
    """A write that is possible only if what is in its way is removed."""

    operation: Operation
    file: OutputFile
    obstacle: PathState


class _LeftoverFile(NamedTuple):
    path: str
    unit: str
    entry: ManagedFile


class FolderComparison:
    """The state of one comparison. Without `staging`, the changes are only listed."""

    def __init__(
        self,
        disk: Disk,
        reporter: ConflictReporter,
        is_in_scope: Callable[[str], bool],
        may_remove: RemovalRule,
        staging: Staging | None,
    ) -> None:
        self._disk, self._reporter, self._staging = disk, reporter, staging
        self._is_in_scope, self._may_remove = is_in_scope, may_remove
        self._locks = LockIndex(disk, reporter, is_in_scope)
        self._racy_time = racy_time()
        self._units: dict[str, _UnitPaths | None] = {}  # in their order; `None` for an unchanged one
        self._reservations = PathReservations()
        self._counts = dict.fromkeys(Action, 0)
        self._changes: list[Change] = []
        self._lock_count = 0
        self._leftovers: list[_LeftoverFile] = []
        self._blocked_writes: list[_BlockedWrite] = []
        self._conflicts: list[Finding] = []
        self._clashes: list[Finding] = []
        self._warnings: list[Finding] = []
        self.orphans: list[str] = []

    def add(self, unit: str, files: Sequence[DigestedFile]) -> FolderRecord:
        """Compare the files of a unit."""
        self._check_unit(unit)
        lock = {file.path: _managed_file(file, digest) for file, digest in files}
        lock_text = self._locks.text(unit)
        unsafe_files = [(file, reason) for file, _ in files if (reason := invalid_path_reason(file.path))]
        self._conflicts += (self._reporter.unsafe_path(file, reason) for file, reason in unsafe_files)
        lock_content = b"" if unsafe_files else encode_lock(unit, lock)
        old_lock = self._old_lock(unit, lock_text, lock, lock_content)
        stats = self._compare_files(unit, files, old_lock, {file.path for file, _ in unsafe_files})
        leftovers = (_LeftoverFile(path, unit, entry) for path, entry in old_lock.items() if path not in lock)
        self._leftovers += leftovers
        if lock_text is not None and old_lock == lock:
            lock_digest, lock_stat = lock_text.digest, lock_text.stat.settled_before(self._racy_time)
        else:
            lock_digest = digest_of(lock_content)
            lock_stat = self._write_lock(unit, lock_text, lock_content, lock_digest)
        return FolderRecord(lock_digest, tuple(lock), (lock_stat, *stats))

    def _old_lock(self, unit: str, text: LockText | None, lock: Lock, lock_content: bytes) -> Lock:
        """The lock on disk. The text tells in most cases that it is the new one."""
        if text is None:
            return EMPTY_LOCK
        return lock if text.content == lock_content else self._locks.parse(unit, text.content)

    def add_unchanged(self, unit: str, file_count: int) -> None:
        """Add a unit whose files and lock are those of an earlier build."""
        self._check_unit(unit)
        self._units[unit] = None
        self._counts[Action.KEEP] += file_count

    def finish(self, known_paths: KnownPaths) -> "FolderPlan":
        """The change set, and the operations of files that are not staged: left-over files are removed, which makes room for others."""
        self._add_orphans()
        if None in self._units.values() and self._has_unknown_paths(known_paths):
            self._reserve_again(known_paths)
        if damage_findings := self._locks.damage_findings:
            return FolderPlan(ChangeSet(conflicts=damage_findings))
        removals = [
            operation
            for leftover in self._leftovers
            if not self._reservations.has_file(leftover.path) and (operation := self._remove(leftover))
        ]
        late_writes = self._resolve_blocked_writes({operation.path for operation in removals})
        conflicts = sorted_unique([*self._conflicts, *self._clashes])
        changes = tuple(sorted(self._changes, key=lambda change: change.path))
        change_set = ChangeSet(self._counts, changes, conflicts, sorted_unique(self._warnings), self._lock_count)
        early_removals = [operation for operation in removals if self._reservations.needs_room_of(operation.path)]
        late_removals = [operation for operation in removals if not self._reservations.needs_room_of(operation.path)]
        return FolderPlan(change_set, (*early_removals, *late_writes), tuple(late_removals))

    @property
    def _has_conflicts(self) -> bool:
        """Whether nothing will be written, so that nothing need be staged."""
        return bool(self._conflicts or self._clashes or self._locks.is_damaged)

    def _check_unit(self, unit: str) -> None:
        if not self._is_in_scope(unit):
            message = f"the unit {unit!r} is outside the scope of the run"
            raise ValueError(message)
        if unit in self._units:
            message = f"the unit {unit!r} was given twice"
            raise ValueError(message)

    def _compare_files(
        self, unit: str, files: Sequence[DigestedFile], old_lock: Lock, unsafe_paths: Collection[str]
    ) -> tuple[FileStat, ...]:
        holders: dict[tuple[str, ...], PathHolder] = {}
        file_holders = tuple(holders.setdefault(file.sources, (unit, file.sources)) for file, _ in files)
        self._units[unit] = _UnitPaths(tuple(file.path for file, _ in files), file_holders)
        stats = []
        for (file, digest), holder in zip(files, file_holders, strict=True):
            is_free = file.path not in unsafe_paths and self._reserve(file.path, holder)
            stats.append(self._compare(unit, file, digest, old_lock.get(file.path)) if is_free else UNKNOWN_STAT)
        return tuple(stats)

    def _reserve(self, path: str, holder: PathHolder) -> bool:
        earlier = self._reservations.reserve(path, holder)
        if earlier is None:
            return True
        unit, sources = holder
        all_sources = tuple(dict.fromkeys((*sources, *earlier.sources)))
        self._clashes.append(self._reporter.path_clash(path, unit, earlier.path, earlier.unit, all_sources))
        return False

    def _compare(self, unit: str, file: OutputFile, digest: str, entry: ManagedFile | None) -> FileStat:
        state = self._disk.path_state(file.path)
        if state is None:
            return self._write(Action.CREATE, unit, file, None, digest)
        if state.kind is not PathKind.FILE or state.path != file.path:
            return self._block(unit, file, digest, state)
        if state.has_content(digest):
            return self._keep_content(unit, file, digest, state, entry)
        if self._may_replace(state, entry):
            return self._write(Action.CHANGE, unit, file, state.digest, digest)
        self._conflicts.append(self._conflict_finding(unit, file, state, entry))
        return UNKNOWN_STAT

    def _keep_content(
        self, unit: str, file: OutputFile, digest: str, state: PathState, entry: ManagedFile | None
    ) -> FileStat:
        """The file has the content already; its unit or its mode may change."""
        if entry is None:
            owners = self._locks.owners(file.path)
            if owners.external_unit and not owners.entries:
                clash = self._reporter.path_clash(file.path, unit, file.path, owners.external_unit, file.sources)
                self._conflicts.append(clash)
                return UNKNOWN_STAT
            entry = owners.entries[0] if owners.entries else None
        has_right_mode = state.executable if file.executable else entry is None or not entry.executable
        if not has_right_mode:
            return self._write(Action.CHANGE, unit, file, state.digest, digest)
        self._counts[Action.KEEP] += 1
        return state.stat.settled_before(self._racy_time)

    def _may_replace(self, state: PathState, entry: ManagedFile | None) -> bool:
        """Whether the file has the content of an entry of a lock: usually of its unit, otherwise of another one that had the path."""
        return (entry is not None and state.has_content(entry.digest)) or any(
            state.has_content(owner.digest) for owner in self._locks.owners(state.path).entries
        )

    def _conflict_finding(self, unit: str, file: OutputFile, state: PathState, entry: ManagedFile | None) -> Finding:
        owners = self._locks.owners(file.path)
        if entry is not None or owners.entries:
            return self._reporter.hand_edited(file.path, file.sources, file)
        if owners.external_unit:
            return self._reporter.path_clash(file.path, unit, file.path, owners.external_unit, file.sources)
        return self._reporter.unmanaged_file(file, state)

    def _write(self, action: Action, unit: str, file: OutputFile, old_digest: str | None, digest: str) -> FileStat:
        self._count(action, file.path)
        operation, file_stat = self._stage(unit, file, old_digest, digest)
        if self._staging is not None and operation.staged_name is not None:
            self._staging.add_write(operation)
        return file_stat

    def _block(self, unit: str, file: OutputFile, digest: str, state: PathState) -> FileStat:
        operation, file_stat = self._stage(unit, file, None, digest)
        self._blocked_writes.append(_BlockedWrite(operation, replace(file, content=b""), state))
        return file_stat

    def _count(self, action: Action, path: str) -> None:
        self._counts[action] += 1
        if self._staging is None:
            self._changes.append(Change(path, action))

    def _stage(self, unit: str, file: OutputFile, old_digest: str | None, digest: str) -> tuple[Operation, FileStat]:
        """The operation that writes a file; nothing is staged if nothing will be written."""
        if self._staging is None or self._has_conflicts:
            staged = NOT_STAGED
        else:
            staged = self._staging.put(file.path, file.content, executable=file.executable)
        return Operation(file.path, unit, old_digest, digest, staged.name, file.executable), staged.stat

    def _write_lock(self, unit: str, old_text: LockText | None, content: bytes, digest: str) -> FileStat:
        self._lock_count += 1
        if self._staging is None or self._has_conflicts:
            return UNKNOWN_STAT
        path = lock_path(unit)
        staged = self._staging.put(path, content)
        old_digest = old_text.digest if old_text else None
        self._staging.add_lock_change(Operation(path, unit, old_digest, digest, staged.name))
        return staged.stat

    def _add_orphans(self) -> None:
        """The units that have a lock, and are no longer given."""
        for unit in self._locks.units(self._units):
            if not self._is_in_scope(unit):
                continue
            self.orphans.append(unit)
            lock_text = self._locks.text(unit)
            if lock_text is None:
                continue
            lock = self._locks.parse(unit, lock_text.content)
            self._leftovers += (_LeftoverFile(path, unit, entry) for path, entry in lock.items())
            self._lock_count += 1
            if self._staging is not None:
                self._staging.add_lock_change(Operation(lock_path(unit), unit, lock_text.digest, None))

    def _has_unknown_paths(self, known_paths: KnownPaths) -> bool:
        """Whether a unit that was rendered has or had a path that unchanged units may have, too."""
        unit_paths = {unit: set(entry.paths) for unit, entry in self._units.items() if entry is not None}
        for leftover in self._leftovers:
            unit_paths.setdefault(leftover.unit, set()).add(leftover.path)
        for unit, paths in unit_paths.items():
            lock_text = self._locks.text(unit)
            if not paths.issubset(known_paths(unit, lock_text.digest if lock_text else "")):
                return True
        return False

    def _reserve_again(self, known_paths: KnownPaths) -> None:
        """Reserve the paths of all units in their order, with those of unchanged ones."""
        self._reservations = PathReservations()
        self._clashes.clear()
        clashing_files = set()
        for unit, entry in self._units.items():
            for path, holder in zip(*entry, strict=True) if entry else self._unchanged_paths(unit, known_paths):
                if not invalid_path_reason(path) and not self._reserve(path, holder):
                    clashing_files.add((unit, path))
        self._blocked_writes = [
            write for write in self._blocked_writes if (write.operation.unit, write.file.path) not in clashing_files
        ]

    def _unchanged_paths(self, unit: str, known_paths: KnownPaths) -> Iterator[tuple[str, PathHolder]]:
        """The paths of an unchanged unit in the order in which they were rendered, with their holders."""
        text = self._locks.text(unit)
        lock = self._locks.parse(unit, text.content) if text else EMPTY_LOCK
        for path in known_paths(unit, text.digest) if text else ():
            yield path, (unit, lock[path].sources)

    def _remove(self, leftover: _LeftoverFile) -> Operation | None:
        path, unit, entry = leftover
        state = self._disk.path_state(path)
        if state is None:
            return None
        if not self._may_remove(entry.emitter, path):
            self._warnings.append(self._reporter.foreign_file(path, unit, entry.emitter))
        elif state.kind is PathKind.LINK:
            self._conflicts.append(self._reporter.symlink_in_path(path, state))
        elif state.kind is PathKind.FILE and state.path == path:
            if self._may_replace(state, entry):
                self._count(Action.DELETE, path)
                return Operation(path, unit, state.digest, None)
            self._conflicts.append(self._reporter.hand_edited(path, entry.sources, None))
        return None

    def _resolve_blocked_writes(self, removed_paths: Collection[str]) -> list[Operation]:
        writes = []
        for operation, file, obstacle in self._blocked_writes:
            if obstacle.kind is PathKind.LINK:
                self._conflicts.append(self._reporter.symlink_in_path(file.path, obstacle))
            elif self._is_removed(obstacle, removed_paths):
                self._count(Action.CREATE, file.path)
                writes.append(operation)
            else:
                self._conflicts.append(self._reporter.unmanaged_file(file, obstacle))
        return writes

    def _is_removed(self, obstacle: PathState, removed_paths: Collection[str]) -> bool:
        if obstacle.kind is not PathKind.FOLDER:
            return obstacle.path in removed_paths
        paths = list(self._disk.walk(obstacle.path))
        return bool(paths) and all(path in removed_paths for path in paths)


def _managed_file(file: OutputFile, digest: str) -> ManagedFile:
    return ManagedFile(digest, file.emitter, tuple(sorted(set(file.sources))), file.executable)
