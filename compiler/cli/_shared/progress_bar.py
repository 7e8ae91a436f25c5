"""A build that shows how far it is."""

import sys
from collections.abc import Callable

import click

from compiler.cli._shared.streams import shows_progress
from compiler.diagnostics.finding import Finding
from compiler.pipeline.session import BuildResult, Session, build, all_units, all_findings
from compiler.plan.planning import UnitFilter
from compiler.policy.baseline import EMPTY_BASELINE, Baseline


def built(
    run: Session,
    scope: UnitFilter = all_units,
    known: Baseline = EMPTY_BASELINE,
    *,
    despite_policies: bool = False,
    concerns: Callable[[Finding], bool] = all_findings,
) -> BuildResult:
    """What a build makes, with a bar on a terminal."""
    if not shows_progress():
        return build(run, scope, baseline=known, ignore_policies=despite_policies, include=concerns)
    length = sum(scope(name, environment) for name, environment in run.fleet.deployments())
    with click.progressbar(length=length, label="rendering", file=sys.stderr, show_pos=True) as bar:
        return build(run, scope, lambda: bar.update(1), known, ignore_policies=despite_policies, include=concerns)
