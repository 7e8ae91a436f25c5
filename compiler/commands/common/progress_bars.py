"""Long operations with a progress bar, if stderr is a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from typing import TYPE_CHECKING

import click

from compiler.commands.common.progress_bar import progress_bar, track
from compiler.commands.common.streams import supports_progress
from compiler.diagnostics.finding import Finding
from compiler.pipeline.session import Session, all_units
from compiler.pipeline.stages import (
    BuildResult,
    CheckedBuild,
    UnitList,
    UnitSink,
    all_findings,
    check,
    check_for_build,
    check_sources,
)
from compiler.pipeline.unit_selection import is_deployment
from compiler.policy.baseline import EMPTY_BASELINE, Baseline

if TYPE_CHECKING:
    from compiler.plan.planning import UnitFilter

_MIN_MODELS = 200
"""A check of fewer models ends before a bar is read."""


def check_with_progress(session: Session) -> tuple[Finding, ...]:
    """`check`, with one step per deployment in a large fleet."""
    with _checking_bar(session):
        return check(session)


@contextmanager
def _checking_bar(session: Session) -> Iterator[None]:
    """A bar that advances while the models of the session are checked."""
    length = len(session.portfolio.by_kind("Model")) if session.models_in_scope is None else 0
    with progress_bar("Checking models", length, _MIN_MODELS) as advance:
        session.on_model_checked = advance
        yield


def model_bar(label: str, length: int) -> AbstractContextManager[Callable[[], object]]:
    """A bar that counts models or deployments of a large fleet."""
    return progress_bar(label, length, _MIN_MODELS)


def check_for_build_with_progress(
    session: Session,
    baseline: Baseline = EMPTY_BASELINE,
    *,
    ignore_policies: bool = False,
    include: Callable[[Finding], bool] = all_findings,
) -> CheckedBuild:
    """`check_for_build`, with one step per model in a large fleet."""
    with _checking_bar(session):
        return check_for_build(session, baseline, ignore_policies=ignore_policies, include=include)


def render_with_progress(checked_build: CheckedBuild, scope: UnitFilter, sink: UnitSink) -> tuple[Finding, ...]:
    """Render the units in scope, with one step per deployment."""
    length = sum(scope(*deployment) for deployment in checked_build.session.fleet.deployments())
    with progress_bar("Rendering deployments", length) as advance:

        def on_unit(unit: str) -> None:
            if is_deployment(unit):
                advance()

        return checked_build.render(scope, sink, on_unit)


def build_with_progress(
    session: Session,
    scope: UnitFilter = all_units,
    baseline: Baseline = EMPTY_BASELINE,
    *,
    ignore_policies: bool = False,
    include: Callable[[Finding], bool] = all_findings,
) -> BuildResult:
    """`build`, with progress bars."""
    checked_build = check_for_build_with_progress(session, baseline, ignore_policies=ignore_policies, include=include)
    if checked_build.is_blocked:
        return BuildResult((), checked_build.findings_without_rendering())
    sink = UnitList()
    findings = render_with_progress(checked_build, scope, sink)
    return BuildResult(tuple(sink.units), findings)


def check_sources_with_progress(session: Session) -> tuple[Finding, ...]:
    """`check_sources`, with one step per test."""
    if not supports_progress():
        return tuple(check_sources(session))
    with click.progressbar(length=0, label="Running tests", file=sys.stderr, show_pos=True) as bar:

        def on_progress(_: int, count: int) -> None:
            bar.length = count
            bar.update(1)

        return tuple(check_sources(session, on_progress))


def iterate_with_progress(commits: Sequence[tuple[str, date]]) -> Iterator[tuple[str, date]]:
    """Commits, with one step per commit."""
    return track("Checking commits", commits, len(commits))
