"""Rendered models and units as bytes. They are read if their files are needed."""

from __future__ import annotations

import zlib
from typing import NamedTuple

import msgspec

from compiler.diagnostics.finding import Finding
from compiler.diagnostics.finding_codec import FindingRows, decode_findings, encode_findings
from compiler.foundation.packed_content import content_digest
from compiler.pipeline.finding_codecs import decoded
from compiler.pipeline.result_keeper import ResultCodec
from compiler.pipeline.result_summaries import RenderSummary, encode_summary
from compiler.pipeline.results import RenderedModel, RenderedUnits
from compiler.plan.codeowners.ownership_claims import CommittedFile
from compiler.plan.planning import PlannedModel
from compiler.policy.policy_usage import PolicyUsage
from compiler.policy.usage_codec import UsageRow, decode_usage, encode_usage
from compiler.write.output_units import Unit, unit_digest

_COMPRESSION_LEVEL = 1
"""A higher level takes several times as long, and saves a fifth."""


class _PlanRow(NamedTuple):
    """The kinds of objects by environment, with findings about unknown ones."""

    kinds: dict[str, tuple[tuple[tuple[str, str], ...], FindingRows]]
    committed_files: tuple[CommittedFile, ...]
    objects: dict[str, bytes]


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
_rendered_decoder = msgspec.msgpack.Decoder(_RenderedRow)
_units_decoder = msgspec.msgpack.Decoder(_UnitsRow)
_plan_decoder = msgspec.msgpack.Decoder(_PlanRow)
_usage_decoder = msgspec.msgpack.Decoder(UsageRow)


class RenderedModelCodec(ResultCodec[RenderedModel]):
    """Rendered models."""

    def encode(self, value: RenderedModel) -> bytes:
        """The model as bytes."""
        return _compressed(_RenderedRow(_plan_row(value.plan), _units_row(value.rendered)))

    def decode(self, content: bytes) -> RenderedModel:
        """The model."""
        row = decoded(_rendered_decoder.decode, _decompressed(content))
        return RenderedModel(_plan_of(row.plan), _units_of(row.rendered))

    def summarise(self, value: RenderedModel) -> bytes:
        """What is needed of the model if its files did not change."""
        return _summary(value.rendered, _encoder.encode(_plan_row(value.plan)))

    def findings_of(self, value: RenderedModel) -> tuple[Finding, ...]:
        """The findings, and the notices."""
        return _findings_of(value.rendered)

    def is_storable(self, value: RenderedModel) -> bool:
        """Whether no secret was found."""
        return value.rendered.usage.is_storable

    def depends_on_date(self, value: RenderedModel) -> bool:
        """Whether a policy on objects was violated."""
        return value.rendered.usage.depends_on_date


class RenderedUnitsCodec(ResultCodec[RenderedUnits]):
    """Units that belong to no model."""

    def encode(self, value: RenderedUnits) -> bytes:
        """The units as bytes."""
        return _compressed(_units_row(value))

    def decode(self, content: bytes) -> RenderedUnits:
        """The units."""
        return _units_of(decoded(_units_decoder.decode, _decompressed(content)))

    def summarise(self, value: RenderedUnits) -> bytes:
        """What is needed of the units if their files did not change."""
        return _summary(value)

    def findings_of(self, value: RenderedUnits) -> tuple[Finding, ...]:
        """The findings, and the notices."""
        return _findings_of(value)

    def is_storable(self, value: RenderedUnits) -> bool:
        """Whether no secret was found."""
        return value.usage.is_storable

    def depends_on_date(self, value: RenderedUnits) -> bool:
        """Whether a policy on objects was violated."""
        return value.usage.depends_on_date


def decode_plan(content: bytes) -> PlannedModel:
    """What shared files read of a model, from its summary."""
    return _plan_of(decoded(_plan_decoder.decode, content))


def decode_usage_bytes(content: bytes) -> PolicyUsage:
    """The usage of policies, from a summary."""
    return decode_usage(decoded(_usage_decoder.decode, content))


def _summary(rendered: RenderedUnits, plan: bytes = b"") -> bytes:
    units = tuple(
        (unit.id, unit_digest([(file, content_digest(file.content)) for file in unit.files])) for unit in rendered.units
    )
    row = _units_row(rendered)
    summary = RenderSummary(units, row.findings, row.notice_keys, row.notices, plan, _encoder.encode(row.usage))
    return encode_summary(summary)


def _findings_of(rendered: RenderedUnits) -> tuple[Finding, ...]:
    return (*rendered.findings, *rendered.notices.values())


def _plan_row(plan: PlannedModel) -> _PlanRow:
    kinds = {
        environment: (
            tuple(kind for kind in entries if not isinstance(kind, Finding)),
            encode_findings(kind for kind in entries if isinstance(kind, Finding)),
        )
        for environment, entries in plan.kinds.items()
    }
    return _PlanRow(kinds, plan.committed_files, dict(plan.objects))


def _plan_of(row: _PlanRow) -> PlannedModel:
    kinds: dict[str, tuple[tuple[str, str] | Finding, ...]] = {
        environment: (*known_kinds, *decode_findings(findings))
        for environment, (known_kinds, findings) in row.kinds.items()
    }
    return PlannedModel((), kinds, row.committed_files, objects=row.objects)


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
