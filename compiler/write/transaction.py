"""Changes files so that a kill at any moment loses nothing: stage, journal, rename, drop the journal.

Before the journal exists, nothing has changed. From then on the next build completes the changes (`complete_interrupted`) with the code
that would have done it here. A file that has neither its old nor its new content was changed by someone else, and is kept.
"""

import errno
import secrets
import stat
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from compiler.foundation.safe_folder import SafeFolder, os_errors, os_failure
from compiler.plan.output_paths import STATE_FOLDER, parent_folders
from compiler.write.filesystem import HAS_EXECUTABLE_BIT, digest_of
from compiler.write.journal import (
    JOURNAL_PATH,
    STAGING_NAME,
    DamagedJournalError,
    Journal,
    Operation,
    decode_journal,
    encode_journal,
)
from compiler.write.lock_files import lock_path

_UNREACHABLE = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP}
_OTHER = "other"
"""Stands for the digest of what is not a regular file."""


@dataclass(frozen=True, slots=True)
class StagedChange:
    """An operation, and the content that it writes; `None` if it removes the file."""

    operation: Operation
    content: bytes | None = None


def run_transaction(
    root: Path, folder: str, changes: Sequence[StagedChange], on_write: Callable[[], object]
) -> tuple[Operation, ...]:
    """Make the changes; returns those of files that someone else changed in the meantime, which are kept.

    `on_write` is called once per file other than a lock.
    """
    with SafeFolder(root, folder) as files, SafeFolder(root, folder) as staging:
        staging_name = f"staging-{secrets.token_hex(8)}"
        try:
            journal = _stage(files, staging, staging_name, changes)
        except BaseException:
            with suppress(OSError):
                _remove_staging(staging, staging_name)
            raise
        return _complete(files, staging, journal, on_write)


def complete_interrupted(root: Path, folder: str) -> tuple[Operation, ...] | None:
    """Complete the changes of a killed build; returns those of files that were kept, and `None` if there was nothing to complete.

    Raises `DamagedJournalError` for a journal that was not written here.
    """
    with SafeFolder(root, folder) as files, SafeFolder(root, folder) as staging:
        journal = _read_journal(files)
        kept = _complete(files, staging, journal) if journal else None
        for name in _list_state_folder(files):
            if STAGING_NAME.fullmatch(name):
                _remove_staging(staging, name)
        return kept


def is_interrupted(root: Path, folder: str) -> bool:
    """Whether a killed build left changes to complete."""
    with SafeFolder(root, folder) as files:
        return "journal.json" in _list_state_folder(files)


def _list_state_folder(files: SafeFolder) -> list[str]:
    try:
        return files.names(STATE_FOLDER)
    except OSError as error:
        if error.errno not in _UNREACHABLE:
            raise os_failure("list", STATE_FOLDER, error) from error
        return []  # a link is reported by the plan


def _stage(files: SafeFolder, staging: SafeFolder, staging_name: str, changes: Sequence[StagedChange]) -> Journal:
    """Write the new contents and the journal, which is the point of no return."""
    folder = f"{STATE_FOLDER}/{staging_name}"
    with os_errors("make the folder", folder):
        staging.make_folder(folder)
    for index, change in enumerate(changes):
        if change.content is not None:
            mode = 0o777 if change.operation.executable else 0o666
            try:
                staging.create(f"{folder}/{index}", change.content, mode)
            except OSError as error:
                raise os_failure("write", change.operation.path, error) from error
    with os_errors("write", JOURNAL_PATH):
        journal = Journal(staging_name, staging.stat(folder).st_ino, tuple(change.operation for change in changes))
        staging.create(f"{folder}/journal", encode_journal(journal))
        files.move_from(staging, f"{folder}/journal", JOURNAL_PATH)
    return journal


def _read_journal(files: SafeFolder) -> Journal | None:
    if "journal.json" not in _list_state_folder(files):
        return None
    with os_errors("read", JOURNAL_PATH):
        journal = decode_journal(files.read(JOURNAL_PATH)[0])
    try:
        inode = files.stat(journal.staging_folder).st_ino
    except FileNotFoundError:
        inode = None
    if inode != journal.staging_inode:
        raise DamagedJournalError("it was written in another folder")
    return journal


def _complete(
    files: SafeFolder, staging: SafeFolder, journal: Journal, on_write: Callable[[], object] = lambda: None
) -> tuple[Operation, ...]:
    """Do what is still to do; any number of runs have the same result."""
    foreign_units = _units_with_foreign_locks(files, journal)
    kept = []
    for index, operation in enumerate(journal.operations):
        if operation.unit in foreign_units:
            continue
        if not _advance(files, staging, operation, f"{journal.staging_folder}/{index}"):
            kept.append(operation)
        if operation.path != lock_path(operation.unit):
            on_write()
    with os_errors("remove", JOURNAL_PATH):
        files.remove(JOURNAL_PATH)
    with os_errors("remove", journal.staging_folder):
        _remove_staging(staging, journal.staging_name)
    return tuple(kept)


def _units_with_foreign_locks(files: SafeFolder, journal: Journal) -> frozenset[str]:
    """Units whose lock changed after the kill, as by a checkout of another branch: the journal does not describe their files."""
    return frozenset(
        operation.unit
        for operation in journal.operations
        if operation.path == lock_path(operation.unit)
        and _file_state(files, operation.path)[0] not in {operation.old_digest, operation.new_digest}
    )


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
            with suppress(FileNotFoundError):  # the staged file was moved before, and its change undone since
                files.move_from(staging, staged_path, operation.path)
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


def _remove_staging(staging: SafeFolder, staging_name: str) -> None:
    folder = f"{STATE_FOLDER}/{staging_name}"
    for name in staging.names(folder):
        staging.remove(f"{folder}/{name}")
    staging.remove_folder(folder)
    with suppress(OSError):
        staging.remove_folder(STATE_FOLDER)
