"""`modelyard policy impact`: today's policies asked of other fleets, or other policies of today's."""

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

import click

from compiler.cli._shared.streams import shows_progress, tell
from compiler.diagnostics.finding import sorted_unique
from compiler.foundation import resources
from compiler.foundation.errors import UsageError
from compiler.pipeline.session import Session
from compiler.policy.bindings_override import with_bindings_of
from compiler.policy.impact import StateChange, PolicySnapshot, diff_snapshots, failing_models, snapshot_policies, model_owners
from compiler.report import impact_report as report
from compiler.report.text_report import to_printable
from compiler.resolve.fleet import Fleet
from compiler.source.revision import commits_since, open_revision
from compiler.source.worktree import WorkTree
from compiler.spec.portfolio import PROJECT_FILE, Portfolio

_FORMATS: Mapping[str, Callable[[Sequence[StateChange]], str]] = MappingProxyType(
    {"text": report.render_text, "markdown": report.render_markdown, "json": report.render_json}
)
_DAYS: Mapping[str, int] = MappingProxyType({"d": 1, "w": 7, "m": 30, "y": 365})


def between(folder: Path, range_: str, as_of: date | None, format_: str) -> str:
    """What the policies of two revisions make of the models of the second."""
    base, dots, head = range_.partition("..")
    before = Session(open_revision(folder, base), as_of)
    after = Session(open_revision(folder, head) if dots and head else WorkTree(folder), as_of)
    fleet, shipped = after.fleet, WorkTree(resources.shipped_folder("schemas"))
    _judgeable(after)
    was = snapshot_policies(_fleet(after, before.portfolio), before.portfolio, shipped, after.as_of)
    now = snapshot_policies(fleet, after.portfolio, shipped, after.as_of)
    _tell_mistakes([was, now])
    changes = tuple(diff_snapshots(was, now, model_owners(fleet)))
    tell(f"{len(changes)} changes in {after.summary}")
    return _FORMATS[format_](changes)


def past(folder: Path, since: str, as_of: date | None, format_: str) -> str:
    """What today's policies would have said of each commit."""
    said = re.fullmatch(r"([1-9][0-9]{0,3})([dwmy])", since)
    if said is None:
        raise UsageError(
            f"`{since}` is no span of time", help="say days, weeks, months or years, such as 90d, 12w, 3m or 1y"
        )
    today = Session(WorkTree(folder), as_of)
    last = as_of or datetime.now(UTC).date()
    first = last - min(timedelta(days=int(said[1]) * _DAYS[said[2]]), last - date.min)
    asked = [
        (commit[:10], day.isoformat(), found)
        for commit, day in _shown(commits_since(folder, first))
        if (found := _then(today, folder, commit, as_of)) is not None
    ]
    rows = [(commit, day, found.model_count, failing_models(found.findings)) for commit, day, found in asked]
    _tell_mistakes(found for *_, found in asked)
    failed = sum(bool(names) for *_, names in rows)
    tell(f"{failed} of {len(rows)} commits since {first.isoformat()} would have failed")
    return _rows(("commit", "day", "models", "failing"), rows, format_)


def others(folder: Path, fleets: Sequence[Path], as_of: date | None, format_: str) -> str:
    """What today's policies say of the fleets of other repositories."""
    today = Session(WorkTree(folder), as_of)
    for fleet in fleets:
        if not (fleet / PROJECT_FILE).is_file():
            raise UsageError(f"there is no {PROJECT_FILE} in {fleet}")
    asked = [(str(fleet), _there(today, fleet, as_of)) for fleet in fleets]
    rows = [(fleet, found.model_count, failing_models(found.findings)) for fleet, found in asked]
    _tell_mistakes(found for _, found in asked)
    failed = sum(len(names) for *_, names in rows)
    tell(f"{failed} models would fail in {len(rows)} repositories")
    return _rows(("fleet", "models", "failing"), rows, format_)


def _fleet(run: Session, laws: Portfolio) -> Fleet:
    """The models of a run, bound as the documents of the same project say it elsewhere in its history."""
    return Fleet(with_bindings_of(run.portfolio, laws), run.language, run.tree)


def _asked(today: Session, fleet: Fleet) -> PolicySnapshot:
    """What a fleet breaks of today's policies."""
    return snapshot_policies(fleet, today.portfolio, WorkTree(resources.shipped_folder("schemas")), today.as_of)


def _then(today: Session, folder: Path, commit: str, as_of: date | None) -> PolicySnapshot | None:
    """What the fleet of a commit breaks of today's policies; nothing where there was no project that can be read."""
    tree = open_revision(folder, commit)
    if not tree.has(PROJECT_FILE):
        return None
    try:
        return _asked(today, _fleet(Session(tree, as_of), today.portfolio))
    except UsageError as error:
        tell(f"{commit[:10]} was left out: {to_printable(error.message)}")
        return None


def _there(today: Session, fleet: Path, as_of: date | None) -> PolicySnapshot:
    other = Session(WorkTree(fleet), as_of)
    try:
        _judgeable(other, f"{fleet}: ")
    except UsageError as error:
        raise UsageError(f"{fleet}: {error.message}", help=error.help) from error
    return _asked(today, other.fleet)


def _judgeable(run: Session, where: str = "") -> None:
    broken = [finding for finding in run.portfolio.findings if finding.is_blocking]
    if broken:
        tell(f"{where}documents with mistakes were left out ({len(broken)} mistakes): modelyard check tells them")


def _tell_mistakes(asked: Iterable[PolicySnapshot]) -> None:
    """What is missing from an answer is said beside it: the policies that cannot be asked."""
    judged_ = tuple(asked)
    rendered = max((one.rendered_policy_count for one in judged_), default=0)
    if rendered:
        tell(f"policies on rendered objects were not asked ({rendered}): modelyard check --rendered asks them of today's models")
    for finding in sorted_unique(finding for found in judged_ for finding in found.policy_errors):
        place = finding.location
        where = f" {place.path}:{place.line}:{place.column}" if place else ""
        tell(f"{finding.code.id}{where}: {to_printable(finding.message)}")


def _shown(commits: Sequence[tuple[str, date]]) -> Iterator[tuple[str, date]]:
    if not shows_progress():
        yield from commits
        return
    with click.progressbar(commits, label="judging", file=sys.stderr, show_pos=True) as bar:
        yield from bar


def _rows(head: tuple[str, ...], rows: Sequence[tuple[object, ...]], format_: str) -> str:
    if format_ == "json":
        listed = [dict(zip(head, row, strict=True)) for row in rows]
        return json.dumps({"version": 1, "rows": listed}, indent=1, ensure_ascii=False) + "\n"
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
