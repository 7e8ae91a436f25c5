"""A run that reuses results of earlier runs finds and renders what a run without them does, after any sequence of edits."""

import os
import random
from datetime import date, timedelta
from pathlib import Path

import pytest

from compiler.foundation.errors import UsageError
from compiler.pipeline.change_base import ChangeBase
from compiler.pipeline.kept_results import KeptResults
from compiler.pipeline.session import Session
from compiler.pipeline.stages import BuildResult, build, check
from compiler.source.memory_tree import MemoryTree
from compiler.store.project_store import Store
from compiler.store.store_files import StoreFiles

from .random_edits import ALL_EDIT_KINDS, EDIT_KINDS, add_a_policy

DAY = date(2026, 12, 1)
ROUNDS = int(os.environ.get("MODELYARD_TEST_ROUNDS", "1"))
EDITS = 10
UNLABELLED = "models/compliance/document-check.yaml"


def open_run(
    files: dict[str, bytes],
    folder: Path | None,
    day: date,
    named_files: frozenset[str] = frozenset(),
    base: ChangeBase | None = None,
) -> tuple[Session, Store]:
    store = Store(StoreFiles(folder, "a" * 32)) if folder else Store()
    session = Session(MemoryTree(files), day, base, named_files, store)
    if folder:
        session.keeper = KeptResults(store, session.fingerprints, session.reads, 1, day)
    return session, store


def check_one_file(files: dict[str, bytes], path: str, folder: Path | None, day: date) -> object:
    """The findings in one file, or the error that ends the check."""
    session, store = open_run(files, folder, day, frozenset({path}))
    try:
        return [finding for finding in check(session) if finding.location and finding.location.path == path]
    except UsageError as error:
        return str(error)
    finally:
        store.commit()


def outcome(files: dict[str, bytes], folder: Path | None, day: date, base: ChangeBase | None = None) -> object:
    """The findings and the files of a build, or the error that ends it."""
    session, store = open_run(files, folder, day, base=base)
    try:
        checked, built = check(session), build(session)
    except UsageError as error:
        return str(error)
    finally:
        store.commit()
    return checked, built.findings, files_of(built)


def files_of(built: BuildResult) -> dict[str, object]:
    return {
        file.path: (unit.id, file.content, file.emitter, file.sources, file.commit_path)
        for unit in built.units
        for file in unit.files
    }


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_results_of_earlier_runs_change_nothing(seed: int, sample_files: dict[str, bytes], tmp_path: Path) -> None:
    chance = random.Random(seed)
    files = dict(sample_files)
    history = [dict(files)]
    edits, day = ["the sample"], DAY
    for _ in range(EDITS):
        base = (
            ChangeBase(MemoryTree(chance.choice(history)), day - timedelta(days=30)) if chance.random() < 0.5 else None
        )
        path = chance.choice([path for path in sorted(files) if path.startswith("models/")])
        assert check_one_file(files, path, tmp_path, day) == check_one_file(files, path, None, day), (path, edits)
        assert outcome(files, tmp_path, day, base) == outcome(files, None, day, base), (base, edits)
        if chance.random() < 0.3:
            day += timedelta(days=chance.choice((-400, -1, 1, 90, 400)))
            edits.append(str(day))
        if chance.random() < 0.3:  # back to an earlier state, as by a checkout of another branch
            files = dict(chance.choice(history))
            edits.append("an earlier state")
        edit = chance.choice(ALL_EDIT_KINDS if seed else EDIT_KINDS)  # a run of one seed has less time
        edits.append(f"{edit.__name__} {edit(chance, files)}")
        history.append(dict(files))


def test_a_result_is_kept_for_the_base_of_its_change(sample_files: dict[str, bytes], tmp_path: Path) -> None:
    """A policy that became mandatory by date fails only changed models, whatever base the run before had."""
    before = dict(sample_files)
    add_a_policy(random.Random(0), before)
    after = {**before, UNLABELLED: before[UNLABELLED].replace(b"summary: ", b"summary: Other ", 1)}
    blocking_counts = []
    for base_files, days in ((before, 30), (after, 30), (after, 1), (None, 0)):
        base = ChangeBase(MemoryTree(base_files), DAY - timedelta(days=days)) if base_files else None
        session, store = open_run(after, tmp_path, DAY, base=base)
        blocking_counts.append(sum(finding.is_blocking for finding in check(session)))
        store.commit()
    assert blocking_counts == [1, 0, 3, 3]


@pytest.mark.parametrize("comment", [b"# modelyard: ignore[absent]: why\n", b"# modelyard: ignore[]\n"])
def test_a_comment_for_this_tool_is_noticed(comment: bytes, sample_files: dict[str, bytes], tmp_path: Path) -> None:
    """Also in a file without findings: comments are no part of the data of documents."""
    outcome(sample_files, tmp_path, DAY)
    edited = {**sample_files, UNLABELLED: sample_files[UNLABELLED] + comment}
    kept, computed = outcome(edited, tmp_path, DAY), outcome(edited, None, DAY)
    assert kept == computed
    assert outcome(sample_files, None, DAY) != computed
    assert outcome(sample_files, tmp_path, DAY) == outcome(sample_files, None, DAY)
