"""Checked models as bytes."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from compiler.diagnostics.finding import Finding
from compiler.diagnostics.finding_codec import FindingRows, decode_findings, encode_findings
from compiler.pipeline.finding_codecs import decoded
from compiler.pipeline.result_keeper import ResultCodec
from compiler.pipeline.result_summaries import CheckSummary, content_digest, encode_summary
from compiler.pipeline.results import CheckedModel
from compiler.plan.model_facts import ModelFacts
from compiler.policy.usage_codec import UsageRow, decode_usage, encode_usage


class _CheckedRow(NamedTuple):
    findings: FindingRows
    facts: ModelFacts
    usage: UsageRow


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_CheckedRow)


class CheckedModelCodec(ResultCodec[CheckedModel]):
    """Checked models, with the secrets that were found."""

    def encode(self, value: CheckedModel) -> bytes:
        """The model as bytes."""
        usage = encode_usage(value.usage, includes_secrets=True)
        return _encoder.encode(_CheckedRow(encode_findings(value.findings), value.facts, usage))

    def decode(self, content: bytes) -> CheckedModel:
        """The model."""
        row = decoded(_decoder.decode, content)
        return CheckedModel(row.facts, decode_findings(row.findings), decode_usage(row.usage))

    def summarise(self, value: CheckedModel) -> bytes:
        """The findings, and a digest of what else the model left behind."""
        content = _encoder.encode((value.facts, encode_usage(value.usage, includes_secrets=True)))
        return encode_summary(CheckSummary(encode_findings(value.findings), content_digest(content)))

    def findings_of(self, value: CheckedModel) -> tuple[Finding, ...]:
        """The findings."""
        return value.findings

    def is_storable(self, value: CheckedModel) -> bool:
        """Whether no secret was found."""
        return value.usage.is_storable

    def depends_on_date(self, _value: CheckedModel) -> bool:
        """Checks of dates may find nothing on this day alone."""
        return True
