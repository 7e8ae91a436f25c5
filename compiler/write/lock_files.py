"""Lock files record which files a unit owns: one per unit, so that pull requests about different models do not conflict."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from json.encoder import encode_basestring as quote
from types import MappingProxyType
from typing import TypeAlias

from compiler.foundation.json_data import Json
from compiler.plan.output_paths import LOCKS_FOLDER, invalid_path_reason

LOCK_VERSION = 1
_SUFFIX = ".json"
_EXECUTABLE = ', "executable": true'
_UNIT_PART = re.compile(r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class ManagedFile:
    """A file as it was last written, the emitter that rendered it, and the spec documents that it was rendered from."""

    digest: str
    emitter: str
    sources: tuple[str, ...]
    executable: bool = False


Lock: TypeAlias = Mapping[str, ManagedFile]
"""The files of a unit, by path."""

EMPTY_LOCK: Lock = MappingProxyType({})


def digest_of(content: bytes) -> str:
    """The digest of a file as locks store it."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


class DamagedLockError(ValueError):
    """A lock file cannot be read; the message says why."""


def lock_path(unit: str) -> str:
    """The path of a unit's lock below the root; raises `ValueError` for an invalid id."""
    if not all(_UNIT_PART.fullmatch(part) and not part.endswith(_SUFFIX) for part in unit.split("/")):
        message = f"{unit!r} is not a valid id of a unit"
        raise ValueError(message)
    return f"{LOCKS_FOLDER}/{unit}{_SUFFIX}"


def unit_from_path(path: str) -> str | None:
    """The unit that a lock file belongs to; `None` for any other file."""
    unit = path.removeprefix(f"{LOCKS_FOLDER}/").removesuffix(_SUFFIX)
    try:
        return unit if lock_path(unit) == path else None
    except ValueError:
        return None


def encode_lock(unit: str, lock: Lock) -> bytes:
    """The canonical text of a lock, one line per file: merges and reviews work by line."""
    head = f'{{\n"version": {LOCK_VERSION},\n"unit": {json.dumps(unit)},\n"files": {{\n'
    lines = [f"{quote(path)}: {_encode_file(lock[path])}" for path in sorted(lock)]
    return (head + ",\n".join(lines) + "\n}\n}\n").encode()


def _encode_file(managed_file: ManagedFile) -> str:
    sources = ", ".join(map(quote, managed_file.sources))
    return (
        f'{{"digest": "{managed_file.digest}", "emitter": {quote(managed_file.emitter)}, "sources": [{sources}]'
        f"{_EXECUTABLE if managed_file.executable else ''}}}"
    )


def decode_lock(unit: str, content: bytes) -> Lock:
    """Parse a lock; raises `DamagedLockError` if it is invalid, or names a file that Modelyard would never write."""
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise DamagedLockError("it is not JSON") from error
    if not isinstance(data, dict) or data.get("version") != LOCK_VERSION:
        raise DamagedLockError(f"its version is not {LOCK_VERSION}")
    if data.get("unit") != unit:
        raise DamagedLockError(f"it is not the lock of `{unit}`")
    files = data.get("files")
    return {path: _decode_file(path, entry) for path, entry in files.items()} if isinstance(files, dict) else {}


def _decode_file(path: str, entry: Json) -> ManagedFile:
    if reason := invalid_path_reason(path):
        raise DamagedLockError(f"its path {path!r} {reason}")
    fields = entry if isinstance(entry, dict) else {}
    digest = fields.get("digest")
    if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
        raise DamagedLockError(f"its digest of `{path}` is not valid")
    match fields:
        case {"emitter": str(emitter), "sources": list(sources)}:
            paths = tuple(source for source in sources if isinstance(source, str))
            return ManagedFile(digest, emitter, paths, fields.get("executable") is True)
    raise DamagedLockError(f"its entry of `{path}` has no emitter or no sources")
