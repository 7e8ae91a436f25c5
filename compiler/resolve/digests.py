"""Digests of JSON data: equal data have equal digests, whatever the order of keys."""

import hashlib
import json
from collections.abc import Mapping

from compiler.foundation.json_data import Json

_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(data: Json) -> str:
    """`sha256:` and the digest of the data as JSON with sorted keys and without spaces."""
    return "sha256:" + hashlib.sha256(_CANONICAL.encode(data).encode()).hexdigest()


def folder_hash(files: Mapping[str, bytes]) -> str:
    """The digest that `sha256sum | sha256sum` gives for the files in order of path: in-toto's `dirHash`, 64 hexadecimal digits.

    https://github.com/in-toto/attestation/blob/main/spec/v1/digest_set.md
    """
    lines = (f"{hashlib.sha256(files[path]).hexdigest()}  {path}\n" for path in sorted(files, key=str.encode))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def bytes_digest(content: bytes) -> str:
    """`sha256:` and the digest of the bytes."""
    return "sha256:" + hashlib.sha256(content).hexdigest()
