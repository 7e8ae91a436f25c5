"""Read-only access to files by path, from any storage."""

import hashlib
import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

from compiler.foundation.errors import UsageError

_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")

MAX_FILE_BYTES = 64 * 1024 * 1024
"""Maximum size of a file; forges have similar limits."""


class FileStamp(NamedTuple):
    """What the file system says about a file; as long as it is the same, so is the content. Times are in nanoseconds."""

    size: int
    mtime: int
    ctime: int
    inode: int


class Listing(NamedTuple):
    """Regular files and symbolic links below a folder, sorted."""

    files: Sequence[str]
    links: Sequence[str]


class NoSuchFile(LookupError):  # noqa: N818 - a missing file is an expected result
    """There is no regular file at the path."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


class Tree(Protocol):
    """Read-only files by path: one interface for work trees, git revisions and memory.

    Paths are relative to the project's root, with `/`. Names that start with a dot, and names that cannot be displayed, are not listed.
    """

    @property
    def label(self) -> str:
        """The name in messages: `the work tree`, `revision 1a2b3c4`."""
        ...

    def paths(self, folder: str = "") -> Sequence[str]:
        """Regular files below the folder, sorted; empty if the folder does not exist."""
        ...

    def links(self, folder: str = "") -> Sequence[str]:
        """Symbolic links below the folder, sorted; they are never followed."""
        ...

    def listing(self, folder: str = "") -> Listing:
        """Both `paths` and `links`, at the cost of one."""
        ...

    def folder_links(self, folder: str = "") -> Sequence[str]:
        """Those of `links` that do not lead to a regular file: what lies behind them is missing from `paths`."""
        ...

    def link_on(self, path: str) -> str | None:
        """The part of a path, from its start, that is a symbolic link; `None` if there is none."""
        ...

    def has(self, path: str) -> bool:
        """Whether `read` would succeed."""
        ...

    def read(self, path: str) -> bytes:
        """The content of the file; raises `NoSuchFile` if it is missing, not regular, or behind a link."""
        ...

    def blob_id(self, path: str) -> str:
        """The git blob id; raises `NoSuchFile` as `read` does."""
        ...

    def stored_blob_id(self, path: str) -> str | None:
        """The git blob id of a file, if it is known without reading the file."""
        ...

    def stamp(self, path: str) -> FileStamp | None:
        """The stamp of a listed file; `None` if it is gone, or is not on disk."""
        ...


def is_lfs_pointer(content: bytes) -> bool:
    """Whether the content is what Git LFS stores instead of a file (https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md)."""
    return content.startswith(b"version https://git-lfs.github.com/spec/")


def ancestors(path: str) -> Iterator[str]:
    """The folders that contain a path, from the first one, and the path."""
    names = path.rstrip("/").split("/")
    return ("/".join(names[:count]) for count in range(1, len(names) + 1))


def linked_path(path: str, target: str) -> str:
    """The path that a link leads to."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), target))


def blob_id(data: bytes) -> str:
    """The git blob id of the content."""
    return hashlib.sha1(b"blob %d\x00" % len(data) + data, usedforsecurity=False).hexdigest()


def check_file_size(path: str, size: int) -> None:
    """Raise `UsageError` if the file is too large."""
    if size > MAX_FILE_BYTES:
        raise UsageError(f"`{path}` is larger than {MAX_FILE_BYTES >> 20} MiB.", help="Keep it outside the project.")


def is_listed(name: str) -> bool:
    """Whether a file or folder of this name is listed."""
    return not name.startswith(".") and ((name.isascii() and name.isprintable()) or not _UNPRINTABLE.search(name))


def path_parts(path: str) -> tuple[str, ...] | None:
    """The names of the path; `None` if it is not relative, leaves the root, or leads into git's folder."""
    names = tuple(path.split("/"))
    if "\0" in path or any(name in {"", ".", ".."} or name.lower() == ".git" for name in names):
        return None
    return names


def folder_prefix(folder: str) -> str | None:
    """The prefix of every path below the folder; `None` if there can be none."""
    if not folder:
        return ""
    folder = folder.removesuffix("/")
    names = path_parts(folder)
    return None if names is None or not all(map(is_listed, names)) else folder + "/"


def paths_below(paths: Iterable[str], folder: str) -> tuple[str, ...]:
    """The listed paths below the folder, sorted."""
    prefix = folder_prefix(folder)
    if prefix is None:
        return ()
    return tuple(sorted(path for path in paths if path.startswith(prefix) and all(map(is_listed, path.split("/")))))
