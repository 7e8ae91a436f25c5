"""What only a disk can do."""

import os
import socket
import subprocess
import time
from pathlib import Path

import pytest

from compiler.foundation.errors import HostError, UsageError
from compiler.source import tree as tree_module
from compiler.source import worktree
from compiler.source.tree import NoSuchFile
from compiler.source.worktree import WorkTree


def test_the_blob_id_is_what_git_computes(tmp_path):
    (tmp_path / "f").write_bytes(b"a\r\nb\0")
    result = subprocess.run(
        ["git", "hash-object", "--no-filters", "f"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert WorkTree(tmp_path).blob_id("f") == result.stdout.strip()


@pytest.mark.parametrize("by_folder", [True, False])
def test_both_ways_of_opening_refuse_links(tmp_path, monkeypatch, by_folder):
    monkeypatch.setattr(worktree, "_HAS_DIR_FD", by_folder)
    (tmp_path / "real").mkdir()
    (tmp_path / "real/f").write_text("x")
    (tmp_path / "linked").symlink_to("real")
    (tmp_path / "real/link").symlink_to("f")
    tree = WorkTree(tmp_path)
    assert tree.read("real/f") == b"x"
    assert [tree.has(path) for path in ("real/f", "linked/f", "real/link", "real", "real/no")] == [
        True,
        False,
        False,
        False,
        False,
    ]


def test_a_root_that_is_itself_reached_by_a_link_is_read(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real/f").write_text("x")
    (tmp_path / "root").symlink_to("real")
    tree = WorkTree(tmp_path / "root")
    assert (list(tree.paths()), tree.read("f")) == (["f"], b"x")


def test_pipes_and_sockets_are_not_files_and_never_block(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(tmp_path / "socket"))
        tree = WorkTree(tmp_path)
        assert list(tree.paths()) == []
        for path in ("pipe", "socket"):
            with pytest.raises(NoSuchFile):
                tree.read(path)


def test_a_name_that_cannot_be_shown_is_not_listed(tmp_path):
    for name in (b"line\nbreak", b"not-utf8-\xff", b"fine"):
        (tmp_path / os.fsdecode(name)).touch()
    assert list(WorkTree(tmp_path).paths()) == ["fine"]


def test_a_folder_that_vanishes_while_it_is_listed_is_empty(tmp_path, monkeypatch):
    (tmp_path / "gone").mkdir()
    (tmp_path / "f").write_text("x")
    scandir = os.scandir

    def vanishing(path):
        if str(path).rstrip("/").endswith("gone"):
            Path(path).rmdir()
        return scandir(path)

    monkeypatch.setattr(os, "scandir", vanishing)
    assert list(WorkTree(tmp_path).paths()) == ["f"]


def test_an_os_error_is_reported_with_the_path(tmp_path, monkeypatch):
    (tmp_path / "models").mkdir()

    def refuse(*_args, **_kwargs):
        raise PermissionError(13, "Permission denied")

    tree = WorkTree(tmp_path)
    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(HostError, match="`models/` cannot be read: Permission denied"):
        tree.paths("models")
    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(HostError, match="`models/f` cannot be read: Permission denied"):
        tree.read("models/f")
    with pytest.raises(HostError):
        tree.has("models/f")


def test_a_root_that_is_not_there_is_an_empty_tree(tmp_path):
    tree = WorkTree(tmp_path / "nowhere")
    assert list(tree.paths()) == []
    assert not tree.has("f")


def test_a_file_larger_than_any_spec_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(tree_module, "MAX_FILE_BYTES", 10)
    (tmp_path / "f").write_bytes(b"x" * 11)
    with pytest.raises(UsageError, match="`f` is larger"):
        WorkTree(tmp_path).read("f")


def test_no_descriptor_is_left_open(tmp_path):
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/b/f").write_text("x")
    tree = WorkTree(tmp_path)
    before = len(list(Path("/proc/self/fd").iterdir()))
    for path in ("a/b/f", "a/b/no", "a/no/f", "a/b"):
        tree.has(path)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_listing_costs_little_a_file(tmp_path):
    for folder in range(20):
        (tmp_path / f"team{folder}").mkdir()
        for number in range(100):
            (tmp_path / f"team{folder}/m{number}.yaml").touch()
    start = time.process_time()
    assert len(WorkTree(tmp_path).paths()) == 2000
    assert (time.process_time() - start) / 2000 < 50e-6
