"""`modelyard check`."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click

from compiler.commands.common.evaluation_inputs import load_baseline, load_change_base
from compiler.commands.common.file_arguments import project_paths, require_inputs
from compiler.commands.common.finding_report import make_report
from compiler.commands.common.kept_session import RunOptions, start_run
from compiler.commands.common.name_checks import require_environments
from compiler.commands.common.progress_bars import build_with_progress, check_sources_with_progress, check_with_progress
from compiler.commands.common.project import open_tree, project_root, to_date
from compiler.commands.common.streams import print_status, stdout_supports_colour, terminal_width, write_output
from compiler.diagnostics.finding import Finding, sorted_unique
from compiler.diagnostics.finding_filters import filter_findings
from compiler.foundation.errors import UsageError
from compiler.pipeline.session import Session
from compiler.pipeline.stages import require_source_packages
from compiler.policy.baseline import apply_baseline, count_stale, format_baseline, is_policy_finding
from compiler.report import REPORTERS


def check_project(
    *,
    files: tuple[Path, ...],
    format_: str,
    output: Path | None,
    renders: bool,
    runs_sources: bool,
    changed_since: str | None,
    reviews: Path | None,
    baseline: Path | None,
    write_baseline: Path | None,
    fix: bool,
    unsafe_fixes: bool,
    diff: bool,
    verbose: bool,
    as_of: datetime | None,
    environments: tuple[str, ...],
    root: Path | None,
    rev: str | None,
    max_findings: int,
    jobs: int | None,
    no_cache: bool,
    timings: bool,
    profile: Path | None,
) -> None:
    """Check the project, fix what may be fixed, and report; exit with 1 if there are mandatory findings."""
    folder, options = project_root(root), RunOptions(not no_cache, jobs, timings, profile)
    _reject_option_conflicts(fix=fix or diff, unsafe_fixes=unsafe_fixes, rev=rev)
    change_base, named_files = load_change_base(folder, changed_since, reviews), project_paths(files, folder)
    renders = renders or write_baseline is not None
    with start_run(folder, options) as run:

        def open_session() -> Session:
            scope = named_files if write_baseline is None else frozenset()
            return run.open_session(open_tree(folder, rev), to_date(as_of), change_base, scope)

        session = open_session()
        _require_known(session, named_files, environments)
        findings = _collect_findings(session, renders=renders)
        selected = filter_findings(findings, named_files, environments) if fix or diff else ()
        if (fix or diff) and _fix_files(selected, session, folder, unsafe=unsafe_fixes, diff=diff):
            session = open_session()
            findings = _collect_findings(session, renders=renders)
        findings = _with_source_findings(session, findings) if runs_sources else findings
        findings = _apply_baseline(findings, baseline, write_baseline, covers_project=not named_files)
        session.save_documents()
        shown, hint = filter_findings(findings, named_files, environments), not (renders or files)
        code = _report(session, shown, folder, format_, output, max_findings or None, hint=hint, verbose=verbose)
        _end(session, code, runs_sources=runs_sources)


def _with_source_findings(session: Session, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    return sorted_unique((*findings, *check_sources_with_progress(session)))


def _require_known(session: Session, files: frozenset[str], environments: tuple[str, ...]) -> None:
    """Raise `UsageError` for a file that no check reads, or an unknown environment."""
    require_inputs(session, files)
    require_environments(session.fleet, environments)


def _end(session: Session, exit_code: int, *, runs_sources: bool) -> None:
    """End the command; without findings, a package that tests need and that is missing is an error."""
    if runs_sources and not exit_code:
        require_source_packages(session)
    raise click.exceptions.Exit(exit_code)


def _reject_option_conflicts(*, fix: bool, unsafe_fixes: bool, rev: str | None) -> None:
    if fix and rev is not None:
        raise UsageError("--fix and --diff cannot change a revision", help="omit --rev")
    if unsafe_fixes and not fix:
        raise UsageError("--unsafe-fixes requires --fix or --diff", help="modelyard check --diff --unsafe-fixes")


def _collect_findings(session: Session, *, renders: bool) -> tuple[Finding, ...]:
    """All findings; `renders` includes those of policies on rendered objects, even if other policies fail."""
    return build_with_progress(session, ignore_policies=True).findings if renders else check_with_progress(session)


def _fix_files(findings: tuple[Finding, ...], session: Session, folder: Path, *, unsafe: bool, diff: bool) -> bool:
    """Whether a file was written; ends the command if the fixes are only shown."""
    from compiler.commands.common.fix_output import write_or_show_fixes  # noqa: PLC0415 - diffs and edits take 30 ms, and other checks need neither

    fix_count = write_or_show_fixes(findings, session, folder, unsafe=unsafe, diff=diff)
    if diff:
        raise click.exceptions.Exit(0)
    return fix_count > 0


def _apply_baseline(
    findings: tuple[Finding, ...], baseline: Path | None, write_baseline: Path | None, *, covers_project: bool
) -> tuple[Finding, ...]:
    """The findings without those of the baseline; stale entries are only known if the findings cover the project."""
    if write_baseline is not None:
        _write_baseline(write_baseline, findings)
        baseline = baseline or (write_baseline if write_baseline.exists() else None)
    loaded_baseline = load_baseline(baseline)
    if covers_project and (stale_count := count_stale(findings, loaded_baseline)):
        entries = "1 entry" if stale_count == 1 else f"{stale_count} entries"
        print_status(f"{entries} of the baseline no longer occur; remove them with --write-baseline")
    return apply_baseline(findings, loaded_baseline)


def _write_baseline(path: Path, findings: tuple[Finding, ...]) -> None:
    """A new file gets all policy findings; an existing one keeps those of its entries that still occur."""
    if any(finding.is_blocking and not is_policy_finding(finding) for finding in findings):
        print_status(f"{path} was not written: fix the findings that are not about policies first")
    else:
        write_output(format_baseline(findings, load_baseline(path) if path.exists() else None), path)


def _report(
    session: Session,
    findings: tuple[Finding, ...],
    folder: Path,
    format_: str,
    output: Path | None,
    max_shown: int | None,
    *,
    hint: bool,
    verbose: bool,
) -> int:
    """Write the report; return the exit code. `hint`: say how to check what is rendered."""
    width = terminal_width(sys.stdout) if output is None else None
    colour = stdout_supports_colour(output)
    report = make_report(session, findings, folder, colour=colour, width=width, verbose=verbose, max_shown=max_shown)
    write_output(REPORTERS[format_](report), output)
    if hint and (skipped := _skipped_checks(session)):
        print_status(f"{skipped} skipped; run `modelyard check --rendered`")
    return report.exit_code


def _skipped_checks(session: Session) -> str:
    """What is checked on rendered objects only, with its verb; empty if there is nothing."""
    policies, models = len(session.fleet_checks.object_policy_ids), session.fleet_checks.patched_models
    parts = []
    if policies:
        parts.append("1 policy on rendered objects" if policies == 1 else f"{policies} policies on rendered objects")
    if models:
        parts.append("the patches of 1 model" if models == 1 else f"the patches of {models} models")
    is_singular = (policies, models) == (1, 0)
    return f"{' and '.join(parts)} {'was' if is_singular else 'were'}" if parts else ""
