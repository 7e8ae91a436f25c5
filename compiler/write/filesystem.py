"""What stands below a root, read once a folder and never through a link."""

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from compiler.foundation.errors import SurroundingsError

_READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_TELLS_EXECUTABLE = os.name == "posix"


class Kind(StrEnum):
    """What a path leads to."""

    FILE = "file"
    FOLDER = "folder"
    LINK = "link"
    OTHER = "other"


class Found(NamedTuple):
    """What stands at a path, or above it in its way (`at` says where); the digest of a file only."""

    kind: Kind
    at: str
    digest: str = ""
    executable: bool = True
    """Where the system cannot tell, nothing is amiss."""


def digest_of(content: bytes) -> str:
    """The digest as locks spell it."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


@contextmanager
def surroundings(doing: str, path: str) -> Iterator[None]:
    """An `OSError` in it becomes the sentence that says what could not be done, to which path, and why."""
    try:
        yield
    except OSError as error:
        raise refused(doing, path, error) from error


def refused(doing: str, path: str, error: OSError) -> SurroundingsError:
    """The same, where a context manager would cost more than the work."""
    return SurroundingsError(
        f"cannot {doing} `{path}`: {error.strerror or error}",
        help="Mend what the system says and run the command again; every file is whole, old or new.",
    )


class Disk:
    """A root's files as they stood when their folders were first looked into."""

    def __init__(self, root: Path) -> None:
        self._root = os.fspath(root)
        self._folders: dict[str, dict[str, Kind] | Found] = {}

    def look(self, path: str) -> Found | None:
        """What stands at the path, or in its way; `None` where it is free."""
        folder, _, name = path.rpartition("/")
        listing = self._listing(folder)
        if isinstance(listing, Found):
            return listing
        kind = listing.get(name)
        if kind is None:
            return None
        return self._file(path) if kind is Kind.FILE else Found(kind, path)

    def read(self, path: str) -> bytes:
        """The bytes of a file."""
        return self._read(path)[0]

    def below(self, folder: str) -> Iterator[str]:
        """Every file and every empty folder below a folder; links are named, not followed."""
        listing = self._listing(folder)
        if isinstance(listing, Found):
            return
        for name in sorted(listing):
            if listing[name] is Kind.FOLDER:
                inner = list(self.below(f"{folder}/{name}"))
                yield from inner or [f"{folder}/{name}"]
            else:
                yield f"{folder}/{name}"

    def in_the_way_of(self, folder: str) -> Iterator[Found]:
        """What makes a folder's tree unfit to be written to: links in it, or something else in its place."""
        listing = self._listing(folder)
        if isinstance(listing, Found):
            yield listing
            return
        for name in sorted(listing):
            if listing[name] is Kind.LINK:
                yield Found(Kind.LINK, f"{folder}/{name}")
            elif listing[name] is Kind.FOLDER:
                yield from self.in_the_way_of(f"{folder}/{name}")

    def _listing(self, folder: str) -> dict[str, Kind] | Found:
        known = self._folders.get(folder)
        if known is None:
            known = self._folders[folder] = self._list(folder)
        return known

    def _list(self, folder: str) -> dict[str, Kind] | Found:
        if folder:
            above, _, name = folder.rpartition("/")
            around = self._listing(above)
            if isinstance(around, Found):
                return around
            kind = around.get(name)
            if kind is None:
                return {}
            if kind is not Kind.FOLDER:
                return Found(kind, folder)
        with surroundings("list", folder or self._root):
            return _names(f"{self._root}/{folder}")

    def _file(self, path: str) -> Found:
        content, mode = self._read(path)
        executable = bool(mode & stat.S_IXUSR) or not _TELLS_EXECUTABLE
        return Found(Kind.FILE, path, digest_of(content), executable)

    def _read(self, path: str) -> tuple[bytes, int]:
        try:
            return _whole(f"{self._root}/{path}")
        except OSError as error:
            raise refused("read", path, error) from error


def _whole(path: str) -> tuple[bytes, int]:
    file = os.open(path, _READ)
    try:
        status = os.fstat(file)
        content = os.read(file, status.st_size + 1)
        while more := os.read(file, 1 << 20) if len(content) != status.st_size else b"":
            content += more
    finally:
        os.close(file)
    return content, status.st_mode


def _names(folder: str) -> dict[str, Kind]:
    try:
        with os.scandir(folder) as entries:
            return {entry.name: _kind(entry) for entry in entries}
    except FileNotFoundError:
        return {}


def _kind(entry: "os.DirEntry[str]") -> Kind:
    if entry.is_symlink():
        return Kind.LINK
    if entry.is_dir(follow_symlinks=False):
        return Kind.FOLDER
    return Kind.FILE if entry.is_file(follow_symlinks=False) else Kind.OTHER
