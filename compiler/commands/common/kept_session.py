"""A session that reuses the results of earlier runs, and computes new ones in several processes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from compiler.commands.common.measuring import measuring
from compiler.commands.common.progress_bar import track_files
from compiler.commands.common.project import mask_secrets_of
from compiler.foundation.timings import Timings
from compiler.pipeline.change_base import ChangeBase
from compiler.pipeline.kept_results import WORK_TREE, KeptResults, Partition
from compiler.pipeline.session import Session
from compiler.pipeline.workers import default_jobs
from compiler.source.git_root import git_root
from compiler.source.tree import Tree
from compiler.store.project_store import Store, open_store
from compiler.store.store_files import StoreFiles

_UNIT_STATES = "unit_states"


class RunOptions(NamedTuple):
    """How a command computes its results, and measures that; no option changes a result."""

    uses_cache: bool = True
    jobs: int | None = None
    """The number of processes; `None`: one per core."""
    timings: bool = False
    profile: Path | None = None

    @property
    def process_count(self) -> int:
        """The number of processes. Timings are those of one process."""
        return 1 if self.timings else self.jobs or default_jobs()


class StoredUnitStates:
    """What builds remember of units, in the store of the project."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._states = store.get_all(_UNIT_STATES)

    def get(self, unit: str) -> bytes | None:
        """The value of a unit."""
        return self._states.get(unit)

    def put(self, unit: str, state: bytes) -> None:
        """Replace the value of a unit; an empty one stands for none."""
        if state:
            self._store.put(_UNIT_STATES, {unit: state})
        else:
            self._store.delete(_UNIT_STATES, [unit])


@dataclass(frozen=True)
class Run:
    """One run of a command: the store of the project, and what is measured."""

    store: Store
    timings: Timings
    process_count: int

    def open_session(
        self,
        tree: Tree,
        as_of: date | None,
        base: ChangeBase | None,
        files: frozenset[str] = frozenset(),
        partition: Partition = WORK_TREE,
    ) -> Session:
        """A session that keeps results, new ones in the partition. Without a store, results are encoded only for other processes."""
        session = Session(tree, as_of, base, files, self.store)
        session.timings = self.timings
        session.track_files = track_files
        if self.store.is_enabled or self.process_count > 1:
            session.keeper = KeptResults(
                self.store, session.fingerprints, session.reads, self.process_count, session.as_of, partition
            )
        return mask_secrets_of(session)


@contextmanager
def start_run(folder: Path, options: RunOptions, *, needs_store: bool = False) -> Iterator[Run]:
    """A run on a project. Its store is saved and its timings are printed however the command ends.

    `needs_store`: where there is no store, because the cache is off or cannot be used, it is a temporary one.
    """
    store = open_store(folder, git_root(folder), enabled=options.uses_cache)
    with ExitStack() as stack:
        if needs_store and not store.is_enabled:
            store = Store(StoreFiles(Path(stack.enter_context(TemporaryDirectory())), "0" * 32))
        timings = stack.enter_context(measuring(is_enabled=options.timings, profile=options.profile))
        try:
            yield Run(store, timings, options.process_count)
        finally:
            store.commit()
