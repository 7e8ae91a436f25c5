"""Writes the units of a build as they are rendered: to the output folder, and to the repository for files that are committed.

    with OutputWriter(output, repository, states) as writer:
        for unit in units:
            writer.add(unit)
        plan = writer.finish()
        if not any(finding.is_blocking for finding in plan.findings):
            writer.apply()

Nothing outside the staging folders changes before `apply`. A writer that ends without it removes them.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from compiler.diagnostics.finding import Finding
from compiler.foundation.packed_content import content_digest
from compiler.write.change_set import ChangeSet
from compiler.write.folder_writer import FolderWriter
from compiler.write.output_units import DigestedFile, Unit, unit_digest
from compiler.write.unit_records import UnitRecords
from compiler.write.unit_states import (
    UnitState,
    UnitStates,
    decode_state,
    encode_state,
    location_digest,
    without_racy_stats,
)
from compiler.write.unit_verification import UnitVerifier


class Destination(NamedTuple):
    """A folder, and the changes in it."""

    path: Path
    changes: ChangeSet


class WritePlan(NamedTuple):
    """What a build changes: the folder of the repository first, if it has output."""

    destinations: tuple[Destination, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What prevents the build from writing, and warnings."""
        return tuple(finding for _, changes in self.destinations for finding in (*changes.conflicts, *changes.warnings))

    @property
    def operation_count(self) -> int:
        """The number of steps of `apply`."""
        return sum(changes.operation_count for _, changes in self.destinations)


class OutputWriter:
    """The writer of a build. Without `repository`, committed files are written to the output folder, too.

    `states` are those of earlier builds of the same project. `is_full` reads unchanged units although their stat data match.
    """

    def __init__(
        self,
        output: FolderWriter,
        repository: FolderWriter | None = None,
        states: UnitStates | None = None,
        *,
        is_full: bool = False,
    ) -> None:
        self._repository, self._states = repository, states
        self._folders = (output,) if repository is None else (repository, output)
        paths = [folder.path for folder in self._folders]
        self._location = location_digest(paths)
        self._verifier = UnitVerifier(paths, is_full=is_full)
        self._new_states = UnitRecords()
        self.plan = WritePlan()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.discard()

    def add(self, unit: Unit) -> str:
        """Compare the files of a unit and stage what differs; returns the digest of all that the unit writes."""
        files = [(file, content_digest(file.content)) for file in unit.files]
        digest = unit_digest(files)
        records = {}
        for index, part in enumerate(self._split(files)):
            if part and (record := self._folders[index].add(unit.id, part)):
                records[index] = record
        if self._states is not None:
            self._remember(unit.id, UnitState(digest, records))
        return digest

    def add_unchanged(self, unit: str, digest: str) -> bool:
        """Add a unit by the digest that `add` returned for it, if it is on disk already; otherwise the caller renders and adds it."""
        state = self._state(unit)
        if state is None or state.unit_digest != digest or not state.records.keys() <= set(range(len(self._folders))):
            return False
        if not self._verifier.has_same_stats(unit, state):
            state = self._verifier.verify_content(unit, state)
            if state is None:
                return False
            self._remember(unit, state)
        for index, record in state.records.items():
            self._folders[index].add_unchanged(unit, len(record.paths))
        return True

    def finish(self) -> WritePlan:
        """All changes, after all units were added. Nothing is changed yet."""
        destinations = []
        for index, folder in enumerate(self._folders):
            changes = folder.finish(partial(self._known_paths, index))
            if folder is not self._repository or changes.concerns_any_file:
                destinations.append(Destination(Path(folder.path), changes))
        self.plan = WritePlan(tuple(destinations))
        return self.plan

    def apply(self, on_step: Callable[[], object] = lambda: None) -> None:
        """Make the changes; raises `HostError` with the path that could not be written, or was kept."""
        commit_times = [folder.apply(on_step) for folder in self._folders]
        self.remember(min(filter(None, commit_times), default=0))

    def remember(self, commit_time: int = 0) -> None:
        """Store the states of units whose files are on disk as they were added."""
        if self._states is None:
            return
        orphans = {unit for folder in self._folders for unit in folder.orphans}
        for unit, mtime, content in self._new_states:
            orphans.discard(unit)
            state = decode_state(self._location, content) if mtime >= commit_time > 0 else None
            settled_state = encode_state(self._location, without_racy_stats(state, commit_time)) if state else content
            self._states.put(unit, settled_state)
        for unit in orphans:
            self._states.put(unit, b"")

    def discard(self) -> None:
        """Remove what was staged and not applied."""
        self._new_states.close()
        for folder in self._folders:
            folder.close()

    def _split(self, files: Sequence[DigestedFile]) -> Sequence[Sequence[DigestedFile]]:
        """The files of each folder."""
        if self._repository is None:
            return (files,)
        committed_files = [
            (replace(file, path=file.commit_path), digest) for file, digest in files if file.commit_path is not None
        ]
        return committed_files, [entry for entry in files if entry[0].commit_path is None]

    def _state(self, unit: str) -> UnitState | None:
        return decode_state(self._location, self._states.get(unit)) if self._states is not None else None

    def _known_paths(self, index: int, unit: str, lock_digest: str) -> Sequence[str]:
        state = self._state(unit)
        record = state.records.get(index) if state else None
        return record.paths if record and record.lock_digest == lock_digest else ()

    def _remember(self, unit: str, state: UnitState) -> None:
        mtime = max((mtime_ns for record in state.records.values() for _, mtime_ns, _ in record.stats), default=0)
        self._new_states.add(unit, mtime, encode_state(self._location, state))
