"""The project's folder on disk."""

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from compiler.foundation.errors import HostError
from compiler.source.tree import (
    FileStamp,
    Listing,
    NoSuchFile,
    ancestors,
    blob_id,
    check_file_size,
    folder_prefix,
    is_listed,
    path_parts,
)

_NOT_FOUND_ERRNOS = {
    errno.ENOENT,
    errno.ENOTDIR,
    errno.ELOOP,
    errno.EMLINK,
    errno.ENAMETOOLONG,
    errno.ENXIO,
    errno.EISDIR,
}
_FILE_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_FOLDER_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_DIRECTORY", 0)
_HAS_DIR_FD = os.open in os.supports_dir_fd and hasattr(os, "O_NOFOLLOW")


class WorkTree:
    """The files below a folder; links are never followed, so nothing outside the folder can be read."""

    def __init__(self, root: Path) -> None:
        self._root = os.fspath(root)

    @property
    def label(self) -> str:
        """The name in messages."""
        return "the work tree"

    def paths(self, folder: str = "") -> Sequence[str]:
        """Regular files below the folder, sorted."""
        return self._list_files(folder)[0]

    def links(self, folder: str = "") -> Sequence[str]:
        """Symbolic links below the folder, sorted."""
        return self._list_files(folder)[1]

    def listing(self, folder: str = "") -> Listing:
        """Both `paths` and `links`."""
        return Listing(*self._list_files(folder))

    def folder_links(self, folder: str = "") -> Sequence[str]:
        """Links below the folder that do not lead to a regular file, sorted."""
        return [path for path in self.links(folder) if not os.path.isfile(os.path.join(self._root, path))]

    def link_on(self, path: str) -> str | None:
        """The first part of the path that is a symbolic link."""
        return next((part for part in ancestors(path) if os.path.islink(os.path.join(self._root, part))), None)

    def has(self, path: str) -> bool:
        """Whether `read` would succeed."""
        try:
            with self._open_file(path):
                return True
        except NoSuchFile:
            return False

    def read(self, path: str) -> bytes:
        """The content of the file."""
        with self._open_file(path) as (descriptor, size):
            check_file_size(path, size)
            return b"".join(iter(lambda: os.read(descriptor, size + 1), b""))

    def blob_id(self, path: str) -> str:
        """The git blob id of the content."""
        return blob_id(self.read(path))

    def stored_blob_id(self, _path: str) -> str | None:
        """No blob id is stored."""
        return None

    def stamp(self, path: str) -> FileStamp | None:
        """The stamp of a listed file; `None` if it is gone."""
        try:
            status = os.lstat(f"{self._root}/{path}")
        except OSError:
            return None
        if not stat.S_ISREG(status.st_mode):
            return None
        return FileStamp(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)

    def _list_files(self, folder: str) -> tuple[list[str], list[str]]:
        files: list[str] = []
        links: list[str] = []
        prefix = folder_prefix(folder)
        if prefix is not None and self._is_real_folder(prefix):
            pending_prefixes = [prefix]
            while pending_prefixes:
                self._scan(pending_prefixes.pop(), files, links, pending_prefixes)
        return sorted(files), sorted(links)

    def _scan(self, prefix: str, files: list[str], links: list[str], folders: list[str]) -> None:
        with _translated_errors(prefix or "."), os.scandir(os.path.join(self._root, prefix)) as entries:
            for entry in entries:
                if not is_listed(entry.name):
                    continue
                if entry.is_file(follow_symlinks=False):
                    files.append(prefix + entry.name)
                elif entry.is_dir(follow_symlinks=False):
                    folders.append(f"{prefix}{entry.name}/")
                elif entry.is_symlink():
                    links.append(prefix + entry.name)

    def _is_real_folder(self, prefix: str) -> bool:
        """Whether every folder of the path is a real folder, not a link."""
        folder = self._root
        for name in prefix.split("/")[:-1]:
            folder = os.path.join(folder, name)
            try:
                if not stat.S_ISDIR(os.lstat(folder).st_mode):
                    return False
            except OSError:
                return False
        return True

    @contextmanager
    def _open_file(self, path: str) -> Iterator[tuple[int, int]]:
        """The descriptor and the size of the regular file at the path."""
        names = path_parts(path)
        if names is None:
            raise NoSuchFile(path)
        try:
            descriptor = _open_below(self._root, names) if _HAS_DIR_FD else self._open_checked(path)
        except (OSError, ValueError) as error:
            raise _read_error(path, error) from error
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise NoSuchFile(path)
            yield descriptor, status.st_size
        except OSError as error:
            raise _read_error(path, error) from error
        finally:
            os.close(descriptor)

    def _open_checked(self, path: str) -> int:
        """For systems without `dir_fd`: check first, then open."""
        full_path = os.path.join(self._root, path)
        if not self._is_real_folder(path) or not stat.S_ISREG(os.lstat(full_path).st_mode):
            raise FileNotFoundError(errno.ENOENT, path)
        return os.open(full_path, _FILE_FLAGS)


def _open_below(root: str, names: tuple[str, ...]) -> int:
    """Open a file by opening each folder within the one before, so that no link can be swapped in meanwhile."""
    folder_descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for name in names[:-1]:
            child_descriptor = os.open(name, _FOLDER_FLAGS, dir_fd=folder_descriptor)
            os.close(folder_descriptor)
            folder_descriptor = child_descriptor
        return os.open(names[-1], _FILE_FLAGS, dir_fd=folder_descriptor)
    finally:
        os.close(folder_descriptor)


def _read_error(path: str, error: OSError | ValueError) -> NoSuchFile | HostError:
    if isinstance(error, ValueError) or error.errno in _NOT_FOUND_ERRNOS:
        return NoSuchFile(path)
    return HostError(f"`{path}` cannot be read: {error.strerror or error}.")


@contextmanager
def _translated_errors(path: str) -> Iterator[None]:
    """Treat a folder that vanished during listing as empty; raise `HostError` for one that may not be read."""
    try:
        yield
    except OSError as error:
        read_error = _read_error(path, error)
        if isinstance(read_error, HostError):
            raise read_error from error
