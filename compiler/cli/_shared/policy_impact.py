"""`modelyard policy impact`: today's policies asked of other fleets, or other policies of today's."""

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

import click

from compiler.cli._shared.streams import print_status, supports_progress
from compiler.diagnostics.finding import sorted_unique
from compiler.foundation import resources
from compiler.foundation.errors import UsageError
from compiler.pipeline.session import Session
from compiler.policy.bindings_override import with_bindings_of
from compiler.policy.impact import (
    PolicySnapshot,
    StateChange,
    diff_snapshots,
    failing_models,
    model_owners,
    snapshot_policies,
)
from compiler.report import impact_report
from compiler.report.text_report import to_printable
from compiler.resolve.fleet import Fleet
from compiler.source.revision import commits_since, open_revision
from compiler.source.worktree import WorkTree
from compiler.spec.portfolio import PROJECT_FILE, Portfolio

_FORMATS: Mapping[str, Callable[[Sequence[StateChange]], str]] = MappingProxyType(
    {"text": impact_report.render_text, "markdown": impact_report.render_markdown, "json": impact_report.render_json}
)
_DAYS_PER_UNIT: Mapping[str, int] = MappingProxyType({"d": 1, "w": 7, "m": 30, "y": 365})


def compare_revisions(folder: Path, range_: str, as_of: date | None, format_: str) -> str:
    """What the policies of two revisions make of the models of the second."""
    base, dots, head = range_.partition("..")
    base_session = Session(open_revision(folder, base), as_of)
    head_session = Session(open_revision(folder, head) if dots and head else WorkTree(folder), as_of)
    fleet, shipped_tree = head_session.fleet, WorkTree(resources.shipped_folder("schemas"))
    _warn_about_errors(head_session)
    base_snapshot = snapshot_policies(
        _rebind_fleet(head_session, base_session.portfolio), base_session.portfolio, shipped_tree, head_session.as_of
    )
    head_snapshot = snapshot_policies(fleet, head_session.portfolio, shipped_tree, head_session.as_of)
    _report_policy_errors([base_snapshot, head_snapshot])
    changes = tuple(diff_snapshots(base_snapshot, head_snapshot, model_owners(fleet)))
    print_status(f"{len(changes)} changes in {head_session.summary}")
    return _FORMATS[format_](changes)


def scan_history(folder: Path, span: str, as_of: date | None, format_: str) -> str:
    """What today's policies would have said of each commit."""
    match = re.fullmatch(r"([1-9][0-9]{0,3})([dwmy])", span)
    if match is None:
        raise UsageError(
            f"`{span}` is no span of time", help="say days, weeks, months or years, such as 90d, 12w, 3m or 1y"
        )
    current_session = Session(WorkTree(folder), as_of)
    last_day = as_of or datetime.now(UTC).date()
    first_day = last_day - min(timedelta(days=int(match[1]) * _DAYS_PER_UNIT[match[2]]), last_day - date.min)
    snapshots = [
        (commit[:10], day.isoformat(), snapshot)
        for commit, day in _with_progress(commits_since(folder, first_day))
        if (snapshot := _evaluate_commit(current_session, folder, commit, as_of)) is not None
    ]
    rows = [
        (commit, day, snapshot.model_count, failing_models(snapshot.findings)) for commit, day, snapshot in snapshots
    ]
    _report_policy_errors(snapshot for *_, snapshot in snapshots)
    failed_count = sum(bool(names) for *_, names in rows)
    print_status(f"{failed_count} of {len(rows)} commits since {first_day.isoformat()} would have failed")
    return _format_rows(("commit", "day", "models", "failing"), rows, format_)


def scan_repositories(folder: Path, fleets: Sequence[Path], as_of: date | None, format_: str) -> str:
    """What today's policies say of the fleets of other repositories."""
    current_session = Session(WorkTree(folder), as_of)
    for fleet in fleets:
        if not (fleet / PROJECT_FILE).is_file():
            raise UsageError(f"there is no {PROJECT_FILE} in {fleet}")
    snapshots = [(str(fleet), _evaluate_repository(current_session, fleet, as_of)) for fleet in fleets]
    rows = [(fleet, snapshot.model_count, failing_models(snapshot.findings)) for fleet, snapshot in snapshots]
    _report_policy_errors(snapshot for _, snapshot in snapshots)
    failed_count = sum(len(names) for *_, names in rows)
    print_status(f"{failed_count} models would fail in {len(rows)} repositories")
    return _format_rows(("fleet", "models", "failing"), rows, format_)


