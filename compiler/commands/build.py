"""`modelyard build`."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click

from compiler.commands.common.evaluation_inputs import load_baseline, load_change_base
from compiler.commands.common.finding_report import make_report
from compiler.commands.common.kept_session import (
    RunOptions,
    StoredUnitStates,
    start_run,
)
from compiler.commands.common.name_checks import require_environments, resolve_models
from compiler.commands.common.output_plan import OutputPlan, display_path
from compiler.commands.common.progress_bars import check_for_build_with_progress, render_with_progress
from compiler.commands.common.project import open_tree, project_root, to_date
from compiler.commands.common.shard_results import parse_shard, write_shard
from compiler.commands.common.streams import print_status, supports_colour, terminal_width, write_output
from compiler.diagnostics.finding import Finding, sorted_unique
from compiler.pipeline.session import Session, all_units
from compiler.pipeline.unit_selection import select_removable_units, select_units
from compiler.policy.baseline import Baseline
from compiler.report import REPORTERS
from compiler.store.project_store import Store
from compiler.write.change_set import Action, ChangeSet
from compiler.write.output_writer import Destination

_ACTIONS = (
    ("created", Action.CREATE),
    ("changed", Action.CHANGE),
    ("removed", Action.DELETE),
    ("unchanged", Action.KEEP),
)


@dataclass(frozen=True)
class BuildRequest:
    """What a build renders, where it writes, and how it reports."""

    models: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    output: Path | None = None
    is_check: bool = False
    is_full: bool = False
    """Read the files of unchanged units, too."""
    format: str = "text"
    verbose: bool = False


def build_project(
    *,
    models: tuple[str, ...],
    output: Path | None,
    check_: bool,
    full: bool,
    verbose: bool,
    format_: str,
    changed_since: str | None,
    baseline: Path | None,
    as_of: datetime | None,
    environments: tuple[str, ...],
    root: Path | None,
    rev: str | None,
    jobs: int | None,
    no_cache: bool,
    timings: bool,
    profile: Path | None,
    shard: str | None,
    results: Path | None,
) -> None:
    """Render, report findings, and write the files or compare them; or compute the results of a shard."""
    folder, options = project_root(root), RunOptions(not no_cache, jobs, timings, profile)
    request = BuildRequest(models, environments, output, check_, full, format_, verbose)
    part = parse_shard(shard, results)
    with start_run(folder, options, needs_store=part is not None) as run:
        session = run.open_session(open_tree(folder, rev), to_date(as_of), load_change_base(folder, changed_since))
        if part is not None:
            write_shard(session, run.store, part)
        else:
            run_build(session, folder, run.store, request, load_baseline(baseline))


def run_build(session: Session, folder: Path, store: Store, request: BuildRequest, baseline: Baseline) -> None:
    """Check and render with a session that keeps its results in the store; ends the command with 1 if something is wrong."""
    require_environments(session.fleet, request.environments)
    models, environments = resolve_models(session.portfolio, folder, request.models), request.environments
    scope = select_units(models, environments) if models or environments else all_units
    plan = OutputPlan(session, folder, request.output, select_removable_units(models, environments))
    checked_build = check_for_build_with_progress(session, baseline)
    session.save_documents()
    if checked_build.is_blocked:
        _report(session, folder, checked_build.findings_without_rendering(), request)
        raise click.exceptions.Exit(0)
    states = StoredUnitStates(store)
    with plan.open(is_check=request.is_check, states=states, is_full=request.is_full) as build_output:
        findings = render_with_progress(checked_build, scope, build_output)
        planned = build_output.finish()
        _report(session, folder, sorted_unique([*findings, *planned.findings]), request)
        if request.is_check:
            raise click.exceptions.Exit(_check_freshness(folder, planned.destinations))
        with session.timings.measure("stage", "write"):
            build_output.apply()
    for destination in planned.destinations:
        print_status(f"{_format_counts(destination.changes)} in {display_path(destination.path)}")


def _report(session: Session, folder: Path, findings: tuple[Finding, ...], request: BuildRequest) -> None:
    """Write the findings; end the command if one of them is mandatory."""
    width = terminal_width(sys.stderr)
    colour = supports_colour(sys.stderr)
    report = make_report(session, findings, folder, colour=colour, width=width, verbose=request.verbose)
    if request.format != "text":
        write_output(REPORTERS[request.format](report), None)
    elif findings:
        print_status(REPORTERS["text"](report), newline=False)
    if report.exit_code:
        print_status("No files were written.")
        raise click.exceptions.Exit(report.exit_code)


def _check_freshness(folder: Path, destinations: Iterable[Destination]) -> int:
    """Whether committed files are what a build would write (exit code 0 or 1); files that git ignores are skipped."""
    exit_code = 0
    for destination in destinations:
        path, changes = destination.path, destination.changes
        if path != folder and _is_ignored(folder, path):
            print_status(f"{display_path(path)} is ignored by git and was not checked")
        elif changes.is_up_to_date:
            print_status(f"{display_path(path)} is up to date")
        else:
            write_output("".join(f"{change.action.value:7} {change.path}\n" for change in changes.changes), None)
            print_status(f"{display_path(path)} is out of date: run `modelyard build`")
            exit_code = 1
    return exit_code


def _is_ignored(folder: Path, path: Path) -> bool:
    from compiler.source.revision import is_ignored  # noqa: PLC0415 - it loads `subprocess`, which takes 15 ms, and only --check needs it

    return is_ignored(folder, path)


def _format_counts(changes: ChangeSet) -> str:
    counts = [(label, changes.counts.get(action, 0)) for label, action in _ACTIONS]
    return ", ".join(f"{count} {label}" for label, count in counts if count) or "no files"
