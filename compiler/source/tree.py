"""Bytes by path, wherever they lie."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from typing import Protocol

from compiler.foundation.errors import UsageError

_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")

MAX_FILE_BYTES = 64 * 1024 * 1024
"""No file that a project reads is larger; forges refuse hardly larger ones."""


class NoSuchFile(LookupError):  # noqa: N818 - what is asked for is not there; nothing went wrong
    """The tree holds no regular file at the path."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


class Tree(Protocol):
    """Bytes by path, read-only: the same interface for a work tree, a git revision and memory.

    Paths are relative to the project's root, with `/`. Files and folders whose name begins with a dot, and names that
    cannot be shown, are not listed.
    """

    @property
    def label(self) -> str:
        """What messages call it: `the work tree`, `revision 1a2b3c4`."""
        ...

    def paths(self, folder: str = "") -> Sequence[str]:
        """Regular files below the folder, sorted; none where there is no such folder."""
        ...

    def links(self, folder: str = "") -> Sequence[str]:
        """Symbolic links below the folder, sorted; they are never followed."""
        ...

    def has(self, path: str) -> bool:
        """Whether `read` would return."""
        ...

    def read(self, path: str) -> bytes:
        """The file's bytes; `NoSuchFile` where there is no regular file, or a link is on the way."""
        ...

    def blob_id(self, path: str) -> str:
        """The id that git gives to the file's bytes; `NoSuchFile` as for `read`."""
        ...


def blob_id(data: bytes) -> str:
    """The id that git gives to these bytes."""
    return hashlib.sha1(b"blob %d\x00" % len(data) + data, usedforsecurity=False).hexdigest()


def check_file_size(path: str, size: int) -> None:
    """Holds for a file that fits into memory many times over; otherwise the run stops."""
    if size > MAX_FILE_BYTES:
        raise UsageError(f"`{path}` is larger than {MAX_FILE_BYTES >> 20} MiB.", help="Keep it outside the project.")


def is_listed(name: str) -> bool:
    """Whether a file or folder of this name is part of a tree's listing."""
    return not name.startswith(".") and ((name.isascii() and name.isprintable()) or not _UNPRINTABLE.search(name))


def path_parts(path: str) -> tuple[str, ...] | None:
    """The path's names; None where it is no relative path below the root, or leads into git's own folder."""
    names = tuple(path.split("/"))
    if "\0" in path or any(name in {"", ".", ".."} or name.lower() == ".git" for name in names):
        return None
    return names


def folder_prefix(folder: str) -> str | None:
    """What every path below the folder begins with; None where nothing can lie below it."""
    if not folder:
        return ""
    folder = folder.removesuffix("/")
    names = path_parts(folder)
    return None if names is None or not all(map(is_listed, names)) else folder + "/"


def paths_below(paths: Iterable[str], folder: str) -> tuple[str, ...]:
    """Those of the paths that are listed below the folder, sorted."""
    prefix = folder_prefix(folder)
    if prefix is None:
        return ()
    return tuple(sorted(path for path in paths if path.startswith(prefix) and all(map(is_listed, path.split("/")))))
