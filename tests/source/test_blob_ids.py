"""A file that did not change since an earlier run is not read again, and one that changed always is."""

import os
import time
from pathlib import Path

import pytest

from compiler.source.blob_ids import BlobIds
from compiler.source.tree import NoSuchFile, blob_id
from compiler.source.worktree import WorkTree
from compiler.store.project_store import Store
from compiler.store.store_files import StoreFiles

LATER = 10_000_000_000


class CountingTree(WorkTree):
    """Counts how often a file is read."""

    read_count = 0

    def read(self, path: str) -> bytes:
        self.read_count += 1
        return super().read(path)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    (tmp_path / "cache").mkdir(mode=0o700)
    return Store(StoreFiles(tmp_path / "cache", "a" * 32))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "project" / "models" / "input.json"
    path.parent.mkdir(parents=True)
    path.write_text("{}")
    return path


@pytest.fixture
def tree(file: Path) -> CountingTree:
    return CountingTree(file.parents[1])


def run(tree: CountingTree, store: Store, started_at: int) -> str:
    ids = BlobIds(tree, store, started_at)
    id_ = ids.of("models/input.json")
    ids.save()
    store.commit()
    return id_


def test_an_unchanged_file_is_read_once(tree, store) -> None:
    ids = {run(tree, store, time.time_ns() + LATER) for _ in range(3)}
    assert ids == {blob_id(b"{}")}
    assert tree.read_count == 1


def test_a_file_that_changed_just_now_is_read_again(tree, store) -> None:
    assert run(tree, store, time.time_ns()) == run(tree, store, time.time_ns())
    assert tree.read_count == 2


def test_a_changed_file_is_read_again(tree, store, file) -> None:
    run(tree, store, time.time_ns() + LATER)
    status = file.stat()
    file.write_text("[]")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert run(tree, store, time.time_ns() + LATER) == blob_id(b"[]")


def test_a_file_behind_a_link_cannot_be_read(tree, store, file) -> None:
    run(tree, store, time.time_ns() + LATER)
    file.parent.rename(file.parents[2] / "elsewhere")
    file.parent.symlink_to(file.parents[2] / "elsewhere")
    with pytest.raises(NoSuchFile):
        run(tree, store, time.time_ns() + LATER)


def test_a_file_that_is_gone_cannot_be_read(tree, store, file) -> None:
    run(tree, store, time.time_ns() + LATER)
    file.unlink()
    with pytest.raises(NoSuchFile):
        run(tree, store, time.time_ns() + LATER)
