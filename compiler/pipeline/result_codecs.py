"""The results that are kept between runs as bytes."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple, TypeVar

import msgspec

from compiler.diagnostics.finding import Finding
from compiler.diagnostics.finding_codec import FindingRows, decode_findings, encode_findings
from compiler.inventory.row import Row
from compiler.pipeline.checked_model import CheckedModel
from compiler.pipeline.fleet_findings import FleetChecks
from compiler.pipeline.rendered_model import RenderedModel, RenderedUnits
from compiler.plan.codeowners.ownership_claims import CommittedFile
from compiler.plan.model_facts import ModelFacts
from compiler.plan.planning import PlannedModel
from compiler.policy.policy_usage import PolicyUsage
from compiler.policy.usage_codec import UsageRow, decode_usage, encode_usage
from compiler.resolve.checks.fleet_checks import SharedDocumentChecks
from compiler.write.output_units import Unit

T = TypeVar("T")
_COMPRESSION_LEVEL = 1
"""A higher level takes several times as long, and saves a fifth."""


class _CheckedRow(NamedTuple):
    findings: FindingRows
    facts: ModelFacts
    usage: UsageRow


class _PlanRow(NamedTuple):
    """The kinds of objects by environment, with findings about unknown ones."""

    kinds: dict[str, tuple[tuple[tuple[str, str], ...], FindingRows]]
    committed_files: tuple[CommittedFile, ...]


class _UnitsRow(NamedTuple):
    units: tuple[Unit, ...]
    findings: FindingRows
    notice_keys: tuple[str, ...]
    notices: FindingRows
    usage: UsageRow


class _RenderedRow(NamedTuple):
    plan: _PlanRow
    rendered: _UnitsRow


_encoder = msgspec.msgpack.Encoder()
_checked_decoder = msgspec.msgpack.Decoder(_CheckedRow)
_rendered_decoder = msgspec.msgpack.Decoder(_RenderedRow)
_units_decoder = msgspec.msgpack.Decoder(_UnitsRow)
_row_decoder: msgspec.msgpack.Decoder[Row | None] = msgspec.msgpack.Decoder(Row | None)
_plan_decoder = msgspec.msgpack.Decoder(_PlanRow)
_usage_decoder = msgspec.msgpack.Decoder(UsageRow)
_findings_decoder = msgspec.msgpack.Decoder(FindingRows)
_shared_documents_decoder = msgspec.msgpack.Decoder(tuple[FindingRows, tuple[tuple[str, int], ...]])
_fleet_checks_decoder = msgspec.msgpack.Decoder(tuple[FindingRows, FindingRows, tuple[str, ...]])


def encode_finding_list(findings: tuple[Finding, ...]) -> bytes:
    """Findings as bytes."""
    return _encoder.encode(encode_findings(findings))


def decode_finding_list(content: bytes) -> tuple[Finding, ...]:
    """The findings; raises `ValueError` for bytes of another form, as all decoders here."""
    return decode_findings(_decoded(_findings_decoder.decode, content))


def encode_checked_model(model: CheckedModel) -> bytes:
    """A checked model as bytes, with the secrets that were found."""
    row = _CheckedRow(encode_findings(model.findings), model.facts, encode_usage(model.usage, includes_secrets=True))
    return _encoder.encode(row)


def decode_checked_model(content: bytes) -> CheckedModel:
    """The checked model."""
    row = _decoded(_checked_decoder.decode, content)
    return CheckedModel(row.facts, decode_findings(row.findings), decode_usage(row.usage))


def encode_rendered_model(model: RenderedModel) -> bytes:
    """A rendered model as bytes."""
    return _compressed(_RenderedRow(_plan_row(model.plan), _units_row(model.rendered)))


def decode_rendered_model(content: bytes) -> RenderedModel:
    """The rendered model."""
    row = _decoded(_rendered_decoder.decode, _decompressed(content))
    return RenderedModel(_plan_of(row.plan), _units_of(row.rendered))


def encode_rendered_units(units: RenderedUnits) -> bytes:
    """Rendered units as bytes."""
    return _compressed(_units_row(units))


def decode_rendered_units(content: bytes) -> RenderedUnits:
    """The rendered units."""
    return _units_of(_decoded(_units_decoder.decode, _decompressed(content)))


def encode_shared_documents(checks: SharedDocumentChecks) -> bytes:
    """The checks of shared documents as bytes."""
    return _encoder.encode((encode_findings(checks.findings), tuple(sorted(checks.broken_documents))))


def decode_shared_documents(content: bytes) -> SharedDocumentChecks:
    """The checks of shared documents."""
    findings, broken_documents = _decoded(_shared_documents_decoder.decode, content)
    return SharedDocumentChecks(decode_findings(findings), frozenset(broken_documents))


def encode_fleet_checks(checks: FleetChecks) -> bytes:
    """The checks of the fleet as bytes."""
    rows = (encode_findings(checks.findings), encode_findings(checks.unused_findings), checks.object_policy_ids)
    return _encoder.encode(rows)


def decode_fleet_checks(content: bytes) -> FleetChecks:
    """The checks of the fleet."""
    findings, unused_findings, object_policy_ids = _decoded(_fleet_checks_decoder.decode, content)
    return FleetChecks(decode_findings(findings), decode_findings(unused_findings), object_policy_ids)


def encode_row(row: Row | None) -> bytes:
    """A row of the inventory as bytes; its record fields are counted."""
    return _encoder.encode(None if row is None else replace(row, record_fields=tuple(row.record_fields)))


def decode_row(content: bytes) -> Row | None:
    """The row of the inventory."""
    return _decoded(_row_decoder.decode, content)


def encode_plan(plan: PlannedModel) -> bytes:
    """What shared files read of a model, as bytes."""
    return _encoder.encode(_plan_row(plan))


def decode_plan(content: bytes) -> PlannedModel:
    """What shared files read of a model."""
    return _plan_of(_decoded(_plan_decoder.decode, content))


def encode_usage_bytes(usage: PolicyUsage) -> bytes:
    """A usage of policies as bytes."""
    return _encoder.encode(encode_usage(usage, includes_secrets=True))


def decode_usage_bytes(content: bytes) -> PolicyUsage:
    """The usage of policies."""
    return decode_usage(_decoded(_usage_decoder.decode, content))


def _plan_row(plan: PlannedModel) -> _PlanRow:
    kinds = {
        environment: (
            tuple(kind for kind in entries if not isinstance(kind, Finding)),
            encode_findings(kind for kind in entries if isinstance(kind, Finding)),
        )
        for environment, entries in plan.kinds.items()
    }
    return _PlanRow(kinds, plan.committed_files)


def _plan_of(row: _PlanRow) -> PlannedModel:
    kinds: dict[str, tuple[tuple[str, str] | Finding, ...]] = {
        environment: (*known_kinds, *decode_findings(findings))
        for environment, (known_kinds, findings) in row.kinds.items()
    }
    return PlannedModel((), kinds, row.committed_files)


def _units_row(rendered: RenderedUnits) -> _UnitsRow:
    return _UnitsRow(
        rendered.units,
        encode_findings(rendered.findings),
        tuple(rendered.notices),
        encode_findings(rendered.notices.values()),
        encode_usage(rendered.usage, includes_secrets=True),
    )


def _units_of(row: _UnitsRow) -> RenderedUnits:
    notices = dict(zip(row.notice_keys, decode_findings(row.notices), strict=True))
    return RenderedUnits(row.units, decode_findings(row.findings), notices, decode_usage(row.usage))


def _compressed(row: NamedTuple) -> bytes:
    return zlib.compress(_encoder.encode(row), _COMPRESSION_LEVEL)


def _decompressed(content: bytes) -> bytes:
    try:
        return zlib.decompress(content)
    except zlib.error as error:
        raise ValueError("the bytes are not compressed") from error


def _decoded(decode: Callable[[bytes], T], content: bytes) -> T:
    try:
        return decode(content)
    except msgspec.MsgspecError as error:
        raise ValueError(str(error)) from error
