"""What a change affects is the same whether results of earlier runs are reused or not, after any sequence of edits."""

import os
import random
from datetime import date
from pathlib import Path

import pytest

from compiler.foundation.errors import UsageError
from compiler.pipeline.kept_results import REVISION, WORK_TREE, KeptResults, Partition
from compiler.pipeline.rendered_model import ModelRenderer
from compiler.pipeline.session import Session
from compiler.review.affected_models import compute_impact
from compiler.review.affected_report import AffectedReport, render
from compiler.review.compared_sides import compare_sides
from compiler.review.publish_plan import affected_canaries, publish_waves
from compiler.source.memory_tree import MemoryTree
from compiler.store.project_store import Store
from compiler.store.store_files import StoreFiles

from ..pipeline.random_edits import EDIT_KINDS  # noqa: TID252 - tests are not importable by an absolute name
from .test_affected_models import FILES

DAY = date(2026, 12, 1)
ROUNDS = int(os.environ.get("MODELYARD_TEST_ROUNDS", "1"))
EDITS = 12


def open_session(files: dict[str, bytes], store: Store, partition: Partition) -> Session:
    session = Session(MemoryTree(files), DAY, store=store)
    if store.is_enabled:
        session.keeper = KeptResults(store, session.fingerprints, session.reads, 1, DAY, partition)
    return session


def report(base_files: dict[str, bytes], head_files: dict[str, bytes], folder: Path | None) -> object:
    """Everything that a comparison reports, or the error that ends it."""
    store = Store(StoreFiles(folder, "a" * 32)) if folder else Store()
    base, head = open_session(base_files, store, REVISION), open_session(head_files, store, WORK_TREE)
    try:
        impact = compute_impact(base, head)
        result = AffectedReport(impact, "0" * 40, publish_waves(head, impact), affected_canaries(head, impact))
        return [render(format_, result) for format_ in ("text", "json", "markdown", "github")]
    except UsageError as error:
        return str(error)
    finally:
        base.save_documents()
        head.save_documents()
        store.commit()


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_results_of_earlier_runs_change_no_report(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    files = {path: text.encode() for path, text in FILES.items()}
    history, edits = [dict(files)], ["the project"]
    for _ in range(EDITS):
        if chance.random() < 0.3:  # back to an earlier state, so that errors do not pile up
            files = dict(chance.choice(history))
            edits.append("an earlier state")
        edit = chance.choice(EDIT_KINDS)
        edits.append(f"{edit.__name__} {edit(chance, files)}")
        base_files = chance.choice(history)
        assert report(base_files, files, tmp_path) == report(base_files, files, None), edits
        history.append(dict(files))


def test_a_second_comparison_evaluates_no_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    base_files = {path: text.encode() for path, text in FILES.items()}
    path = "models/b/alone.yaml"
    head_files = {**base_files, path: base_files[path].replace(b"One of several", b"Alone")}
    first = report(base_files, head_files, tmp_path)
    monkeypatch.setattr(Session, "check_model", lambda _session, name: pytest.fail(f"{name} is checked again"))
    monkeypatch.setattr(ModelRenderer, "render_model", lambda _renderer, name: pytest.fail(f"{name} is rendered"))
    assert report(base_files, head_files, tmp_path) == first


def test_a_comparison_evaluates_models_that_are_the_same_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    base_files = {path: text.encode() for path, text in FILES.items()}
    path = "models/b/alone.yaml"
    head_files = {**base_files, path: base_files[path].replace(b"One of several", b"Alone")}
    checked_names = []
    check_model = Session.check_model

    def count(session: Session, name: str) -> object:
        checked_names.append(name)
        return check_model(session, name)

    monkeypatch.setattr(Session, "check_model", count)
    report(base_files, head_files, tmp_path)
    assert sorted(checked_names) == ["alone", "alone", "asked", "asks", "steps"]


def test_two_states_name_the_models_that_differ() -> None:
    base_files = {path: text.encode() for path, text in FILES.items()}
    path = "models/b/alone.yaml"
    head_files = {**base_files, path: base_files[path].replace(b"One of several", b"Alone")}
    sides = compare_sides(*(open_session(files, Store(), WORK_TREE) for files in (base_files, head_files)))
    assert sides.changed_models == {"alone"}
    assert sides.changed_units == {"all.records", "all.records/alone"}
    old, new = (dict(side.read_files(sides.changed_units)) for side in (sides.base, sides.head))
    assert old.keys() == new.keys() != set()
