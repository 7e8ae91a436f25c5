"""Carries changes out: every file is whole at every moment, and nothing is touched where there is a conflict."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from compiler.write.change_set import Action, Change, ChangeSet, LockChange, changes
from compiler.write.conflicts import Conflicts
from compiler.write.filesystem import Disk, refused, surroundings
from compiler.write.lock_files import encode, lock_path
from compiler.write.lock_index import Ledger
from compiler.write.output_paths import OWN_FOLDER, folded, parents
from compiler.write.output_units import Unit

_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
_FRESH = f"{OWN_FOLDER}-fresh"
"""The name of a file until it is whole; no output can have it, and what a killed run left goes with the next."""


def plan_changes(
    root: Path, units: Iterable[Unit], scope: Callable[[str], bool] | None = None, *, root_name: str = ""
) -> ChangeSet:
    """What a build of these units would do, and nothing done.

    Of the units that `scope` names (all, without one) those that are not given any more are removed; the given ones
    are among them. `root_name` is what people call the root, from the repository's.
    """
    disk, say = Disk(root), Conflicts(root_name)
    ledger = Ledger.read(disk, say, scope)
    if ledger.damage:
        return ChangeSet(conflicts=ledger.damage)
    return changes(_within(units, scope), ledger.locks, disk, say, ledger.owner_elsewhere)


def _within(units: Iterable[Unit], scope: Callable[[str], bool] | None) -> Iterator[Unit]:
    for unit in units:
        lock_path(unit.id)
        if scope is not None and not scope(unit.id):
            message = f"the unit {unit.id!r} is outside the scope of the run"
            raise ValueError(message)
        yield unit


def apply(root: Path, change_set: ChangeSet) -> None:
    """The root holds what the change set says; `SurroundingsError` names the path at which the system refused."""
    if change_set.conflicts:
        message = "a change set with conflicts is not applied"
        raise ValueError(message)
    hand = _Hand(root)
    deletes = [change.path for change in change_set.changes if change.action is Action.DELETE]
    writes = [change for change in change_set.changes if change.action in {Action.CREATE, Action.CHANGE}]
    first = _in_the_way(deletes, writes)
    hand.remove(path for path in deletes if path in first)
    for change in writes:
        hand.write_output(change)
    hand.remove(path for path in deletes if path not in first)
    for lock_change in change_set.locks:
        hand.write_lock(lock_change)


def _in_the_way(deletes: list[str], writes: list[Change]) -> set[str]:
    """Files that must go before others come: a folder takes a file's place, a file a folder's, a name changes its case.

    All others go last, so that a run which the disk stops has added and not taken away.
    """
    if not deletes:
        return set()
    created = {folded(change.path) for change in writes if change.action is Action.CREATE}
    taken = created | {above for path in created for above in parents(path)}
    return {path for path in deletes if not taken.isdisjoint((folded(path), *parents(folded(path))))}


class _Hand:
    """Writes below one root; remembers which folders stand."""

    def __init__(self, root: Path) -> None:
        self._root = os.fspath(root)
        self._standing: set[str] = set()

    def write_output(self, change: Change) -> None:
        if change.file is None:
            message = f"{change.path} has no content"
            raise ValueError(message)
        mode = 0o777 if change.file.executable else 0o666
        self._write(change.path, change.file.content, mode, stands=change.action is Action.CHANGE)

    def write_lock(self, change: LockChange) -> None:
        path = lock_path(change.unit)
        if change.lock is None:
            self.remove([path])
        else:
            stands = os.path.lexists(f"{self._root}/{path}")
            self._write(path, encode(change.unit, change.lock), 0o666, stands=stands)

    def remove(self, paths: Iterable[str]) -> None:
        """The files, and the folders that they leave empty."""
        left = set()
        for path in paths:
            with surroundings("remove", path), suppress(FileNotFoundError):
                os.unlink(f"{self._root}/{path}")
            left.update(parents(path))
        for folder in sorted(left, key=len, reverse=True):
            with suppress(OSError):
                os.rmdir(f"{self._root}/{folder}")
                self._standing.discard(folder)

    def _write(self, path: str, content: bytes, mode: int, *, stands: bool) -> None:
        folder = path.rpartition("/")[0]
        if folder not in self._standing:
            self._make(folder)
        full = f"{self._root}/{path}"
        try:
            if stands:
                fresh = f"{self._root}/{folder}/{_FRESH}" if folder else f"{self._root}/{_FRESH}"
                with suppress(FileNotFoundError):
                    os.unlink(fresh)
                _create(fresh, content, mode)
                _move(fresh, full)
            else:
                _create(full, content, mode)
        except OSError as error:
            raise refused("write", path, error) from error

    def _make(self, folder: str) -> None:
        with surroundings("make the folder", folder or self._root):
            os.makedirs(f"{self._root}/{folder}", exist_ok=True)
        self._standing.update((folder, *parents(folder)))


def _create(path: str, content: bytes, mode: int) -> None:
    """A new file with all of the content, or none."""
    file = os.open(path, _CREATE, mode)
    try:
        try:
            written = os.write(file, content)
            while written < len(content):
                written += os.write(file, memoryview(content)[written:])
        finally:
            os.close(file)
    except BaseException:
        with suppress(OSError):
            os.unlink(path)
        raise


def _move(fresh: str, path: str) -> None:
    try:
        os.replace(fresh, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(fresh)
        raise
