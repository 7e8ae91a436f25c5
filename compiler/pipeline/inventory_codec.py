"""Rows of the inventory as bytes."""

from __future__ import annotations

import zlib
from dataclasses import replace
from typing import NamedTuple

import msgspec

from compiler.inventory.row import Row
from compiler.pipeline.finding_codecs import decoded
from compiler.pipeline.result_keeper import ResultCodec
from compiler.pipeline.result_summaries import content_digest

_COMPRESSION_LEVEL = 1


class RowSummary(NamedTuple):
    """What is known of a row that is not read: its digest, whether the model is valid, and the models that it calls."""

    digest: str
    is_valid: bool
    callees: tuple[str, ...]


_encoder = msgspec.msgpack.Encoder()
_summary_decoder = msgspec.msgpack.Decoder(RowSummary)
_decoder: msgspec.msgpack.Decoder[Row | None] = msgspec.msgpack.Decoder(Row | None)


class InventoryRowCodec(ResultCodec[Row | None]):
    """The row of a model; `None` for an invalid one."""

    def encode(self, value: Row | None) -> bytes:
        """The row as bytes; its record fields are counted."""
        return _encoder.encode(None if value is None else replace(value, record_fields=tuple(value.record_fields)))

    def decode(self, content: bytes) -> Row | None:
        """The row."""
        return decoded(_decoder.decode, content)

    def summarise(self, value: Row | None) -> bytes:
        """A digest of the row, and the models that it calls."""
        callees = () if value is None else tuple(dependency.model for dependency in value.dependencies)
        return _encoder.encode(RowSummary(content_digest(self.encode(value)), value is not None, callees))


class RowTextCodec(ResultCodec[str | None]):
    """The text of a row in a file; `None` if it may not be there."""

    def encode(self, value: str | None) -> bytes:
        """The text as bytes."""
        return b"" if value is None else zlib.compress(value.encode(), _COMPRESSION_LEVEL)

    def decode(self, content: bytes) -> str | None:
        """The text."""
        try:
            return zlib.decompress(content).decode() if content else None
        except zlib.error as error:
            raise ValueError("the bytes are not compressed") from error

    def is_storable(self, value: str | None) -> bool:
        """Whether there is a text."""
        return value is not None


def row_summary(content: bytes) -> RowSummary:
    """The summary of a row."""
    return _summary_decoder.decode(content)
