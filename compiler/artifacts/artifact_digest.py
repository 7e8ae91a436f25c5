"""The digest of a file and of a folder, as `sha256sum` computes both."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Protocol

from compiler.foundation.errors import UsageError

HUB_STATE_FOLDER = ".cache/huggingface"
"""The folder in which the client of the Hugging Face Hub keeps its state; it is part of no artifact."""
CHUNK_BYTES = 1 << 20
"""How much of a file is read at once."""


class Progress(Protocol):
    """Receives the progress of a computation."""

    def expect(self, size: int) -> None:
        """The number of bytes that will be read."""

    def advance(self, size: int) -> None:
        """The number of bytes that were read since the last call."""


@dataclass(frozen=True, slots=True)
class FileDigest:
    """A file of an artifact: its path with `/` between its parts, its SHA-256 in hexadecimal digits, its size in bytes."""

    path: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class ArtifactDigest:
    """The digest of an artifact. `revision` is the commit that a revision of a model hub means."""

    kind: Literal["file", "folder", "manifest"]
    digest: str
    files: tuple[FileDigest, ...] = ()
    revision: str | None = None


def folder_digest(files: Iterable[FileDigest], revision: str | None = None) -> ArtifactDigest:
    """The digest of a folder: of the lines that `sha256sum` prints for its files, in the order of the bytes of their paths."""
    ordered_files = tuple(sorted(files, key=lambda file: file.path.encode()))
    lines = ((file.path, file.sha256) for file in ordered_files)
    return ArtifactDigest("folder", f"sha256:{listing_hash(lines)}", ordered_files, revision)


def listing_hash(lines: Iterable[tuple[str, str]]) -> str:
    """The SHA-256 of the lines `digest  path`, one for each path and digest of a file: in-toto's `dirHash`.

    https://github.com/in-toto/attestation/blob/main/spec/v1/digest_set.md
    """
    listing = hashlib.sha256()
    for path, sha256 in lines:
        listing.update(f"{sha256}  {path}\n".encode())
    return listing.hexdigest()


def require_listable(path: str, location: str) -> None:
    """Raise `UsageError` for a path that programs list differently: `sha256sum` escapes backslashes and line breaks."""
    if "\\" in path or any(ord(character) < ord(" ") for character in path) or not _is_unicode(path):
        shown_path = path.encode("unicode_escape", "backslashreplace").decode()
        raise UsageError(
            f"{location} contains the file name {shown_path!r}, for which programs print different lines",
            help="Rename the file: a name is UTF-8 without backslashes and control characters.",
        )


def _is_unicode(path: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in path)
