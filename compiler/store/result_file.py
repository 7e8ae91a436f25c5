"""A file with values of a store, to take them to another machine."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TypeAlias

import msgspec

Tables: TypeAlias = Mapping[str, Mapping[str, bytes]]
"""Values by key, by table."""
_MAGIC = b"modelyard results 1\n"
_DIGEST_SIZE = 32
_decoder = msgspec.msgpack.Decoder(tuple[str, dict[str, dict[str, bytes]]])


class DamagedResultsError(ValueError):
    """The bytes are not a complete file of results."""


def encode_results(version: str, tables: Tables) -> bytes:
    """Values of a version of the tool as bytes."""
    body = msgspec.msgpack.encode((version, tables))
    return _MAGIC + hashlib.sha256(body).digest() + body


def decode_results(content: bytes) -> tuple[str, Tables]:
    """The version of the tool, and the values; raises `DamagedResultsError`."""
    start = len(_MAGIC) + _DIGEST_SIZE
    digest, body = content[len(_MAGIC) : start], content[start:]
    if not content.startswith(_MAGIC) or hashlib.sha256(body).digest() != digest:
        raise DamagedResultsError
    try:
        return _decoder.decode(body)
    except msgspec.MsgspecError as error:
        raise DamagedResultsError from error
