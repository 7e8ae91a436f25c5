"""Changes files so that a kill at any moment loses nothing: stage, journal, rename, drop the journal.

Before the journal exists, nothing has changed. From then on this build, or the next one if this one is killed, does the operations of the
journal. A file that has neither its old nor its new content was changed by someone else, and is kept.
"""

import errno
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from compiler.foundation.safe_folder import SafeFolder, os_errors, os_failure
from compiler.plan.output_paths import STATE_FOLDER, parent_folders
from compiler.write.filesystem import HAS_EXECUTABLE_BIT
from compiler.write.journal import (
    JOURNAL_PATH,
    STAGING_NAME,
    DamagedJournalError,
    Interruption,
    JournalHeader,
    Operation,
    decode_header,
    decode_operations,
)
from compiler.write.lock_files import digest_of, lock_path
from compiler.write.staging import remove_staging

_UNREACHABLE = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP}
_OTHER = "other"
"""Stands for the digest of what is not a regular file."""


class Completion(NamedTuple):
    """The completion of a killed build: what it had left, and the operations of files that someone else changed, which are kept."""

    interruption: Interruption
    kept_operations: tuple[Operation, ...]


def complete(root: Path, folder: str, on_step: Callable[[], object]) -> tuple[Operation, ...]:
    """Do the operations of the journal that this process wrote; returns those of files that someone else changed in the meantime.

    `on_step` is called once per operation.
    """
    with SafeFolder(root, folder) as files, SafeFolder(root, folder) as staging:
        return _complete(files, staging, frozenset(), on_step)


def complete_interrupted(root: Path, folder: str) -> Completion | None:
    """Complete the changes of a killed build; `None` if there was nothing to complete.

    Raises `DamagedJournalError` for a journal that was not written here.
    """
    with SafeFolder(root, folder) as files, SafeFolder(root, folder) as staging:
        completion = None
        if _has_journal(files):
            interruption = _read_interruption(files)
            completion = Completion(interruption, _complete(files, staging, _units_with_foreign_locks(files)))
        for name in filter(STAGING_NAME.fullmatch, _list_state_folder(files)):
            with os_errors("remove", f"{STATE_FOLDER}/{name}"):
                remove_staging(staging, name)
        return completion


def find_interruption(root: Path, folder: str) -> Interruption | None:
    """What a killed build left to complete, if anything; raises `DamagedJournalError`."""
    with SafeFolder(root, folder) as files:
        return _read_interruption(files) if _has_journal(files) else None


def _has_journal(files: SafeFolder) -> bool:
    return JOURNAL_PATH.rpartition("/")[2] in _list_state_folder(files)


def _list_state_folder(files: SafeFolder) -> list[str]:
    try:
        return files.names(STATE_FOLDER)
    except OSError as error:
        if error.errno not in _UNREACHABLE:
            raise os_failure("list", STATE_FOLDER, error) from error
        return []  # a link is reported by the plan


@contextmanager
def _open_journal(
    files: SafeFolder, *, is_trusted: bool = False
) -> Iterator[tuple[JournalHeader, Iterator[Operation]]]:
    """The header of the journal, and its operations, read one by one; `is_trusted` if they were checked."""
    with os_errors("read", JOURNAL_PATH), open(files.open_for_reading(JOURNAL_PATH), "rb") as file:
        header = decode_header(file.readline())
        yield header, decode_operations(header, file, is_trusted=is_trusted)


def _read_interruption(files: SafeFolder) -> Interruption:
    """Count the changes; all of them are checked before the first is done."""
    with _open_journal(files) as (header, operations):
        staged_names = _staged_names(files, header)
        done_count = sum(_is_done(files, operation, staged_names) for operation in operations)
    return Interruption(header.operation_count, done_count)


def _staged_names(files: SafeFolder, header: JournalHeader) -> frozenset[str]:
    try:
        inode = files.stat(header.staging_folder).st_ino
    except FileNotFoundError:
        inode = None
    if inode != header.staging_inode:
        raise DamagedJournalError("it was written in another folder")
    return frozenset(files.names(header.staging_folder))


def _is_done(files: SafeFolder, operation: Operation, staged_names: frozenset[str]) -> bool:
    if operation.staged_name is not None:
        return operation.staged_name not in staged_names
    return _file_state(files, operation.path)[0] is None


def _units_with_foreign_locks(files: SafeFolder) -> frozenset[str]:
    """Units whose lock changed after the kill, as by a checkout of another branch: the journal does not describe their files."""
    with _open_journal(files) as (_, operations):
        return frozenset(
            operation.unit
            for operation in operations
            if operation.path == lock_path(operation.unit)
            and _file_state(files, operation.path)[0] not in {operation.old_digest, operation.new_digest}
        )


def _complete(
    files: SafeFolder,
    staging: SafeFolder,
    foreign_units: frozenset[str],
    on_step: Callable[[], object] = lambda: None,
) -> tuple[Operation, ...]:
    """Do what is still to do; any number of runs have the same result."""
    kept_operations = []
    with _open_journal(files, is_trusted=True) as (header, operations):
        for operation in operations:
            staged_path = f"{header.staging_folder}/{operation.staged_name}"
            if operation.unit not in foreign_units and not _advance(files, staging, operation, staged_path):
                kept_operations.append(operation)
            on_step()
    with os_errors("remove", JOURNAL_PATH):
        files.remove(JOURNAL_PATH)
    with os_errors("remove", header.staging_folder):
        remove_staging(staging, header.staging_name)
    return tuple(kept_operations)


def _advance(files: SafeFolder, staging: SafeFolder, operation: Operation, staged_path: str) -> bool:
    """Do one operation unless it is done; false if the file has neither its old nor its new content."""
    if not _change_file(files, staging, operation, staged_path):
        return False
    if operation.new_digest is None:
        _remove_empty_folders(files, operation.path)
    return True


def _change_file(files: SafeFolder, staging: SafeFolder, operation: Operation, staged_path: str) -> bool:
    try:
        digest, executable = _file_state(files, operation.path)
        is_mode_change = operation.old_digest == operation.new_digest and executable != operation.executable
        if digest == operation.new_digest and not is_mode_change:
            return True
        if operation.new_digest is None and digest == _OTHER:
            return True  # the file is gone, and a later operation may have made a folder of its name
        if digest != operation.old_digest:
            return False
        if operation.new_digest is None:
            files.remove(operation.path)
        else:
            try:  # noqa: SIM105 - entering a context manager for each file takes as long as a system call
                files.move_from(staging, staged_path, operation.path)
            except FileNotFoundError:
                pass  # the staged file was moved before, and its change undone since
    except OSError as error:
        raise os_failure("write" if operation.new_digest else "remove", operation.path, error) from error
    return True


def _file_state(files: SafeFolder, path: str) -> tuple[str | None, bool]:
    """The digest of a file, and whether it is executable; no digest if there is no file."""
    try:
        content, mode = files.read(path)
    except FileNotFoundError:
        return None, False
    except OSError as error:
        if error.errno in {errno.EACCES, errno.EIO}:
            raise
        return _OTHER, False
    return digest_of(content), bool(mode & stat.S_IXUSR) and HAS_EXECUTABLE_BIT


def _remove_empty_folders(files: SafeFolder, path: str) -> None:
    """Remove the folders that held nothing but the file, nearest first."""
    for folder in parent_folders(path):
        try:
            files.remove_folder(folder)
        except FileNotFoundError:
            continue
        except OSError:
            return