def _rebind_fleet(run: Session, policy_portfolio: Portfolio) -> Fleet:
    """The models of a run, bound as the documents of the same project say it elsewhere in its history."""
    return Fleet(with_bindings_of(run.portfolio, policy_portfolio), run.language, run.tree)


def _evaluate_fleet(current_session: Session, fleet: Fleet) -> PolicySnapshot:
    """What a fleet breaks of today's policies."""
    return snapshot_policies(
        fleet, current_session.portfolio, WorkTree(resources.shipped_folder("schemas")), current_session.as_of
    )


def _evaluate_commit(current_session: Session, folder: Path, commit: str, as_of: date | None) -> PolicySnapshot | None:
    """What the fleet of a commit breaks of today's policies; nothing where there was no project that can be read."""
    tree = open_revision(folder, commit)
    if not tree.has(PROJECT_FILE):
        return None
    try:
        return _evaluate_fleet(current_session, _rebind_fleet(Session(tree, as_of), current_session.portfolio))
    except UsageError as error:
        print_status(f"{commit[:10]} was left out: {to_printable(error.message)}")
        return None


def _evaluate_repository(current_session: Session, fleet: Path, as_of: date | None) -> PolicySnapshot:
    other_session = Session(WorkTree(fleet), as_of)
    try:
        _warn_about_errors(other_session, f"{fleet}: ")
    except UsageError as error:
        raise UsageError(f"{fleet}: {error.message}", help=error.help) from error
    return _evaluate_fleet(current_session, other_session.fleet)


def _warn_about_errors(run: Session, prefix: str = "") -> None:
    errors = [finding for finding in run.portfolio.findings if finding.is_blocking]
    if errors:
        print_status(
            f"{prefix}documents with mistakes were left out ({len(errors)} mistakes): modelyard check tells them"
        )


def _report_policy_errors(snapshots: Iterable[PolicySnapshot]) -> None:
    """What is missing from an answer is said beside it: the policies that cannot be asked."""
    all_snapshots = tuple(snapshots)
    skipped_count = max((snapshot.rendered_policy_count for snapshot in all_snapshots), default=0)
    if skipped_count:
        print_status(
            f"policies on rendered objects were not asked ({skipped_count}): modelyard check --rendered asks them of today's models"
        )
    for finding in sorted_unique(
        finding for fleet_snapshot in all_snapshots for finding in fleet_snapshot.policy_errors
    ):
        location = finding.location
        location_text = f" {location.path}:{location.line}:{location.column}" if location else ""
        print_status(f"{finding.code.id}{location_text}: {to_printable(finding.message)}")


def _with_progress(commits: Sequence[tuple[str, date]]) -> Iterator[tuple[str, date]]:
    if not supports_progress():
        yield from commits
        return
    with click.progressbar(commits, label="judging", file=sys.stderr, show_pos=True) as bar:
        yield from bar


def _format_rows(head: tuple[str, ...], rows: Sequence[tuple[object, ...]], format_: str) -> str:
    if format_ == "json":
        records = [dict(zip(head, row, strict=True)) for row in rows]
        return json.dumps({"version": 1, "rows": records}, indent=1, ensure_ascii=False) + "\n"
    cells = [[*map(str, row[:-1]), ", ".join(map(str, row[-1])) or "none"] for row in rows]  # type: ignore[call-overload]  # names
    if format_ == "markdown":
        lines = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}", *(f"| {' | '.join(row)} |" for row in cells)]
        return "\n".join((*lines, ""))
    widths = [max(len(row[index]) for row in (list(head), *cells)) for index in range(len(head))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (list(head), *cells)
    ]
    return "\n".join((*lines, ""))
