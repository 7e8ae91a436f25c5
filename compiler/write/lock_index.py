"""The locks of a root: those in the scope of a run are read at once, the others when the owner of a path is looked up."""

from collections.abc import Callable, Mapping
from functools import cached_property

from compiler.diagnostics.finding import Finding, sorted_unique
from compiler.plan.output_paths import LOCKS_FOLDER
from compiler.write.conflicts import ConflictReporter
from compiler.write.filesystem import Disk, PathKind
from compiler.write.lock_files import DamagedLockError, Lock, decode_lock, lock_path, unit_from_path


class LockIndex:
    """Locks by unit, and findings about those that cannot be read."""

    def __init__(
        self, disk: Disk, locks: Mapping[str, Lock], other_units: list[str], damage_findings: tuple[Finding, ...]
    ) -> None:
        self._disk = disk
        self._other_units = other_units
        self.locks = locks
        self.damage_findings = damage_findings

    @classmethod
    def read(cls, disk: Disk, reporter: ConflictReporter, scope: Callable[[str], bool] | None) -> "LockIndex":
        """Read the locks of the units that `scope` names."""
        locks: dict[str, Lock] = {}
        other_units: list[str] = []
        damage_findings = [
            reporter.symlink_in_path(state.path, state)
            if state.kind is PathKind.LINK
            else reporter.damaged_lock(state.path, "it is not a folder")
            for state in disk.obstructions(LOCKS_FOLDER)
        ]
        for unit in () if damage_findings else filter(None, map(unit_from_path, disk.walk(LOCKS_FOLDER))):
            if scope is not None and not scope(unit):
                other_units.append(unit)
                continue
            try:
                locks[unit] = decode_lock(unit, disk.read(lock_path(unit)))
            except DamagedLockError as error:
                damage_findings.append(reporter.damaged_lock(lock_path(unit), str(error)))
        return cls(disk, locks, other_units, sorted_unique(damage_findings))

    def external_owner(self, path: str) -> str | None:
        """The unit outside the scope that owns a path."""
        return self._external_owners.get(path)

    @cached_property
    def _external_owners(self) -> dict[str, str]:
        owners = {}
        for unit in self._other_units:
            try:
                owners.update(dict.fromkeys(decode_lock(unit, self._disk.read(lock_path(unit))), unit))
            except DamagedLockError:
                continue  # reported by the run whose scope contains the unit
        return owners
