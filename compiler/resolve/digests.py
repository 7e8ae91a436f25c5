"""Digests of JSON data: equal data have equal digests, whatever the order of keys."""

import hashlib
import json
from collections.abc import Mapping

from compiler.artifacts.artifact_digest import listing_hash
from compiler.foundation.json_data import Json

_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(data: Json) -> str:
    """`sha256:` and the digest of the data as JSON with sorted keys and without spaces."""
    return "sha256:" + hashlib.sha256(_CANONICAL.encode(data).encode()).hexdigest()


def folder_hash(files: Mapping[str, bytes]) -> str:
    """The digest of a folder with these files, 64 hexadecimal digits."""
    return listing_hash((path, hashlib.sha256(files[path]).hexdigest()) for path in sorted(files, key=str.encode))


def bytes_digest(content: bytes) -> str:
    """`sha256:` and the digest of the bytes."""
    return "sha256:" + hashlib.sha256(content).hexdigest()
