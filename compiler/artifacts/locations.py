"""The location of an artifact: a local path, or a URI of a store, a model hub or a registry."""

import re
from pathlib import Path

from compiler.artifacts.artifact_digest import ArtifactDigest, Progress
from compiler.artifacts.local_digest import local_digest
from compiler.artifacts.stores.store_readers import stored_digest

_URI = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://(.*)", re.DOTALL)


def artifact_digest(location: str, progress: Progress) -> ArtifactDigest:
    """The digest of what the path or the URI names. Only a URI uses the network."""
    match = _URI.fullmatch(location)
    if match is None:
        return local_digest(Path(location), progress)
    scheme, rest = match.groups()
    return local_digest(Path(rest), progress) if scheme == "file" else stored_digest(scheme, rest, progress)
