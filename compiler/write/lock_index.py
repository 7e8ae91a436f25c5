"""The locks of a root: the lock of a unit is read when the unit is compared, all others when the owner of a path is looked up."""

from collections.abc import Callable, Container, Iterator
from functools import cached_property
from typing import NamedTuple

from compiler.diagnostics.finding import Finding, sorted_unique
from compiler.plan.output_paths import LOCKS_FOLDER
from compiler.write.conflicts import ConflictReporter
from compiler.write.file_stat import FileStat
from compiler.write.filesystem import Disk, PathKind
from compiler.write.lock_files import (
    DamagedLockError,
    Lock,
    ManagedFile,
    decode_lock,
    digest_of,
    lock_path,
    unit_from_path,
)


class LockText(NamedTuple):
    """The text of a lock, its digest, and the stat data of its file."""

    content: bytes
    digest: str
    stat: FileStat


class PathOwners(NamedTuple):
    """Who manages a path: the entries of locks in the scope of the run, and a unit outside."""

    entries: tuple[ManagedFile, ...] = ()
    external_unit: str | None = None


_UNIT_START, _UNIT_END = len(f"{LOCKS_FOLDER}/"), -len(".json")
_NO_OWNERS = PathOwners()


class LockIndex:
    """Locks by unit, and findings about those in scope that cannot be read."""

    def __init__(self, disk: Disk, reporter: ConflictReporter, is_in_scope: Callable[[str], bool]) -> None:
        self._disk, self._reporter, self._is_in_scope = disk, reporter, is_in_scope
        self._damage_findings = [
            reporter.symlink_in_path(state.path, state)
            if state.kind is PathKind.LINK
            else reporter.damaged_lock(state.path, "it is not a folder")
            for state in disk.obstructions(LOCKS_FOLDER)
        ]
        self._is_reachable = not self._damage_findings

    @property
    def damage_findings(self) -> tuple[Finding, ...]:
        """The findings about locks that were read."""
        return sorted_unique(self._damage_findings)

    @property
    def is_damaged(self) -> bool:
        """Whether a lock that was read is damaged, or no lock can be read."""
        return bool(self._damage_findings)

    def units(self, known_units: Container[str] = ()) -> Iterator[str]:
        """The units that have a lock, without known ones."""
        for path in self._disk.walk(LOCKS_FOLDER) if self._is_reachable else ():
            if path[_UNIT_START:_UNIT_END] not in known_units and (unit := unit_from_path(path)) is not None:
                yield unit

    def text(self, unit: str) -> LockText | None:
        """The text of the lock of a unit, if there is one."""
        file = self._disk.read_file(lock_path(unit)) if self._is_reachable else None
        return LockText(file[0], digest_of(file[0]), file[1]) if file else None

    def parse(self, unit: str, content: bytes) -> Lock:
        """The lock of a unit in scope; an empty one, and a finding, if it is damaged."""
        try:
            return decode_lock(unit, content)
        except DamagedLockError as error:
            self._damage_findings.append(self._reporter.damaged_lock(lock_path(unit), str(error)))
            return {}

    def lock(self, unit: str) -> Lock:
        """The lock of a unit; an empty one if there is none."""
        text = self.text(unit)
        return self.parse(unit, text.content) if text else {}

    def owners(self, path: str) -> PathOwners:
        """Who manages a path; the first call reads all locks."""
        return self._owners.get(path, _NO_OWNERS)

    @cached_property
    def _owners(self) -> dict[str, PathOwners]:
        owners: dict[str, PathOwners] = {}
        for unit in self.units():
            if self._is_in_scope(unit):
                for path, file in self.lock(unit).items():
                    owner = owners.get(path, _NO_OWNERS)
                    owners[path] = PathOwners((*owner.entries, file), owner.external_unit)
            else:
                for path in self._external_lock(unit):
                    owners[path] = PathOwners(owners.get(path, _NO_OWNERS).entries, unit)
        return owners

    def _external_lock(self, unit: str) -> Lock:
        text = self.text(unit)
        try:
            return decode_lock(unit, text.content) if text else {}
        except DamagedLockError:
            return {}  # reported by the run whose scope contains the unit
