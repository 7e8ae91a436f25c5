"""What the store holds of the files of specs: an index of the work tree, and the data of each file by its git blob id."""

from collections.abc import Iterable

import msgspec

from compiler.source.packed_data import DECODE_ERRORS
from compiler.source.tree import FileStamp


class StoredDocument(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A document without its data. `facts` is what a loader wants to know without the data; empty if it must load the document."""

    index: int
    line: int
    data_digest: bytes
    facts: bytes = b""


class StoredFile(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A file of the work tree. Without a stamp it must be read again, because it may have changed after it was read."""

    path: str
    blob_id: str
    stamp: FileStamp | None
    documents: tuple[StoredDocument, ...]
    has_tool_comments: bool


class StoredContents(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The documents of a blob, and the packed data of each."""

    documents: tuple[StoredDocument, ...]
    packed_data: tuple[bytes, ...]
    has_tool_comments: bool


_ENCODER = msgspec.msgpack.Encoder()
_FILES_DECODER = msgspec.msgpack.Decoder(list[StoredFile])
_CONTENTS_DECODER = msgspec.msgpack.Decoder(StoredContents)


def encode_files(files: Iterable[StoredFile]) -> bytes:
    """The index as bytes."""
    return _ENCODER.encode(list(files))


def decode_files(content: bytes | None) -> list[StoredFile]:
    """The index; empty if there is none."""
    try:
        return _FILES_DECODER.decode(content) if content else []
    except DECODE_ERRORS:
        return []


def encode_contents(contents: StoredContents) -> bytes:
    """The documents of a blob as bytes."""
    return _ENCODER.encode(contents)


def decode_contents(content: bytes | None) -> StoredContents | None:
    """The documents of a blob; `None` if they are not stored."""
    try:
        contents = _CONTENTS_DECODER.decode(content) if content else None
    except DECODE_ERRORS:
        return None
    return contents if contents and len(contents.documents) == len(contents.packed_data) else None
