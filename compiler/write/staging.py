"""New contents of files in a folder of their own, with what to do with them, until all of them are known. Nothing else changes before."""

import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

from compiler.foundation.packed_content import Content, content_parts
from compiler.foundation.safe_folder import SafeFolder, os_errors, os_failure
from compiler.plan.output_paths import STATE_FOLDER
from compiler.write.file_stat import UNKNOWN_STAT, FileStat
from compiler.write.journal import JOURNAL_PATH, JournalHeader, Operation, encode_journal, encode_operation

_BUFFER_SIZE = 1 << 16


class StagedFile(NamedTuple):
    """The name of a staged file, and its stat data, which it keeps when it is moved."""

    name: str | None
    stat: FileStat


NOT_STAGED = StagedFile(None, UNKNOWN_STAT)
"""Stands for a file of a build that will write nothing."""


class Staging:
    """The staged files of one write, and their operations. The folder is made when the first file is staged."""

    def __init__(self, root: Path, folder: str) -> None:
        self._root = root
        self._files = SafeFolder(root, folder)
        self._name = f"staging-{secrets.token_hex(8)}"
        self._folder = f"{STATE_FOLDER}/{self._name}"
        self._count = 0
        self._has_folder = False
        self._file_writes = _OperationFile(self._files, f"{self._folder}/writes")
        self._lock_changes = _OperationFile(self._files, f"{self._folder}/locks")

    def put(self, path: str, content: Content, *, executable: bool = False) -> StagedFile:
        """Stage the content of a path; raises `HostError`."""
        self._make_folder()
        name = str(self._count)
        self._count += 1
        try:
            mode = 0o777 if executable else 0o666
            status = self._files.create_from_parts(f"{self._folder}/{name}", content_parts(content), mode)
        except OSError as error:
            raise os_failure("write", path, error) from error
        return StagedFile(name, FileStat.of(status))

    def add_write(self, operation: Operation) -> None:
        """Add the operation of a staged file."""
        self._add(self._file_writes, operation)

    def add_lock_change(self, operation: Operation) -> None:
        """Add the operation of a lock; all of them follow those of files."""
        self._add(self._lock_changes, operation)

    def commit(self, first_operations: Iterable[Operation], last_operations: Iterable[Operation]) -> int:
        """Write the journal, which is the point of no return: the files are no longer removed by `close`.

        The operations come before and after those of staged files. Returns the time of the file system in nanoseconds.
        """
        self._make_folder()
        first, last = (list(map(encode_operation, operations)) for operations in (first_operations, last_operations))
        with os_errors("write", JOURNAL_PATH):
            count = len(first) + self._file_writes.count + len(last) + self._lock_changes.count
            lines = (
                part for parts in (first, self._file_writes.read(), last, self._lock_changes.read()) for part in parts
            )
            header = JournalHeader(self._name, self._files.stat(self._folder).st_ino, count)
            status = self._files.create_from_parts(f"{self._folder}/journal", encode_journal(header, lines))
            self._files.move_from(self._files, f"{self._folder}/journal", JOURNAL_PATH)
        self._has_folder = False
        return status.st_mtime_ns

    def close(self) -> None:
        """Remove the staged files, unless they were committed."""
        self._file_writes.close()
        self._lock_changes.close()
        if self._has_folder:
            self._has_folder = False
            with suppress(OSError):
                remove_staging(self._files, self._name)
        self._files.close()

    def _add(self, file: "_OperationFile", operation: Operation) -> None:
        self._make_folder()
        try:
            file.append(operation)
        except OSError as error:
            raise os_failure("write", operation.path, error) from error

    def _make_folder(self) -> None:
        if not self._has_folder:
            with os_errors("make the folder", os.fspath(self._root)):
                os.makedirs(self._root, exist_ok=True)
            with os_errors("make the folder", self._folder):
                self._has_folder = True
                self._files.make_folder(self._folder)


class _OperationFile:
    """Operations in a file, so that any number of them needs no memory."""

    def __init__(self, files: SafeFolder, path: str) -> None:
        self._files, self._path = files, path
        self._file: BinaryIO | None = None
        self.count = 0

    def append(self, operation: Operation) -> None:
        """Add an operation."""
        if self._file is None:
            self._file = os.fdopen(self._files.open_new(self._path), "w+b", _BUFFER_SIZE)
        self._file.write(encode_operation(operation))
        self.count += 1

    def read(self) -> Iterator[bytes]:
        """The lines of all operations, in large parts."""
        if self._file is not None:
            self._file.seek(0)
            while part := self._file.read(_BUFFER_SIZE):
                yield part

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            with suppress(OSError):  # what is not written yet does not fit on the disk
                self._file.close()
            self._file = None


def remove_staging(files: SafeFolder, name: str) -> None:
    """Remove a folder of staged files."""
    folder = f"{STATE_FOLDER}/{name}"
    for file_name in files.names(folder):
        files.remove(f"{folder}/{file_name}")
    files.remove_folder(folder)
    with suppress(OSError):
        files.remove_folder(STATE_FOLDER)
