"""Digests of plain data: equal data, equal digest, whatever the order of keys."""

import hashlib
import json

from compiler.values import Json


def digest(data: Json) -> str:
    """`sha256:` and the digest of the data as JSON with sorted keys and no spaces."""
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def bytes_digest(content: bytes) -> str:
    """`sha256:` and the digest of the bytes."""
    return "sha256:" + hashlib.sha256(content).hexdigest()
