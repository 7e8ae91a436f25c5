"""The impact of policies: other policies on today's models, or today's policies on other models."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from compiler.diagnostics.finding import Finding, sorted_unique
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
from compiler.policy.policy_comparison import PolicyComparison, PolicySide, compare_policies
from compiler.policy.policy_library import PolicyLibrary
from compiler.resolve.fleet import Fleet
from compiler.source.revision import commits_since, open_revision
from compiler.source.worktree import WorkTree
from compiler.spec.portfolio import PROJECT_FILE, Portfolio

Commit = tuple[str, date]
"""The id and the day of a commit."""


@dataclass(frozen=True, slots=True)
class ImpactGaps:
    """What an answer does not cover."""

    invalid_documents: tuple[tuple[str, int], ...] = ()
    """Projects (`""` for the own one) whose invalid documents were skipped, with the number of errors."""
    unreadable_commits: tuple[tuple[str, str], ...] = ()
    """Commits that were skipped, with the reason."""
    object_policy_count: int = 0
    """Policies on rendered objects, which are never evaluated here."""
    policy_errors: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class RevisionImpact:
    """What a change of policies between two revisions means for the models of the second."""

    comparison: PolicyComparison
    changes: tuple[StateChange, ...]
    summary: str
    gaps: ImpactGaps


@dataclass(frozen=True, slots=True)
class FleetResult:
    """The results of the current policies for one fleet: of a commit on a day, or of a folder."""

    label: str
    day: date | None
    model_count: int
    failing_models: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FleetScan:
    """The results of the current policies for several fleets."""

    results: tuple[FleetResult, ...]
    gaps: ImpactGaps


def compare_revisions(folder: Path, range_: str, as_of: date | None) -> RevisionImpact:
    """Apply the policies of two revisions (`BASE` or `BASE..HEAD`) to the models of the second."""
    base, dots, head = range_.partition("..")
    base_session = Session(open_revision(folder, base), as_of)
    head_session = Session(open_revision(folder, head) if dots and head else WorkTree(folder), as_of)
    base_fleet = _rebind_fleet(head_session, base_session.portfolio)
    before = _snapshot(base_fleet, base_session.portfolio, head_session.as_of)
    after = _snapshot(head_session.fleet, head_session.portfolio, head_session.as_of)
    changes = tuple(diff_snapshots(before, after, model_owners(head_session.fleet)))
    comparison = compare_policies(
        _side(base_session.portfolio, base_fleet), _side(head_session.portfolio, head_session.fleet)
    )
    return RevisionImpact(comparison, changes, head_session.summary, _gaps((before, after), [("", head_session)]))


def _side(policy_portfolio: Portfolio, fleet: Fleet) -> PolicySide:
    library = PolicyLibrary(policy_portfolio, WorkTree(resources.shipped_folder("schemas")))
    return PolicySide(policy_portfolio, library, fleet)


def first_day_of(span: timedelta, as_of: date | None) -> date:
    """The first day of a span that ends at a date, by default today in UTC."""
    last_day = as_of or datetime.now(UTC).date()
    return last_day - min(span, last_day - date.min)


def scan_history(
    folder: Path,
    first_day: date,
    as_of: date | None,
    track: Callable[[Sequence[Commit]], Iterable[Commit]] = iter,
) -> FleetScan:
    """Apply today's policies to each commit since a day; `track` may show the progress."""
    session = Session(WorkTree(folder), as_of)
    results: list[FleetResult] = []
    snapshots: list[PolicySnapshot] = []
    unreadable: list[tuple[str, str]] = []
    for commit, day in track(commits_since(folder, first_day)):
        tree = open_revision(folder, commit)
        if not tree.has(PROJECT_FILE):
            continue
        try:
            fleet = _rebind_fleet(Session(tree, as_of), session.portfolio)
            snapshot = _snapshot(fleet, session.portfolio, session.as_of)
        except UsageError as error:
            unreadable.append((commit[:10], error.message))
            continue
        snapshots.append(snapshot)
        results.append(_fleet_result(commit[:10], day, snapshot))
    return FleetScan(tuple(results), _gaps(snapshots, unreadable_commits=tuple(unreadable)))


def scan_repositories(folder: Path, fleets: Sequence[Path], as_of: date | None) -> FleetScan:
    """Apply today's policies to the projects in other folders."""
    session = Session(WorkTree(folder), as_of)
    for fleet in fleets:
        if not (fleet / PROJECT_FILE).is_file():
            raise UsageError(f"there is no {PROJECT_FILE} in {fleet}")
    other_sessions = [(str(fleet), Session(WorkTree(fleet), as_of)) for fleet in fleets]
    snapshots = [_snapshot_repository(session, label, other) for label, other in other_sessions]
    results = [
        _fleet_result(label, None, snapshot) for (label, _), snapshot in zip(other_sessions, snapshots, strict=True)
    ]
    return FleetScan(tuple(results), _gaps(snapshots, other_sessions))


def _rebind_fleet(session: Session, policy_portfolio: Portfolio) -> Fleet:
    """The models of a session, bound to policies by the documents of another revision."""
    return Fleet(with_bindings_of(session.portfolio, policy_portfolio), session.language, session.tree)


def _snapshot(fleet: Fleet, policies: Portfolio, as_of: date) -> PolicySnapshot:
    return snapshot_policies(fleet, policies, WorkTree(resources.shipped_folder("schemas")), as_of)


def _snapshot_repository(session: Session, label: str, other: Session) -> PolicySnapshot:
    try:
        fleet = other.fleet
    except UsageError as error:
        raise UsageError(f"{label}: {error.message}", help=error.help) from error
    return _snapshot(fleet, session.portfolio, session.as_of)


def _fleet_result(label: str, day: date | None, snapshot: PolicySnapshot) -> FleetResult:
    return FleetResult(label, day, snapshot.model_count, tuple(failing_models(snapshot.findings)))


def _gaps(
    snapshots: Sequence[PolicySnapshot],
    sessions: Iterable[tuple[str, Session]] = (),
    unreadable_commits: tuple[tuple[str, str], ...] = (),
) -> ImpactGaps:
    error_counts = (
        (label, sum(finding.is_blocking for finding in session.portfolio.findings)) for label, session in sessions
    )
    return ImpactGaps(
        tuple((label, count) for label, count in error_counts if count),
        unreadable_commits,
        max((snapshot.object_policy_count for snapshot in snapshots), default=0),
        sorted_unique(finding for snapshot in snapshots for finding in snapshot.policy_errors),
    )
