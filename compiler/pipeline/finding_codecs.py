"""Results that consist of findings as bytes. They are read in every run."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import msgspec

from compiler.diagnostics.finding import Finding
from compiler.diagnostics.finding_codec import FindingRows, decode_findings, encode_findings
from compiler.pipeline.result_keeper import ResultCodec
from compiler.pipeline.results import FleetChecks
from compiler.resolve.checks.shared_document_checks import SharedDocumentChecks

T = TypeVar("T")
_encoder = msgspec.msgpack.Encoder()
_findings_decoder = msgspec.msgpack.Decoder(FindingRows)
_shared_documents_decoder = msgspec.msgpack.Decoder(tuple[FindingRows, tuple[tuple[str, int], ...]])
_fleet_checks_decoder = msgspec.msgpack.Decoder(tuple[FindingRows, FindingRows, tuple[str, ...], int])


class FindingsCodec(ResultCodec[tuple[Finding, ...]]):
    """Findings of one day."""

    def encode(self, value: tuple[Finding, ...]) -> bytes:
        """Findings as bytes."""
        return _encoder.encode(encode_findings(value))

    def decode(self, content: bytes) -> tuple[Finding, ...]:
        """The findings."""
        return decode_findings(decoded(_findings_decoder.decode, content))

    def findings_of(self, value: tuple[Finding, ...]) -> tuple[Finding, ...]:
        """The findings."""
        return value

    def depends_on_date(self, _value: tuple[Finding, ...]) -> bool:
        """Each of these checks may depend on the day."""
        return True


class SharedDocumentsCodec(ResultCodec[SharedDocumentChecks]):
    """The checks of shared documents."""

    def encode(self, value: SharedDocumentChecks) -> bytes:
        """The checks as bytes."""
        return _encoder.encode((encode_findings(value.findings), tuple(sorted(value.broken_documents))))

    def decode(self, content: bytes) -> SharedDocumentChecks:
        """The checks."""
        findings, broken_documents = decoded(_shared_documents_decoder.decode, content)
        return SharedDocumentChecks(decode_findings(findings), frozenset(broken_documents))

    def findings_of(self, value: SharedDocumentChecks) -> tuple[Finding, ...]:
        """The findings."""
        return value.findings


class FleetChecksCodec(ResultCodec[FleetChecks]):
    """The checks of the fleet."""

    def encode(self, value: FleetChecks) -> bytes:
        """The checks as bytes."""
        findings, unused_findings = encode_findings(value.findings), encode_findings(value.unused_findings)
        return _encoder.encode((findings, unused_findings, value.object_policy_ids, value.patched_models))

    def decode(self, content: bytes) -> FleetChecks:
        """The checks."""
        findings, unused_findings, object_policy_ids, patched_models = decoded(_fleet_checks_decoder.decode, content)
        return FleetChecks(
            decode_findings(findings), decode_findings(unused_findings), object_policy_ids, patched_models
        )

    def findings_of(self, value: FleetChecks) -> tuple[Finding, ...]:
        """The findings."""
        return (*value.findings, *value.unused_findings)

    def depends_on_date(self, _value: FleetChecks) -> bool:
        """Policies and waivers depend on the day."""
        return True


class FlagCodec(ResultCodec[bool]):
    """A truth value."""

    def encode(self, value: bool) -> bytes:
        """One byte or none."""
        return b"\1" if value else b""

    def decode(self, content: bytes) -> bool:
        """Whether there is a byte."""
        return bool(content)


def decoded(decode: Callable[[bytes], T], content: bytes) -> T:
    """What a decoder makes of bytes; raises `ValueError` for bytes of another form."""
    try:
        return decode(content)
    except msgspec.MsgspecError as error:
        raise ValueError(str(error)) from error
