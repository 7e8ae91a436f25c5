"""`modelyard digest`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from compiler.artifacts.artifact_digest import ArtifactDigest
from compiler.artifacts.locations import artifact_digest
from compiler.commands.common.digest_progress import digest_progress
from compiler.commands.common.streams import write_output
from compiler.foundation.errors import UsageError
from compiler.foundation.json_data import Object


def show_digests(*, locations: tuple[str, ...], lists_files: bool, format_: str, output: Path | None) -> None:
    """Print the digest of each location."""
    if lists_files and len(locations) > 1 and format_ == "text":
        raise UsageError("--files lists the files of one folder", help="Name one folder, or use --format json.")
    with digest_progress() as progress:
        digests = [(location, artifact_digest(location, progress)) for location in locations]
    if format_ == "json":
        entries = [_json_entry(location, digest, lists_files=lists_files) for location, digest in digests]
        write_output(json.dumps({"version": 1, "digests": entries}, indent=2, ensure_ascii=False) + "\n", output)
    elif lists_files:
        write_output(_listing(*digests[0]), output)
    else:
        write_output(_lines(digests), output)


def _lines(digests: Sequence[tuple[str, ArtifactDigest]]) -> str:
    return "".join(f"{digest.digest}  {location}\n" for location, digest in digests)


def _listing(location: str, digest: ArtifactDigest) -> str:
    if digest.kind == "manifest":
        raise UsageError(f"{location} is a manifest, which has no files", help="Remove --files.")
    return "".join(f"{file.sha256}  {file.path}\n" for file in digest.files)


def _json_entry(location: str, digest: ArtifactDigest, *, lists_files: bool) -> Object:
    entry: Object = {"location": location, "kind": digest.kind, "digest": digest.digest}
    if digest.revision is not None:
        entry = {**entry, "revision": digest.revision}
    if digest.kind != "manifest":
        entry = {**entry, "fileCount": len(digest.files), "size": sum(file.size for file in digest.files)}
        if lists_files:
            files: list[Object] = [
                {"path": file.path, "sha256": file.sha256, "size": file.size} for file in digest.files
            ]
            entry = {**entry, "files": files}
    return entry
