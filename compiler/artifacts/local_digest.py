"""The digest of a local file or folder."""

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from compiler.artifacts.artifact_digest import (
    CHUNK_BYTES,
    HUB_STATE_FOLDER,
    ArtifactDigest,
    FileDigest,
    Progress,
    folder_digest,
    require_listable,
)
from compiler.foundation.errors import HostError, UsageError


@dataclass(frozen=True, slots=True)
class _LocalFile:
    path: str
    source: str
    size: int


def local_digest(path: Path, progress: Progress) -> ArtifactDigest:
    """The digest of the file or folder; raises `UsageError` if it has none, and `HostError` if it cannot be read."""
    try:
        if path.is_dir():
            local_files = list(_folder_files(str(path), ""))
            progress.expect(sum(file.size for file in local_files))
            return folder_digest(_digest_file(file, progress) for file in local_files)
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise UsageError(f"{path} is neither a file nor a folder", help="Name a regular file or a folder.")
        local_file = _LocalFile(path.name, str(path), status.st_size)
        progress.expect(local_file.size)
        file_digest = _digest_file(local_file, progress)
    except FileNotFoundError as error:
        raise UsageError(f"{error.filename} does not exist", help="Check the path.") from error
    except OSError as error:
        raise HostError(f"cannot read {error.filename or path}: {error.strerror}") from error
    return ArtifactDigest("file", f"sha256:{file_digest.sha256}", (file_digest,))


def _folder_files(folder: str, prefix: str) -> Iterator[_LocalFile]:
    """Regular files at any depth; raises `UsageError` for anything else, which a listing of files would hide."""
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            path = f"{prefix}{entry.name}"
            require_listable(path, folder)
            if entry.is_symlink():
                raise UsageError(
                    f"{entry.path} is a symbolic link, and the digest of a folder covers regular files only",
                    help="Copy the folder with `cp -rL`, so that it contains the file instead of the link.",
                )
            if entry.is_dir(follow_symlinks=False):
                if path != HUB_STATE_FOLDER:
                    yield from _folder_files(entry.path, f"{path}/")
            elif entry.is_file(follow_symlinks=False):
                yield _LocalFile(path, entry.path, entry.stat(follow_symlinks=False).st_size)
            else:
                raise UsageError(
                    f"{entry.path} is neither a file nor a folder",
                    help="Remove it: the digest covers regular files only.",
                )


def _digest_file(file: _LocalFile, progress: Progress) -> FileDigest:
    content, size = hashlib.sha256(), 0
    with Path(file.source).open("rb", buffering=0) as stream:
        while chunk := stream.read(CHUNK_BYTES):
            content.update(chunk)
            size += len(chunk)
            progress.advance(len(chunk))
    return FileDigest(file.path, content.hexdigest(), size)
