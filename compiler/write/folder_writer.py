"""Writes units to one folder: compares and stages them one by one, and changes the folder when all of them are known."""

from collections.abc import Callable, Sequence
from pathlib import Path

from compiler.foundation.errors import HostError
from compiler.write.change_set import ChangeSet, RemovalRule, any_removal
from compiler.write.conflicts import ConflictReporter
from compiler.write.filesystem import Disk
from compiler.write.folder_comparison import FolderComparison, FolderPlan, FolderRecord, KnownPaths
from compiler.write.output_units import DigestedFile
from compiler.write.staging import Staging
from compiler.write.transaction import complete


class FolderWriter:
    """The writer of a folder below a root. Links are followed up to the root, and never below it.

    Units within `is_in_scope` that are no longer given are removed; the given units must be within it. `root_name` is the folder's path in
    messages. Without `stages`, the changes are listed and cannot be applied.
    """

    def __init__(
        self,
        root: Path,
        folder: str = "",
        *,
        root_name: str = "",
        is_in_scope: Callable[[str], bool] = lambda _: True,
        may_remove: RemovalRule = any_removal,
        stages: bool = True,
    ) -> None:
        self.root, self.folder = root, folder
        disk, reporter = Disk(root, folder), ConflictReporter(root_name)
        self.path = disk.root
        self._staging = Staging(root, folder) if stages else None
        self._comparison: FolderComparison | None = None
        self._plan = FolderPlan(ChangeSet())
        levels_up = disk.obstacle_levels_up()
        if levels_up is None:
            self._comparison = FolderComparison(disk, reporter, is_in_scope, may_remove, self._staging)
        else:
            self._plan = FolderPlan(ChangeSet(conflicts=(reporter.unreachable_root(levels_up),)))

    def add(self, unit: str, files: Sequence[DigestedFile]) -> FolderRecord | None:
        """Compare a unit, and stage what differs; returns what is remembered of it if the build succeeds."""
        return self._comparison.add(unit, files) if self._comparison else None

    def add_unchanged(self, unit: str, file_count: int) -> None:
        """Add a unit whose files and lock are those of an earlier build."""
        if self._comparison:
            self._comparison.add_unchanged(unit, file_count)

    def finish(self, known_paths: KnownPaths = lambda _unit, _digest: ()) -> ChangeSet:
        """The changes of the folder; nothing is changed yet."""
        if self._comparison:
            self._plan = self._comparison.finish(known_paths)
        return self._plan.changes

    @property
    def orphans(self) -> Sequence[str]:
        """The units that are removed."""
        return self._comparison.orphans if self._comparison else ()

    def apply(self, on_step: Callable[[], object] = lambda: None) -> int:
        """Change the folder; returns the time of the file system at the commit, in nanoseconds, and 0 if nothing changed.

        Raises `HostError` with the path that could not be written, or was kept. `on_step` is called once per file and lock.
        """
        changes, first_operations, last_operations = self._plan
        if changes.conflicts or self._staging is None:
            message = "a change set with conflicts, or without content, is not applied"
            raise ValueError(message)
        if changes.is_up_to_date:
            return 0
        commit_time = self._staging.commit(first_operations, last_operations)
        kept_operations = complete(self.root, self.folder, on_step)
        if kept_operations:
            names = ", ".join(f"`{operation.path}`" for operation in kept_operations)
            raise HostError(f"kept {names}: changed by someone else during the build", help="run the command again")
        return commit_time

    def close(self) -> None:
        """Remove what was staged and not applied."""
        if self._staging is not None:
            self._staging.close()
