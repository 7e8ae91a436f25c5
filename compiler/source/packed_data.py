"""Data as bytes, from which exactly the same data is decoded: the order of keys and the types of numbers are kept."""

import hashlib
import json

import msgspec

from compiler.foundation.json_data import Object

DECODE_ERRORS = (msgspec.DecodeError, RecursionError)
_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(dict)


def pack(data: Object) -> bytes | None:
    """The data as bytes; `None` if it holds a value that MessagePack has not: an integer of more than 64 bits, a lone surrogate."""
    try:
        return _ENCODER.encode(data)
    except (OverflowError, UnicodeEncodeError, RecursionError):
        return None


def unpack(content: bytes) -> Object:
    """The data that was packed; raises one of `DECODE_ERRORS` for other bytes."""
    return _DECODER.decode(content)


def packed_digest(content: bytes) -> bytes:
    """A digest of packed data, equal for equal data with the same order of keys."""
    return hashlib.blake2b(content, digest_size=16).digest()


def data_digest(data: Object) -> bytes:
    """The digest of data that may not be packed."""
    return packed_digest(pack(data) or json.dumps(data).encode())


def readable_text(content: bytes) -> str:
    """Packed data as JSON with one value per line, in which secrets can be found."""
    return msgspec.json.format(msgspec.json.encode(unpack(content)), indent=1).decode()
