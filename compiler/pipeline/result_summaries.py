"""What is read of each result of a model in every run: its findings, and digests of the rest."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

import msgspec

from compiler.diagnostics.finding_codec import FindingRows


class CheckSummary(NamedTuple):
    """What is needed of a model that is not checked again: its findings, and a digest of what else it left behind."""

    findings: FindingRows
    digest: str


class RenderSummary(NamedTuple):
    """What is needed of units that are not rendered again: their ids and digests, and the findings about them."""

    units: tuple[tuple[str, str], ...]
    findings: FindingRows
    notice_keys: tuple[str, ...]
    notices: FindingRows
    plan: bytes
    """What shared files read of the model; empty for units that belong to no model."""
    usage: bytes
    """What policies on objects left behind."""


_encoder = msgspec.msgpack.Encoder()
_check_summary_decoder = msgspec.msgpack.Decoder(CheckSummary)
_render_summary_decoder = msgspec.msgpack.Decoder(RenderSummary)


def encode_summary(summary: CheckSummary | RenderSummary) -> bytes:
    """A summary as bytes."""
    return _encoder.encode(summary)


def check_summary(content: bytes) -> CheckSummary:
    """The summary of a checked model."""
    return _check_summary_decoder.decode(content)


def render_summary(content: bytes) -> RenderSummary:
    """The summary of rendered units."""
    return _render_summary_decoder.decode(content)


def content_digest(content: bytes) -> str:
    """A digest of encoded data."""
    return hashlib.sha256(content).hexdigest()[:32]
