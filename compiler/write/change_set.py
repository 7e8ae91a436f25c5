"""What a build would do to a root, decided before anything is touched."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from compiler.diagnostics.finding import Finding, in_order
from compiler.write.conflicts import Conflicts
from compiler.write.filesystem import Disk, Found, Kind, digest_of
from compiler.write.lock_files import EMPTY, Lock, Owned
from compiler.write.output_paths import folded, parents, path_fault
from compiler.write.output_units import OutputFile, Unit


class Action(StrEnum):
    """What happens to a file."""

    CREATE = "create"
    CHANGE = "change"
    DELETE = "delete"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to one file; `old` and `new` are digests, `file` holds the bytes where there are some to write."""

    path: str
    action: Action
    unit: str
    old: str | None
    new: str | None
    file: OutputFile | None = None


@dataclass(frozen=True, slots=True)
class LockChange:
    """The lock that a unit gets; `None` where it owns nothing any more."""

    unit: str
    lock: Lock | None


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """All that a build would do, by path; or the conflicts for which it does nothing."""

    changes: tuple[Change, ...] = ()
    conflicts: tuple[Finding, ...] = ()
    locks: tuple[LockChange, ...] = ()

    @property
    def up_to_date(self) -> bool:
        """Whether there is nothing to do."""
        return not self.conflicts and not self.locks and all(change.action is Action.KEEP for change in self.changes)


class _Claim(NamedTuple):
    path: str
    unit: str
    sources: tuple[str, ...]
    folder: bool = False


def changes(
    units: Iterable[Unit],
    locks: Mapping[str, Lock],
    disk: Disk,
    conflicts: Conflicts = Conflicts(),  # noqa: B008 - frozen
    owner_elsewhere: Callable[[str], str | None] = lambda _: None,
) -> ChangeSet:
    """What makes the disk hold exactly the units; `locks` are those of all units that the run is about.

    A path that no lock among them names may belong to a unit that the run is not about: `owner_elsewhere` knows.
    """
    comparison = _Comparison(locks, disk, conflicts, owner_elsewhere)
    for unit in units:
        comparison.take(unit)
    return comparison.result()


