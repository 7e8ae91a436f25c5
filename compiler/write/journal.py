"""The journal of a write: which files change from which content to which. It exists while files are renamed, and only then."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from compiler.foundation.json_data import Json
from compiler.plan.output_paths import STATE_FOLDER, invalid_path_reason
from compiler.write.lock_files import unit_from_path

JOURNAL_PATH = f"{STATE_FOLDER}/journal.json"
STAGING_NAME = re.compile(r"staging-[0-9a-f]{16}")
"""The name of a folder of staged files, in the state folder."""
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


class DamagedJournalError(ValueError):
    """The journal cannot be followed; the message is the end of a sentence that says why."""


@dataclass(frozen=True, slots=True)
class Operation:
    """The change of one file, by the digests of its old and new content; `None` for no file. A lock is a file, too.

    The new content is the staged file whose name is the operation's position in the journal.
    """

    path: str
    unit: str
    old_digest: str | None
    new_digest: str | None
    executable: bool = False


@dataclass(frozen=True, slots=True)
class Journal:
    """Operations in the order in which they are done."""

    staging_name: str
    staging_inode: int
    """The number that the file system gave the folder: a journal that came with a commit or a copy has another one."""
    operations: tuple[Operation, ...]

    @property
    def staging_folder(self) -> str:
        """The path of the staged files."""
        return f"{STATE_FOLDER}/{self.staging_name}"


def encode_journal(journal: Journal) -> bytes:
    """The text of a journal, one line per operation."""
    head: dict[str, Json] = {
        "version": 1,
        "staging": journal.staging_name,
        "inode": journal.staging_inode,
    }
    lines = [json.dumps(_encode_operation(operation)) for operation in journal.operations]
    return (json.dumps(head)[:-1] + ', "operations": [\n' + ",\n".join(lines) + "\n]}\n").encode()


def _encode_operation(operation: Operation) -> Mapping[str, Json]:
    return {
        "path": operation.path,
        "unit": operation.unit,
        "old": operation.old_digest,
        "new": operation.new_digest,
        "executable": operation.executable,
    }


def decode_journal(content: bytes) -> Journal:
    """Parse a journal; raises `DamagedJournalError` if it is invalid, or names a file that no build writes."""
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise DamagedJournalError("it is not JSON") from error
    match data:
        case {"version": 1, "staging": str(name), "inode": int(inode), "operations": list(entries)} if (
            STAGING_NAME.fullmatch(name)
        ):
            return Journal(name, inode, tuple(map(_decode_operation, entries)))
    raise DamagedJournalError("its header is invalid")


def _decode_operation(entry: Json) -> Operation:
    match entry:
        case {
            "path": str(path),
            "unit": str(unit),
            "old": str() | None as old_digest,
            "new": str() | None as new_digest,
            "executable": bool(executable),
        } if all(digest is None or _DIGEST.fullmatch(digest) for digest in (old_digest, new_digest)):
            if invalid_path_reason(path) and unit_from_path(path) is None:
                raise DamagedJournalError(f"no build writes its path {path!r}")
            return Operation(path, unit, old_digest, new_digest, executable)
    raise DamagedJournalError("one of its operations is invalid")
