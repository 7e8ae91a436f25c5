"""`modelyard records`."""

from __future__ import annotations

from pathlib import Path

import click

from compiler.commands.common.finding_report import print_findings
from compiler.commands.common.name_checks import require_known, resolve_models
from compiler.commands.common.project import open_session, project_root
from compiler.commands.common.streams import write_output
from compiler.diagnostics.finding import Finding, sorted_unique
from compiler.pipeline.stages import record_statuses
from compiler.plan.records.missing_fields import regime_titles
from compiler.report.record_status import FORMATS


def show_record_status(
    *,
    models: tuple[str, ...],
    regimes: tuple[str, ...],
    owners: tuple[str, ...],
    format_: str,
    output: Path | None,
    strict: bool,
    root: Path | None,
    rev: str | None,
) -> None:
    """List missing record fields; exit with 1 if records cannot be evaluated, and with --strict if a field is missing."""
    folder = project_root(root)
    session = open_session(folder, rev)
    models = resolve_models(session.portfolio, folder, models)
    require_known("regime", regimes, sorted(regime_titles(session.emitters)))
    require_known("Team", owners, sorted(session.portfolio.by_kind("Team")))
    results = list(record_statuses(session, models))
    findings = sorted_unique([result for result in results if isinstance(result, Finding)])
    print_findings(session, findings, folder)
    statuses = tuple(
        result.filter_records(frozenset(regimes), frozenset(owners))
        for result in results
        if not isinstance(result, Finding)
    )
    write_output(FORMATS[format_](statuses), output)
    has_missing_fields = any(status.missing_fields for status in statuses)
    raise click.exceptions.Exit(1 if findings or (strict and has_missing_fields) else 0)
