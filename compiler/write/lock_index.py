"""The locks of a root: those that a run is about are read, the others only when somebody asks who owns a path."""

from collections.abc import Callable, Mapping
from functools import cached_property

from compiler.diagnostics.finding import Finding, in_order
from compiler.write.conflicts import Conflicts
from compiler.write.filesystem import Disk, Kind
from compiler.write.lock_files import DamagedLockError, Lock, decode, lock_path, unit_of
from compiler.write.output_paths import LOCKS


class Ledger:
    """Locks by unit, and what is wrong with those that cannot be read."""

    def __init__(self, disk: Disk, locks: Mapping[str, Lock], others: list[str], damage: tuple[Finding, ...]) -> None:
        self._disk = disk
        self._others = others
        self.locks = locks
        self.damage = damage

    @classmethod
    def read(cls, disk: Disk, say: Conflicts, scope: Callable[[str], bool] | None) -> "Ledger":
        """The ledger of a run about the units that `scope` names."""
        locks: dict[str, Lock] = {}
        others: list[str] = []
        damage = [
            say.through_link(found.at, found)
            if found.kind is Kind.LINK
            else say.damaged_lock(found.at, "it is no folder")
            for found in disk.in_the_way_of(LOCKS)
        ]
        for unit in () if damage else filter(None, map(unit_of, disk.below(LOCKS))):
            if scope is not None and not scope(unit):
                others.append(unit)
                continue
            try:
                locks[unit] = decode(unit, disk.read(lock_path(unit)))
            except DamagedLockError as error:
                damage.append(say.damaged_lock(lock_path(unit), str(error)))
        return cls(disk, locks, others, in_order(damage))

    def owner_elsewhere(self, path: str) -> str | None:
        """The unit outside the run that owns a path."""
        return self._elsewhere.get(path)

    @cached_property
    def _elsewhere(self) -> dict[str, str]:
        owners = {}
        for unit in self._others:
            try:
                owners.update(dict.fromkeys(decode(unit, self._disk.read(lock_path(unit))), unit))
            except DamagedLockError:
                continue  # said by the run that is about the unit
        return owners
