"""`modelyard policy impact`."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from compiler.commands.common.progress_bars import iterate_with_progress
from compiler.commands.common.project import project_root, to_date
from compiler.commands.common.streams import print_status, write_output
from compiler.foundation.errors import UsageError
from compiler.foundation.time_spans import parse_time_span
from compiler.report.finding_text import pluralize
from compiler.report.impact_report import FORMATS
from compiler.report.impact_table import render_impact_table
from compiler.report.text_report import to_printable
from compiler.review.policy_impact import (
    FleetScan,
    ImpactGaps,
    compare_revisions,
    first_day_of,
    scan_history,
    scan_repositories,
)


def show_impact(
    *,
    range_: str | None,
    since: str | None,
    fleets: tuple[Path, ...],
    format_: str,
    output: Path | None,
    as_of: datetime | None,
    root: Path | None,
) -> None:
    """Compare revisions, or apply today's policies to the history or to other projects."""
    folder, day = project_root(root), to_date(as_of)
    if sum(map(bool, (range_, since, fleets))) != 1:
        raise UsageError("give one of BASE, --since and --fleet", help="modelyard policy impact main")
    if range_ is not None:
        text = _revisions_text(folder, range_, day, format_)
    elif since is not None:
        text = _history_text(folder, since, day, format_)
    else:
        text = _repositories_text(folder, fleets, day, format_)
    write_output(text, output)


def _revisions_text(folder: Path, range_: str, as_of: date | None, format_: str) -> str:
    impact = compare_revisions(folder, range_, as_of)
    _print_gaps(impact.gaps)
    policy_changes = pluralize(len(impact.comparison.changes), "policy change")
    print_status(f"{policy_changes}, {pluralize(len(impact.changes), 'result change')} in {impact.summary}")
    return FORMATS[format_](impact.comparison, impact.changes)


def _history_text(folder: Path, span: str, as_of: date | None, format_: str) -> str:
    first_day = first_day_of(parse_time_span(span), as_of)
    scan = scan_history(folder, first_day, as_of, iterate_with_progress)
    _print_gaps(scan.gaps)
    failed_count = sum(bool(result.failing_models) for result in scan.results)
    commits = pluralize(len(scan.results), "commit")
    print_status(f"{failed_count} of {commits} since {first_day.isoformat()} would have failed")
    rows = [
        (result.label, result.day.isoformat() if result.day else "", result.model_count, result.failing_models)
        for result in scan.results
    ]
    return render_impact_table(("commit", "day", "models", "failing"), rows, format_)


def _repositories_text(folder: Path, fleets: tuple[Path, ...], as_of: date | None, format_: str) -> str:
    scan: FleetScan = scan_repositories(folder, fleets, as_of)
    _print_gaps(scan.gaps)
    failed_count = sum(len(result.failing_models) for result in scan.results)
    projects = pluralize(len(scan.results), "project")
    print_status(f"{pluralize(failed_count, 'model')} in {projects} would fail")
    rows = [(result.label, result.model_count, result.failing_models) for result in scan.results]
    return render_impact_table(("fleet", "models", "failing"), rows, format_)


def _print_gaps(gaps: ImpactGaps) -> None:
    """Print what the answer does not cover."""
    for label, count in gaps.invalid_documents:
        prefix = f"{label}: " if label else ""
        print_status(f"{prefix}invalid documents were skipped ({pluralize(count, 'error')}); run `modelyard check`")
    for commit, message in gaps.unreadable_commits:
        print_status(f"{commit} was skipped: {to_printable(message)}")
    if gaps.object_policy_count:
        count = gaps.object_policy_count
        policies = "1 policy on rendered objects was" if count == 1 else f"{count} policies on rendered objects were"
        print_status(f"{policies} skipped; run `modelyard check --rendered` to check today's models")
    for finding in gaps.policy_errors:
        location = finding.location
        location_text = f" {location.path}:{location.line}:{location.column}" if location else ""
        print_status(f"{finding.code.id}{location_text}: {to_printable(finding.message)}")
