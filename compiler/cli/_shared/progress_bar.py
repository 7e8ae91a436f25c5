"""A build that shows how far it is."""

import sys
from collections.abc import Callable

import click

from compiler.cli._shared.streams import shows_progress
from compiler.diagnostics.finding import Finding
from compiler.pipeline.session import Built, Run, build, everything, of_all
from compiler.plan.planning import Scope
from compiler.policy.baseline import NOTHING_KNOWN, Baseline


def built(
    run: Run,
    scope: Scope = everything,
    known: Baseline = NOTHING_KNOWN,
    *,
    despite_policies: bool = False,
    concerns: Callable[[Finding], bool] = of_all,
) -> Built:
    """What a build makes, with a bar on a terminal."""
    if not shows_progress():
        return build(run, scope, known=known, despite_policies=despite_policies, concerns=concerns)
    length = sum(scope(name, environment) for name, environment in run.fleet.deployments())
    with click.progressbar(length=length, label="rendering", file=sys.stderr, show_pos=True) as bar:
        return build(run, scope, lambda: bar.update(1), known, despite_policies=despite_policies, concerns=concerns)