class _Comparison:
    """The state of one comparison; files' bytes are let go as soon as they turn out to be on the disk already."""

    def __init__(
        self, locks: Mapping[str, Lock], disk: Disk, say: Conflicts, owner_elsewhere: Callable[[str], str | None]
    ) -> None:
        self._locks, self._disk, self._say, self._owner_elsewhere = locks, disk, say, owner_elsewhere
        self._owned: dict[str, tuple[str, Owned]] = {}
        self._also_owned: dict[str, list[str]] = {}
        for unit, lock in locks.items():
            for path, owned in lock.items():
                if self._owned.setdefault(path, (unit, owned)) != (unit, owned):
                    self._also_owned.setdefault(path, []).append(owned.digest)
        self._claims: dict[str, _Claim] = {}
        self._clear: set[str] = set()  # folders that no file's claim is in the way of
        self._made: dict[str, dict[str, Owned]] = {}
        self._changes: dict[str, Change] = {}
        self._blocked: list[tuple[Change, OutputFile, Found]] = []
        self._conflicts: list[Finding] = []

    def take(self, unit: Unit) -> None:
        """A unit's files, compared."""
        made = self._made.setdefault(unit.id, {})
        for file in unit.files:
            digest = digest_of(file.content)
            made[file.path] = Owned(digest, file.emitter, tuple(sorted(set(file.sources))), file.executable)
            if fault := path_fault(file.path):
                self._conflicts.append(self._say.unsafe_path(file, fault))
            elif other := self._claim(_Claim(file.path, unit.id, file.sources)):
                sources = tuple(dict.fromkeys((*file.sources, *other.sources)))
                self._conflicts.append(self._say.clash(file.path, unit.id, other.path, other.unit, sources))
            else:
                self._compare(unit.id, file, digest)

    def _claim(self, claim: _Claim) -> _Claim | None:
        """The claim that already holds the place, if one does."""
        if (other := self._claims.setdefault(folded(claim.path), claim)) is not claim:
            return other
        if (nearest := claim.path.rpartition("/")[0]) in self._clear:
            return None
        through = claim._replace(folder=True)
        for folder in parents(claim.path):
            above = self._claims.setdefault(folded(folder), through)
            if not above.folder:
                return above
        self._clear.add(nearest)
        return None

    def _compare(self, unit: str, file: OutputFile, digest: str) -> None:
        path = file.path
        found = self._disk.look(path)
        if found is None:
            self._changes[path] = Change(path, Action.CREATE, unit, None, digest, file)
        elif found.kind is not Kind.FILE or found.at != path:
            self._blocked.append((Change(path, Action.CREATE, unit, None, digest, file), file, found))
        elif found.digest != digest and not self._may_replace(path, found.digest):
            self._conflicts.append(self._refusal(unit, file, found))
        elif found.digest == digest and path not in self._owned and (other := self._owner_elsewhere(path)):
            self._conflicts.append(self._say.clash(path, unit, path, other, file.sources))
        elif found.digest == digest and self._mode_holds(file, found):
            self._changes[path] = Change(path, Action.KEEP, unit, digest, digest)
        else:
            self._changes[path] = Change(path, Action.CHANGE, unit, found.digest, digest, file)

    def _may_replace(self, path: str, digest: str) -> bool:
        owned = self._owned.get(path)
        return owned is not None and (owned[1].digest == digest or digest in self._also_owned.get(path, ()))

    def _mode_holds(self, file: OutputFile, found: Found) -> bool:
        if file.executable:
            return found.executable
        owned = self._owned.get(file.path)
        return owned is None or not owned[1].executable

    def _refusal(self, unit: str, file: OutputFile, found: Found) -> Finding:
        if file.path in self._owned:
            return self._say.hand_edited(file.path, file.sources, file)
        if other := self._owner_elsewhere(file.path):
            return self._say.clash(file.path, unit, file.path, other, file.sources)
        return self._say.not_ours(file, found)

    def result(self) -> ChangeSet:
        """What is left over is removed, and makes way for what it blocked."""
        wanted = {path for made in self._made.values() for path in made}
        for path, (unit, owned) in self._owned.items():
            if path not in wanted:
                self._remove(path, unit, owned)
        for change, file, found in self._blocked:
            if found.kind is Kind.LINK:
                self._conflicts.append(self._say.through_link(change.path, found))
            elif self._makes_way(found):
                self._changes[change.path] = change
            else:
                self._conflicts.append(self._say.not_ours(file, found))
        ordered = tuple(self._changes[path] for path in sorted(self._changes))
        return ChangeSet(ordered, in_order(self._conflicts), self._lock_changes())

    def _remove(self, path: str, unit: str, owned: Owned) -> None:
        found = self._disk.look(path)
        if found is None:
            return
        if found.kind is Kind.LINK:
            self._conflicts.append(self._say.through_link(path, found))
        elif found.kind is Kind.FILE and found.at == path:
            if self._may_replace(path, found.digest):
                self._changes[path] = Change(path, Action.DELETE, unit, found.digest, None)
            else:
                self._conflicts.append(self._say.hand_edited(path, owned.sources, None))

    def _makes_way(self, found: Found) -> bool:
        standing = [found.at] if found.kind is not Kind.FOLDER else list(self._disk.below(found.at))
        removed = (self._changes.get(path) for path in standing)
        return bool(standing) and all(change is not None and change.action is Action.DELETE for change in removed)

    def _lock_changes(self) -> tuple[LockChange, ...]:
        out = []
        for unit in sorted({*self._locks, *self._made}):
            old, new = self._locks.get(unit, EMPTY), self._made.get(unit, {})
            if new != old or (unit in self._locks and not new):
                out.append(LockChange(unit, new or None))
        return tuple(out)
