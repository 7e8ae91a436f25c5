"""Files below a root, whatever links lie in the way."""

import errno
import os
from pathlib import Path

import pytest

from compiler.foundation import safe_folder as module
from compiler.foundation.errors import UsageError
from compiler.foundation.safe_folder import _HAS_DIR_FD, SafeFolder, is_in_git_folder


@pytest.mark.parametrize(
    "path",
    [".git", "/srv/x/.git/hooks", "C:\\x\\.GIT\\config", ".git./x", ".git /x", "a/git~1", ".git::$INDEX_ALLOCATION/x", ".g\u200dit"],
)  # fmt: skip
def test_a_path_into_gits_folder_is_recognised_on_every_system(path: str) -> None:
    assert is_in_git_folder(path)


@pytest.mark.parametrize("path", [".github/x", "a.git/x", ".gitignore", "git", "a/.gitlab", "git~x", ".git-x"])
def test_other_names_that_resemble_gits_folder_are_not(path: str) -> None:
    assert not is_in_git_folder(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "root").mkdir()
    (tmp_path / "victim").mkdir()
    (tmp_path / "victim/file").write_bytes(b"mine")
    return tmp_path / "root"


def victim(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder.parent / "victim").iterdir()}


def test_files_are_created_read_replaced_and_removed(folder: Path) -> None:
    with SafeFolder(folder, "below/it") as files:
        files.create("a/b/c", b"one")
        files.replace("a/b/c", b"two", 0o640)
        assert files.read("a/b/c")[0] == b"two"
        files.overwrite("d", b"three")
        files.overwrite("d", b"4")
        assert sorted(files.names("")) == ["a", "d"]
        with SafeFolder(folder) as others:
            others.move_from(files, "d", "e/f")
        files.remove("a/b/c")
        files.remove_folder("a/b")
        assert files.created_folders == ["below", "below/it", "a", "a/b"] or files.created_folders[-1] == "a/b"
    assert (folder / "e/f").read_bytes() == b"4"
    assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*")) == [
        "below", "below/it", "below/it/a", "e", "e/f",
    ]  # fmt: skip


OPERATIONS = {
    "create": lambda files, path: files.create(path, b"x"),
    "overwrite": lambda files, path: files.overwrite(path, b"x"),
    "replace": lambda files, path: files.replace(path, b"x"),
    "read": lambda files, path: files.read(path),
    "remove": lambda files, path: files.remove(path),
    "remove_folder": lambda files, path: files.remove_folder(path),
    "make_folder": lambda files, path: files.make_folder(path),
    "names": lambda files, path: files.names(path.rpartition("/")[0]),
}


@pytest.mark.parametrize("has_dir_fd", {_HAS_DIR_FD, False})
@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize(
    ("root", "path"), [("", "link/file"), ("", "a/link/file"), ("link", "file"), ("a/link", "b/file")]
)
def test_nothing_is_done_behind_a_link(folder: Path, monkeypatch, has_dir_fd, name: str, root: str, path: str) -> None:
    monkeypatch.setattr(module, "_HAS_DIR_FD", has_dir_fd)
    (folder / "a").mkdir()
    for link in ("link", "a/link"):
        (folder / link).symlink_to(folder.parent / "victim")
    with SafeFolder(folder, root) as files, pytest.raises(OSError):  # noqa: PT011 - which error depends on the system
        OPERATIONS[name](files, path)
    assert victim(folder) == {"file": b"mine"}


@pytest.mark.parametrize("name", ["create", "overwrite", "read"])
def test_a_file_that_is_a_link_is_not_opened(folder: Path, name: str) -> None:
    (folder / "link").symlink_to("../victim/file")
    with SafeFolder(folder) as files, pytest.raises(OSError):  # noqa: PT011 - which error depends on the system
        OPERATIONS[name](files, "link")
    assert victim(folder) == {"file": b"mine"}


def test_a_replaced_link_is_replaced_itself(folder: Path) -> None:
    (folder / "link").symlink_to("../victim/file")
    with SafeFolder(folder) as files:
        files.replace("link", b"x")
    assert victim(folder) == {"file": b"mine"}
    assert not (folder / "link").is_symlink()


@pytest.mark.parametrize("has_dir_fd", {_HAS_DIR_FD, False})
@pytest.mark.parametrize("path", [".git/config", "a/.GIT/hooks/x", ".git", "../victim/file", "a/../../victim/file"])
@pytest.mark.parametrize("name", [name for name in OPERATIONS if name != "names"])
def test_nothing_is_done_in_gits_folder_or_outside(folder: Path, monkeypatch, has_dir_fd, path: str, name: str) -> None:
    monkeypatch.setattr(module, "_HAS_DIR_FD", has_dir_fd)
    with SafeFolder(folder) as files, pytest.raises(UsageError):
        OPERATIONS[name](files, path)
    assert victim(folder) == {"file": b"mine"}
    assert not (folder / ".git").exists()


def test_a_folder_that_becomes_a_link_while_it_is_used_is_not_followed(folder: Path) -> None:
    with SafeFolder(folder) as files:
        files.create("a/b/one", b"x")
        (folder / "a").rename(folder / "moved")
        (folder / "a").symlink_to(folder.parent / "victim")
        files.create("a/b/two", b"x")  # the folder that was opened, wherever it is now
    assert victim(folder) == {"file": b"mine"}
    assert (folder / "moved/b/two").exists()


def test_a_move_to_another_file_system_copies(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.replace

    def replace(old: str, new: str, **folders: int) -> None:
        if old == "from":
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        real(old, new, **folders)

    monkeypatch.setattr(os, "replace", replace)
    with SafeFolder(folder) as files, SafeFolder(folder) as others:
        others.create("from", b"x", 0o777)
        files.move_from(others, "from", "a/to")
    assert (folder / "a/to").read_bytes() == b"x"
    assert os.access(folder / "a/to", os.X_OK)
    assert not (folder / "from").exists()
