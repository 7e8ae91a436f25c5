"""A build that shows how far it is."""

import sys
from collections.abc import Callable

import click

from compiler.cli._shared.streams import supports_progress
from compiler.diagnostics.finding import Finding
from compiler.pipeline.session import Session, all_units
from compiler.pipeline.stages import BuildResult, all_findings, build
from compiler.plan.planning import UnitFilter
from compiler.policy.baseline import EMPTY_BASELINE, Baseline


def build_with_progress(
    run: Session,
    scope: UnitFilter = all_units,
    baseline: Baseline = EMPTY_BASELINE,
    *,
    ignore_policies: bool = False,
    include: Callable[[Finding], bool] = all_findings,
) -> BuildResult:
    """What a build makes, with a bar on a terminal."""
    if not supports_progress():
        return build(run, scope, baseline=baseline, ignore_policies=ignore_policies, include=include)
    length = sum(scope(name, environment) for name, environment in run.fleet.deployments())
    with click.progressbar(length=length, label="rendering", file=sys.stderr, show_pos=True) as bar:
        return build(run, scope, lambda: bar.update(1), baseline, ignore_policies=ignore_policies, include=include)
