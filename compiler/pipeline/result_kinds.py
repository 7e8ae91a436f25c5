"""The kinds of results that are kept between runs."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

import msgspec

from compiler.diagnostics.finding import Finding
from compiler.inventory.row import Row
from compiler.pipeline import result_codecs
from compiler.pipeline.checked_model import CheckedModel
from compiler.pipeline.fleet_findings import FleetChecks
from compiler.pipeline.rendered_model import RenderedModel, RenderedUnits
from compiler.pipeline.result_keeper import ResultKind
from compiler.policy.usage_codec import encode_usage
from compiler.resolve.checks.fleet_checks import SharedDocumentChecks
from compiler.write.lock_files import digest_of
from compiler.write.output_units import unit_digest

_encoder = msgspec.msgpack.Encoder()


class CheckSummary(NamedTuple):
    """What is needed of a model that is not checked again: whether it has findings, and a digest of what else it left behind."""

    has_findings: bool
    digest: str


class RenderSummary(NamedTuple):
    """What is needed of units that are not rendered again: their ids and digests, and whether there is anything else."""

    units: tuple[tuple[str, str], ...]
    has_findings: bool
    plan: bytes
    """What shared files read of the model; empty for units that belong to no model."""
    usage: bytes
    """What policies on objects left behind."""


_check_summary_decoder = msgspec.msgpack.Decoder(CheckSummary)
_render_summary_decoder = msgspec.msgpack.Decoder(RenderSummary)


def check_summary(content: bytes) -> CheckSummary:
    """The summary of a checked model."""
    return _check_summary_decoder.decode(content)


def render_summary(content: bytes) -> RenderSummary:
    """The summary of rendered units."""
    return _render_summary_decoder.decode(content)


def _summarise_checked_model(model: CheckedModel) -> bytes:
    digest = _digest(_encoder.encode((model.facts, encode_usage(model.usage, includes_secrets=True))))
    return _encoder.encode(CheckSummary(bool(model.findings), digest))


def _summarise_rendered_model(model: RenderedModel) -> bytes:
    return _summarise_units(model.rendered, result_codecs.encode_plan(model.plan))


def _summarise_units(rendered: RenderedUnits, plan: bytes = b"") -> bytes:
    units = tuple(
        (unit.id, unit_digest([(file, digest_of(file.content)) for file in unit.files])) for unit in rendered.units
    )
    has_findings = bool(rendered.findings or rendered.notices)
    return _encoder.encode(RenderSummary(units, has_findings, plan, result_codecs.encode_usage_bytes(rendered.usage)))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]


def _findings_of_units(rendered: RenderedUnits) -> tuple[Finding, ...]:
    return (*rendered.findings, *rendered.notices.values())


CHECKED_MODEL: ResultKind[CheckedModel] = ResultKind(
    "checked_model",
    result_codecs.encode_checked_model,
    result_codecs.decode_checked_model,
    lambda model: model.findings,
    _summarise_checked_model,
    lambda model: model.usage.is_storable,
    lambda _: True,
)
RENDERED_MODEL: ResultKind[RenderedModel] = ResultKind(
    "rendered_model",
    result_codecs.encode_rendered_model,
    result_codecs.decode_rendered_model,
    lambda model: _findings_of_units(model.rendered),
    _summarise_rendered_model,
    lambda model: model.rendered.usage.is_storable,
    lambda model: model.rendered.usage.depends_on_date,
)
RENDERED_DEPLOYMENT = RENDERED_MODEL._replace(name="rendered_deployment")
"""A model of which one environment alone is rendered."""
SHARED_UNITS: ResultKind[RenderedUnits] = ResultKind(
    "shared_units",
    result_codecs.encode_rendered_units,
    result_codecs.decode_rendered_units,
    _findings_of_units,
    _summarise_units,
    lambda rendered: rendered.usage.is_storable,
    lambda rendered: rendered.usage.depends_on_date,
)
FINDINGS: ResultKind[tuple[Finding, ...]] = ResultKind(
    "findings",
    result_codecs.encode_finding_list,
    result_codecs.decode_finding_list,
    lambda findings: findings,
    lambda _: b"",
    lambda _: True,
    lambda _: True,
)
SHARED_DOCUMENTS: ResultKind[SharedDocumentChecks] = ResultKind(
    "shared_documents",
    result_codecs.encode_shared_documents,
    result_codecs.decode_shared_documents,
    lambda checks: checks.findings,
    lambda _: b"",
    lambda _: True,
    lambda _: False,
)
FLEET_CHECKS: ResultKind[FleetChecks] = ResultKind(
    "fleet_checks",
    result_codecs.encode_fleet_checks,
    result_codecs.decode_fleet_checks,
    lambda checks: (*checks.findings, *checks.unused_findings),
    lambda _: b"",
    lambda _: True,
    lambda _: True,
)
INVENTORY_ROW: ResultKind[Row | None] = ResultKind(
    "inventory_row",
    result_codecs.encode_row,
    result_codecs.decode_row,
    lambda _: (),
    lambda row: _digest(result_codecs.encode_row(row)).encode(),
    lambda _: True,
    lambda _: False,
)
READS_INVENTORY: ResultKind[bool] = ResultKind(
    "reads_inventory",
    lambda is_read: b"\1" if is_read else b"",
    bool,
    lambda _: (),
    lambda _: b"",
    lambda _: True,
    lambda _: False,
)
"""Whether a file of the project reads the inventory."""
