"""Reads and changes files below a root without ever following a symbolic link, and never in git's own folder."""

import errno
import os
import re
import secrets
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from compiler.foundation.errors import HostError, UsageError

_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_READ_FLAGS = os.O_RDONLY | _NO_FOLLOW | getattr(os, "O_NONBLOCK", 0)
_CREATE_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_FOLLOW
_OVERWRITE_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _NO_FOLLOW
_FOLDER_FLAGS = os.O_RDONLY | _NO_FOLLOW | getattr(os, "O_DIRECTORY", 0)
_HAS_DIR_FD = (
    hasattr(os, "O_NOFOLLOW") and {os.open, os.stat, os.mkdir, os.unlink, os.rmdir, os.rename} <= os.supports_dir_fd
)

INVISIBLE = re.compile("[\u200c-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
_GIT_FOLDER = re.compile(r"(?:\.git|git~[0-9]+)(?:[. ]*|:.*)", re.IGNORECASE)
"""Windows drops dots and spaces at the end, takes `:` as the start of a stream, and has a short name for a long one."""


def is_in_git_folder(path: str) -> bool:
    r"""Whether a part of the path names git's folder on some system; `path` may be absolute, with `/` or `\`."""
    if path.isascii() and "git" not in path.lower():
        return False  # the names of most files, which are checked for each of them
    return any(_GIT_FOLDER.fullmatch(INVISIBLE.sub("", part)) for part in re.split(r"[/\\]", path))


FORGE_FOLDERS = (".git", ".forgejo", ".circleci", ".woodpecker", ".buildkite")
"""How the names of folders begin that belong to git or a forge (`.github`, `.gitlab`, `.gitea`), which runs the workflows in them."""


def is_in_forge_folder(path: str) -> bool:
    """Whether a part of a path belongs to git or a forge, on a system that ignores case."""
    return is_in_git_folder(path) or any(part.lower().startswith(FORGE_FOLDERS) for part in re.split(r"[/\\]", path))


class FileLocation(NamedTuple):
    """How to address a file: by its name in an open folder, or by its path if the system has no such operations."""

    name: str
    folder_descriptor: int | None


class SafeFolder:
    """The files of a folder below a root. The root is trusted; links in the path of the root itself are followed.

    Each folder is opened within the one before and stays open until another is needed, so that no link can be swapped in.
    Where the system cannot do that, each folder is checked before it is used. Methods raise `OSError`.
    """

    def __init__(self, root: Path, folder: str = "") -> None:
        self._root = os.fspath(root)
        self._prefix = f"{folder}/" if folder else ""
        self._open_names: list[str] = []
        self._descriptors: list[int] = []
        self._entered_folder: str | None = None
        self.created_folders: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the open folders."""
        self._entered_folder = None
        self._close(0)

    def read(self, path: str) -> tuple[bytes, int]:
        """The content and the mode of a regular file."""
        descriptor = self.open_for_reading(path)
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise OSError(errno.EINVAL, "it is not a regular file", path)
            return b"".join(iter(lambda: os.read(descriptor, status.st_size + 1), b"")), status.st_mode
        finally:
            os.close(descriptor)

    def open_for_reading(self, path: str) -> int:
        """The descriptor of an open file."""
        name, folder = self.locate(path)
        return os.open(name, _READ_FLAGS, dir_fd=folder)

    def stat(self, path: str) -> os.stat_result:
        """The status of a file, a folder or a link."""
        name, folder = self.locate(path)
        return os.stat(name, dir_fd=folder, follow_symlinks=False)

    def names(self, path: str) -> list[str]:
        """The names in a folder."""
        folder = self._enter(path)
        return os.listdir(self._full_path(path) if folder is None else folder)

    def create(self, path: str, content: bytes, mode: int = 0o666) -> os.stat_result:
        """Create a file with its full content, or none; its folder is created too. Returns the status of the file."""
        return self.create_from_parts(path, (content,), mode)

    def create_from_parts(self, path: str, parts: Iterable[bytes], mode: int = 0o666) -> os.stat_result:
        """The same for content that is not held as a whole."""
        name, folder = self.locate(path, create=True)
        descriptor = os.open(name, _CREATE_FLAGS, mode, dir_fd=folder)
        try:
            return _write(descriptor, parts)
        except BaseException:
            with suppress(OSError):
                os.unlink(name, dir_fd=folder)
            raise

    def open_new(self, path: str) -> int:
        """The descriptor of a new file, for reading and writing; its folder is created too."""
        name, folder = self.locate(path, create=True)
        return os.open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL | _NO_FOLLOW, 0o666, dir_fd=folder)

    def overwrite(self, path: str, content: bytes) -> None:
        """Write a file in place, which can be a pipe or a device; its folder is created too."""
        name, folder = self.locate(path, create=True)
        _write(os.open(name, _OVERWRITE_FLAGS, 0o666, dir_fd=folder), (content,))

    def replace(self, path: str, content: bytes, permissions: int | None = None) -> None:
        """Replace a file, or create it: at each moment it has its old or its new content."""
        temporary_path = f"{path.rpartition('/')[0]}/.{secrets.token_hex(8)}".removeprefix("/")
        self.create(temporary_path, content)
        try:
            temporary_name, folder = self.locate(temporary_path)
            if permissions is not None:
                os.chmod(temporary_name, permissions, dir_fd=folder)
            os.replace(temporary_name, self.locate(path).name, src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            with suppress(OSError):
                self.remove(temporary_path)
            raise

    def move_from(self, source: "SafeFolder", source_path: str, path: str) -> None:
        """Move a file from another folder, and replace what is there; the file's new folder is created too."""
        name, folder = self.locate(path, create=True)
        source_name, source_folder = source.locate(source_path)
        try:
            os.replace(source_name, name, src_dir_fd=source_folder, dst_dir_fd=folder)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            content, mode = source.read(source_path)
            self.replace(path, content, stat.S_IMODE(mode))
            source.remove(source_path)

    def remove(self, path: str) -> None:
        """Remove a file or a link."""
        name, folder = self.locate(path)
        os.unlink(name, dir_fd=folder)

    def make_folder(self, path: str) -> None:
        """Create a folder and those above it."""
        self._enter(path, create=True)

    def remove_folder(self, path: str) -> None:
        """Remove an empty folder."""
        name, folder = self.locate(path)
        os.rmdir(name, dir_fd=folder)

    def locate(self, path: str, *, create: bool = False) -> FileLocation:
        """Where the system finds a file, until another folder is entered."""
        parent, _, name = path.rpartition("/")
        folder = self._enter(parent, create=create)
        if is_in_git_folder(name):
            raise _git_folder_error(path)
        return FileLocation(self._full_path(path) if folder is None else name, folder)

    def _full_path(self, path: str) -> str:
        return f"{self._root}/{self._prefix}{path}".rstrip("/")

    def _enter(self, folder: str, *, create: bool = False) -> int | None:
        """Open a folder; the descriptor is valid until another folder is entered."""
        if folder == self._entered_folder:
            return self._descriptors[-1]
        names = [name for name in f"{self._prefix}{folder}".split("/") if name]
        if any(name in {".", ".."} or is_in_git_folder(name) for name in names):
            raise _git_folder_error("/".join(names))
        if not _HAS_DIR_FD:
            self._check_folders(names, create=create)
            return None
        if not self._descriptors:
            self._descriptors.append(os.open(self._root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC))
        count = 0
        while count < min(len(names), len(self._open_names)) and names[count] == self._open_names[count]:
            count += 1
        self._entered_folder = None
        self._close(count + 1)
        for name in names[count:]:
            self._descriptors.append(self._open_folder(name, create=create))
            self._open_names.append(name)
        self._entered_folder = folder
        return self._descriptors[-1]

    def _open_folder(self, name: str, *, create: bool) -> int:
        parent = self._descriptors[-1]
        try:
            return os.open(name, _FOLDER_FLAGS, dir_fd=parent)
        except FileNotFoundError:
            if not create:
                raise
        with suppress(FileExistsError):  # another process was faster
            os.mkdir(name, dir_fd=parent)
            self.created_folders.append("/".join((*self._open_names, name)).removeprefix(self._prefix))
        return os.open(name, _FOLDER_FLAGS, dir_fd=parent)

    def _check_folders(self, names: list[str], *, create: bool) -> None:
        """For systems without operations in open folders: check first."""
        path = self._root
        for index, name in enumerate(names):
            path = f"{path}/{name}"
            if create and not os.path.lexists(path):
                os.mkdir(path)
                self.created_folders.append("/".join(names[: index + 1]).removeprefix(self._prefix))
            if not stat.S_ISDIR(os.lstat(path).st_mode):
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), path)

    def _close(self, count: int) -> None:
        """Close all open folders but the first ones."""
        while len(self._descriptors) > count:
            os.close(self._descriptors.pop())
        del self._open_names[max(count - 1, 0) :]


def _git_folder_error(path: str) -> UsageError:
    return UsageError(
        f"`{path}` is not written: it is in git's own folder, or leads elsewhere", help="choose another path"
    )


def _write(descriptor: int, parts: Iterable[bytes]) -> os.stat_result:
    """Write the whole content and close the file; returns its status."""
    try:
        for content in parts:
            view = memoryview(content)
            while view:
                view = view[os.write(descriptor, view) :]
        return os.fstat(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def os_errors(action: str, path: str) -> Iterator[None]:
    """Turn an `OSError` into a `HostError` that says what failed, at which path, and why."""
    try:
        yield
    except OSError as error:
        raise os_failure(action, path, error) from error


def os_failure(action: str, path: str, error: OSError) -> HostError:
    """The same as a function, for code in which a context manager would cost more than the work."""
    if error.errno in {errno.ELOOP, errno.ENOTDIR}:
        return HostError(
            f"cannot {action} `{path}`: a symbolic link or a file is where a folder is expected",
            help="replace the link or the file by a folder and run the command again",
        )
    return HostError(
        f"cannot {action} `{path}`: {error.strerror or error}",
        help="correct what the system reports and run the command again; each file has its old or its new content",
    )
