"""The files to write."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from compiler.foundation.packed_content import Content
from compiler.write.lock_files import digest_of


@dataclass(frozen=True, slots=True)
class OutputFile:
    """One file: its path below the root, its content, its emitter and its sources.

    `commit_path` is its path in the repository if it is committed.
    """

    path: str
    content: Content
    emitter: str
    sources: tuple[str, ...]
    executable: bool = False
    commit_path: str | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """Files that are owned together under one lock: a model in an environment, a model's records, the repository's CI."""

    id: str
    files: tuple[OutputFile, ...]


DigestedFile: TypeAlias = tuple[OutputFile, str]
"""A file and the digest of its content."""


def unit_digest(files: Iterable[DigestedFile]) -> str:
    """The digest of all that a unit writes."""
    lines = (
        f"{digest} {file.path!r} {file.commit_path!r} {file.emitter} {file.sources!r} {file.executable}"
        for file, digest in files
    )
    return digest_of("\n".join(lines).encode())
