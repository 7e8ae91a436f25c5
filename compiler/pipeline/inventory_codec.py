"""Rows of the inventory as bytes."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from compiler.inventory.row import Row
from compiler.pipeline.finding_codecs import decoded
from compiler.pipeline.result_keeper import ResultCodec
from compiler.pipeline.result_summaries import content_digest

_encoder = msgspec.msgpack.Encoder()
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
        """A digest of the row."""
        return content_digest(self.encode(value)).encode()
