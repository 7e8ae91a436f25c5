"""The journal of a write: which files change from which content to which. It exists while files are renamed, and only then."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from json.encoder import encode_basestring_ascii as quote
from typing import NamedTuple

from compiler.plan.output_paths import STATE_FOLDER, invalid_path_reason
from compiler.write.lock_files import unit_from_path

JOURNAL_PATH = f"{STATE_FOLDER}/journal.json"
STAGING_NAME = re.compile(r"staging-[0-9a-f]{16}")
"""The name of a folder of staged files, in the state folder."""
_VERSION = 2
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_STAGED_NAME = re.compile(r"[0-9]+")
_END = b'{"end": true}\n'


class DamagedJournalError(ValueError):
    """The journal cannot be followed; the message is the end of a sentence that says why."""


@dataclass(frozen=True, slots=True)
class Operation:
    """The change of one file, by the digests of its old and new content; `None` for no file. A lock is a file, too.

    `staged_name` is the name of the new content in the staging folder.
    """

    path: str
    unit: str
    old_digest: str | None
    new_digest: str | None
    staged_name: str | None = None
    executable: bool = False


@dataclass(frozen=True, slots=True)
class JournalHeader:
    """The first line of a journal. Operations follow, one per line, in the order in which they are done; the last line marks the end."""

    staging_name: str
    staging_inode: int
    """The number that the file system gave the folder: a journal that came with a commit or a copy has another one."""
    operation_count: int

    @property
    def staging_folder(self) -> str:
        """The path of the staged files."""
        return f"{STATE_FOLDER}/{self.staging_name}"


class Interruption(NamedTuple):
    """What a killed build left: the number of changes in its journal, and of those that are done."""

    change_count: int
    done_count: int


def encode_journal(header: JournalHeader, operation_lines: Iterable[bytes]) -> Iterator[bytes]:
    """The parts of a journal."""
    yield (
        f'{{"version": {_VERSION}, "staging": "{header.staging_name}", "inode": {header.staging_inode},'
        f' "operations": {header.operation_count}}}\n'
    ).encode()
    yield from operation_lines
    yield _END


def encode_operation(operation: Operation) -> bytes:
    """The line of an operation."""
    return (
        f'{{"path": {quote(operation.path)}, "unit": "{operation.unit}", "old": {_quoted(operation.old_digest)},'
        f' "new": {_quoted(operation.new_digest)}, "staged": {_quoted(operation.staged_name)},'
        f' "executable": {"true" if operation.executable else "false"}}}\n'
    ).encode()


def _quoted(text: str | None) -> str:
    """The JSON of a text without special characters."""
    return "null" if text is None else f'"{text}"'


def decode_header(line: bytes) -> JournalHeader:
    """Parse the first line of a journal; raises `DamagedJournalError` if it is invalid."""
    match _decode_line(line):
        case {"version": 2, "staging": str(name), "inode": int(inode), "operations": int(count)} if (
            STAGING_NAME.fullmatch(name)
        ):
            return JournalHeader(name, inode, count)
    raise DamagedJournalError("its header is invalid")


def decode_operations(
    header: JournalHeader, lines: Iterable[bytes], *, is_trusted: bool = False
) -> Iterator[Operation]:
    """Parse the lines after the first; raises `DamagedJournalError` if one is invalid or missing, or names a file that no build writes.

    `is_trusted` skips the checks of lines that this process wrote.
    """
    decode = _decode_trusted_operation if is_trusted else _decode_operation
    for count, line in enumerate(lines):
        if line == _END and count == header.operation_count:
            return
        yield decode(line)
    raise DamagedJournalError("its end is missing")


def _decode_operation(line: bytes) -> Operation:
    match _decode_line(line):
        case {
            "path": str(path),
            "unit": str(unit),
            "old": str() | None as old_digest,
            "new": str() | None as new_digest,
            "staged": str() | None as staged_name,
            "executable": bool(executable),
        } if _is_consistent(old_digest, new_digest, staged_name):
            if invalid_path_reason(path) and unit_from_path(path) is None:
                raise DamagedJournalError(f"no build writes its path {path!r}")
            return Operation(path, unit, old_digest, new_digest, staged_name, executable)
    raise DamagedJournalError("one of its operations is invalid")


def _decode_trusted_operation(line: bytes) -> Operation:
    data = json.loads(line)
    return Operation(
        data["path"], data["unit"], data["old"], data["new"], data["staged"], executable=data["executable"]
    )


def _is_consistent(old_digest: str | None, new_digest: str | None, staged_name: str | None) -> bool:
    return (
        all(digest is None or _DIGEST.fullmatch(digest) for digest in (old_digest, new_digest))
        and (staged_name is None) == (new_digest is None)
        and (staged_name is None or bool(_STAGED_NAME.fullmatch(staged_name)))
    )


def _decode_line(line: bytes) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DamagedJournalError("it is not JSON") from error
