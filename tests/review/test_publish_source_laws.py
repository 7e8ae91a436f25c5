"""What is published of an environment is the same whether results of earlier runs are reused or not, after any sequence of edits."""

import os
import random
from datetime import date
from pathlib import Path

import pytest

from compiler.foundation.errors import UsageError
from compiler.pipeline.kept_results import REVISION, KeptResults
from compiler.pipeline.rendered_model import ModelRenderer
from compiler.pipeline.session import Session
from compiler.pipeline.stages import check_for_build
from compiler.pipeline.unit_selection import UnitsOfEnvironment
from compiler.policy.baseline import EMPTY_BASELINE
from compiler.review.publish_plan import environment_filter
from compiler.review.publish_source import EnvironmentFiles
from compiler.source.memory_tree import MemoryTree
from compiler.store.project_store import Store
from compiler.store.store_files import StoreFiles
from compiler.write.spooled_files import SpooledFiles

from ..pipeline.random_edits import EDIT_KINDS  # noqa: TID252 - tests are not importable by an absolute name
from .test_affected_models import FILES

DAY = date(2026, 12, 1)
ROUNDS = int(os.environ.get("MODELYARD_TEST_ROUNDS", "1"))
EDITS = 8


def publication(files: dict[str, bytes], environment: str, folder: Path | None) -> object:
    """The findings and the files of an environment, or the error that ends the run."""
    store = Store(StoreFiles(folder, "a" * 32)) if folder else Store()
    session = Session(MemoryTree(files), DAY, store=store)
    if folder:
        session.keeper = KeptResults(store, session.fingerprints, session.reads, 1, DAY, REVISION)
    try:
        include = environment_filter(session, environment)
        checked_build = check_for_build(session, EMPTY_BASELINE, include=include)
        if checked_build.is_blocked:
            return checked_build.findings_without_rendering()
        with SpooledFiles() as spooled_files:
            sink = EnvironmentFiles(environment, spooled_files)
            return checked_build.render(UnitsOfEnvironment(environment), sink), dict(spooled_files)
    except UsageError as error:
        return str(error)
    finally:
        session.save_documents()
        store.commit()


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_results_of_earlier_runs_change_no_publication(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    files = {path: text.encode() for path, text in FILES.items()}
    history, edits = [dict(files)], ["the project"]
    for _ in range(EDITS):
        environment = chance.choice(("dev", "prod"))
        assert publication(files, environment, tmp_path) == publication(files, environment, None), edits
        if chance.random() < 0.4:
            files = dict(chance.choice(history))
            edits.append("an earlier state")
        edit = chance.choice(EDIT_KINDS)
        edits.append(f"{edit.__name__} {edit(chance, files)}")
        history.append(dict(files))


def test_a_second_publication_renders_no_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {path: text.encode() for path, text in FILES.items()}
    first = publication(files, "prod", tmp_path)
    monkeypatch.setattr(Session, "check_model", lambda _session, name: pytest.fail(f"{name} is checked again"))
    monkeypatch.setattr(ModelRenderer, "render_model", lambda _renderer, name: pytest.fail(f"{name} is rendered"))
    assert publication(files, "prod", tmp_path) == first
    assert "alone/note.yaml" in dict(first[1])
