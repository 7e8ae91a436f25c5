"""The files below a root: each folder is listed once, and symbolic links are never followed."""

import os
import stat
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple, TypeAlias

from compiler.foundation.safe_folder import os_errors, os_failure
from compiler.write.file_stat import UNKNOWN_STAT, FileStat
from compiler.write.lock_files import digest_of

_READ_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
HAS_EXECUTABLE_BIT = os.name == "posix"


class PathKind(StrEnum):
    """What a path leads to."""

    FILE = "file"
    FOLDER = "folder"
    LINK = "link"
    SPECIAL = "other"


class PathState(NamedTuple):
    """What is at a path, or at the ancestor that blocks it (`path` is then the path of the ancestor); only files have a digest."""

    kind: PathKind
    path: str
    digest: str = ""
    executable: bool = True
    """On systems that cannot tell, every file counts as acceptable."""
    git_digest: str = ""
    """The digest with the line ends that git stores, if the file has others: `core.autocrlf` changes them in a checkout."""
    stat: FileStat = UNKNOWN_STAT
    """The stat data of a file before it was read."""

    def has_content(self, digest: str) -> bool:
        """Whether git sees content of this digest."""
        return digest == self.digest or digest == self.git_digest  # noqa: PLR1714 - a set for each of 30,000 files costs more


_Listing: TypeAlias = dict[str, PathKind] | PathState
"""The names in a folder, or what blocks it."""
_MAX_RECENT_FOLDERS = 500


class Disk:
    """The files of a folder; `folder` is below `root`, which may be a link. Listings of folders that were used recently are kept."""

    def __init__(self, root: Path, folder: str = "") -> None:
        self._base, self._folder = os.fspath(root), folder
        self.root = f"{self._base}/{folder}" if folder else self._base
        self._recent_folders: dict[str, _Listing] = {}
        self._older_folders: dict[str, _Listing] = {}

    def path_state(self, path: str) -> PathState | None:
        """What is at the path or blocks it; `None` if the path is free."""
        folder, _, name = path.rpartition("/")
        listing = self._listing(folder)
        if isinstance(listing, PathState):
            return listing
        kind = listing.get(name)
        if kind is None:
            return None
        return self._file_state(path) if kind is PathKind.FILE else PathState(kind, path)

    def obstacle_levels_up(self) -> int | None:
        """How many levels above the folder a path component is a link instead of a folder: 0 for the folder itself, `None` if none does."""
        parts = self._folder.split("/") if self._folder else []
        for count in range(len(parts)):
            try:
                mode = os.lstat("/".join((self._base, *parts[: count + 1]))).st_mode
            except (FileNotFoundError, NotADirectoryError):
                return None
            except OSError as error:
                raise os_failure("reach", self.root, error) from error
            if stat.S_ISLNK(mode):
                return len(parts) - count - 1
        return None

    def read_file(self, path: str) -> tuple[bytes, FileStat] | None:
        """The content and the stat data of a regular file; `None` for anything else, and for what is behind a link."""
        folder, _, name = path.rpartition("/")
        listing = self._listing(folder)
        if isinstance(listing, PathState) or listing.get(name) is not PathKind.FILE:
            return None
        content, status = self._read_with_status(path)
        return content, FileStat.of(status)

    def walk(self, folder: str) -> Iterator[str]:
        """Every file and every empty folder below a folder; links are listed, not followed."""
        listing = self._listing(folder)
        if isinstance(listing, PathState):
            return
        for name in sorted(listing):
            if listing[name] is PathKind.FOLDER:
                inner = list(self.walk(f"{folder}/{name}"))
                yield from inner or [f"{folder}/{name}"]
            else:
                yield f"{folder}/{name}"

    def obstructions(self, folder: str) -> Iterator[PathState]:
        """What prevents writing to a folder: a symbolic link or a file on its path."""
        listing = self._listing(folder)
        if isinstance(listing, PathState):
            yield listing
            return
        for name in sorted(listing):
            if listing[name] is PathKind.LINK:
                yield PathState(PathKind.LINK, f"{folder}/{name}")
            elif listing[name] is PathKind.FOLDER:
                yield from self.obstructions(f"{folder}/{name}")

    def _listing(self, folder: str) -> _Listing:
        listing = self._recent_folders.get(folder)
        if listing is None:
            listing = self._older_folders.get(folder)
            if listing is None:
                listing = self._list_folder(folder)
            if len(self._recent_folders) >= _MAX_RECENT_FOLDERS:
                self._older_folders, self._recent_folders = self._recent_folders, {}
            self._recent_folders[folder] = listing
        return listing

    def _list_folder(self, folder: str) -> _Listing:
        if folder:
            parent, _, name = folder.rpartition("/")
            parent_listing = self._listing(parent)
            if isinstance(parent_listing, PathState):
                return parent_listing
            kind = parent_listing.get(name)
            if kind is None:
                return {}
            if kind is not PathKind.FOLDER:
                return PathState(kind, folder)
        with os_errors("list", folder or self.root):
            return _scan_folder(f"{self.root}/{folder}")

    def _file_state(self, path: str) -> PathState:
        content, status = self._read_with_status(path)
        executable = bool(status.st_mode & stat.S_IXUSR) or not HAS_EXECUTABLE_BIT
        git_digest = digest_of(content.replace(b"\r\n", b"\n")) if b"\r\n" in content else ""
        return PathState(PathKind.FILE, path, digest_of(content), executable, git_digest, FileStat.of(status))

    def _read_with_status(self, path: str) -> tuple[bytes, os.stat_result]:
        try:
            return _read_whole_file(f"{self.root}/{path}")
        except OSError as error:
            raise os_failure("read", path, error) from error


def _read_whole_file(path: str) -> tuple[bytes, os.stat_result]:
    descriptor = os.open(path, _READ_FLAGS)
    try:
        status = os.fstat(descriptor)
        content = os.read(descriptor, status.st_size + 1)
        while chunk := os.read(descriptor, 1 << 20) if len(content) != status.st_size else b"":
            content += chunk
    finally:
        os.close(descriptor)
    return content, status


def _scan_folder(folder: str) -> dict[str, PathKind]:
    try:
        with os.scandir(folder) as entries:
            return {entry.name: _entry_kind(entry) for entry in entries}
    except FileNotFoundError:
        return {}


def _entry_kind(entry: "os.DirEntry[str]") -> PathKind:
    if entry.is_symlink():
        return PathKind.LINK
    if entry.is_dir(follow_symlinks=False):
        return PathKind.FOLDER
    return PathKind.FILE if entry.is_file(follow_symlinks=False) else PathKind.SPECIAL
