"""Builds of one folder from units."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from compiler.write import ChangeSet, FolderWriter, Unit
from compiler.write.change_set import RemovalRule, any_removal
from compiler.write.lock_files import digest_of


class PreparedWrite(NamedTuple):
    """A writer to which all units were added, and its changes."""

    writer: FolderWriter
    changes: ChangeSet

    def apply(self, on_step: Callable[[], object] = lambda: None) -> None:
        """Make the changes."""
        try:
            self.writer.apply(on_step)
        finally:
            self.writer.close()


def add_units(writer: FolderWriter, units: Iterable[Unit]) -> ChangeSet:
    """The changes of a writer of these units."""
    for unit in units:
        if unit.files:
            writer.add(unit.id, [(file, digest_of(file.content)) for file in unit.files])
    return writer.finish()


def prepare(
    root: Path,
    units: Iterable[Unit],
    is_in_scope: Callable[[str], bool] = lambda _: True,
    *,
    folder: str = "",
    may_remove: RemovalRule = any_removal,
) -> PreparedWrite:
    """A write to a folder that was not applied yet."""
    writer = FolderWriter(root, folder, is_in_scope=is_in_scope, may_remove=may_remove)
    try:
        return PreparedWrite(writer, add_units(writer, units))
    except BaseException:
        writer.close()
        raise


def plan_changes(
    root: Path,
    units: Iterable[Unit],
    is_in_scope: Callable[[str], bool] = lambda _: True,
    *,
    folder: str = "",
    root_name: str = "",
    may_remove: RemovalRule = any_removal,
) -> ChangeSet:
    """The changes that a write would make; nothing is staged."""
    return add_units(
        FolderWriter(root, folder, root_name=root_name, is_in_scope=is_in_scope, may_remove=may_remove, stages=False),
        units,
    )


def write_units(
    root: Path,
    units: Iterable[Unit],
    is_in_scope: Callable[[str], bool] = lambda _: True,
    *,
    folder: str = "",
    may_remove: RemovalRule = any_removal,
) -> ChangeSet:
    """Write the units to the folder; there must be no conflict. Returns the changes, which a check listed before."""
    units = list(units)
    listed = plan_changes(root, units, is_in_scope, folder=folder, may_remove=may_remove)
    assert not listed.conflicts, listed.conflicts
    prepared = prepare(root, units, is_in_scope, folder=folder, may_remove=may_remove)
    assert (prepared.changes.counts, prepared.changes.lock_count) == (listed.counts, listed.lock_count)
    prepared.apply()
    return listed
