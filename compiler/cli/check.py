"""`modelyard check`."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from compiler.cli._shared import common_options, policy_options
from compiler.cli._shared.git_root import checkout_subfolder, git_root
from compiler.cli._shared.streams import print_status, stdout_supports_colour, supports_progress, write_output
from compiler.diagnostics.finding import Finding, sorted_unique
from compiler.foundation.errors import UsageError
from compiler.report import REPORTERS, Report

if TYPE_CHECKING:
    from compiler.pipeline.session import Session


@click.command("check")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "format_",
    type=click.Choice(tuple(REPORTERS)),
    default="text",
    show_default=True,
    help="How findings are written.",
)
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the report to this file instead of stdout.",
)
@click.option(
    "--rendered",
    "renders",
    is_flag=True,
    help="Render everything, too, and ask policies on rendered objects; write nothing.",
)
@click.option(
    "--sources", "runs_sources", is_flag=True, help="Run what lies beside specs, too: decisions, graphs, models."
)
@click.option(
    "--write-baseline",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write what policies find, of rendered objects too, to this file; one that is there only loses entries.",
)
@click.option("--fix", is_flag=True, help="Write the fixes that change nothing else, and check again.")
@click.option("--unsafe-fixes", is_flag=True, help="With --fix or --diff: those that guess what was meant, too.")
@click.option("--diff", is_flag=True, help="Show what --fix would write, and write nothing.")
@policy_options.evaluation_options
@common_options.environment_option
@common_options.project_options
def command(
    files: tuple[Path, ...],
    *,
    format_: str,
    output: Path | None,
    renders: bool,
    runs_sources: bool,
    changed_since: str | None,
    baseline: Path | None,
    write_baseline: Path | None,
    fix: bool,
    unsafe_fixes: bool,
    diff: bool,
    as_of: datetime | None,
    environments: tuple[str, ...],
    root: Path | None,
    rev: str | None,
) -> None:
    """Check language, references, policies, and whether targets can do what models ask.

    FILES narrow what is reported, and by that what must be judged: pre-commit may pass the changed ones.

    \b
    modelyard check
    modelyard check models/payments/card-fraud.yaml
    modelyard check --env prod --format json -o findings.json
    modelyard check --rendered
    modelyard check --sources
    modelyard check --as-of 2027-01-31
    modelyard check --diff --unsafe-fixes
    """
    from compiler.pipeline.parse_cache import open_cache  # noqa: PLC0415 - help needs none of what a run does
    from compiler.pipeline.session import Session  # noqa: PLC0415 - likewise

    folder = common_options.project_root(root)
    _reject_option_conflicts(fix=fix or diff, unsafe_fixes=unsafe_fixes, rev=rev)
    day, change_base = as_of.date() if as_of else None, policy_options.load_change_base(folder, changed_since)
    named_files = _project_paths(files, folder)
    scope_files = named_files if write_baseline is None else frozenset()
    cache = open_cache(folder, git_root(folder))
    run = Session(common_options.open_tree(folder, rev), day, change_base, scope_files, cache.parse)
    renders = renders or write_baseline is not None
    all_findings = _collect_findings(run, with_rendered=renders)
    selected_findings = _filter_findings(all_findings, named_files, frozenset(environments))
    if (fix or diff) and _fix_files(selected_findings, run, folder, unsafe=unsafe_fixes, diff=diff):
        run = Session(common_options.open_tree(folder, rev), day, change_base, scope_files, cache.parse)
        all_findings = _collect_findings(run, with_rendered=renders)
    if runs_sources:
        all_findings = sorted_unique((*all_findings, *_run_source_tests(run)))
    all_findings = _apply_baseline(all_findings, baseline, write_baseline, is_whole_project=not named_files)
    cache.save()
    findings = _filter_findings(all_findings, named_files, _require_environments(run, environments))
    report = Report(
        findings,
        run.read_text,
        run.summary,
        colour=stdout_supports_colour(output),
        project_folder=checkout_subfolder(folder),
    )
    write_output(REPORTERS[format_](report), output)
    if not (renders or files):
        _report_skipped_policies(run)
    raise click.exceptions.Exit(report.exit_code)


def _reject_option_conflicts(*, fix: bool, unsafe_fixes: bool, rev: str | None) -> None:
    """Words that do not go together."""
    if fix and rev is not None:
        raise UsageError("a revision cannot be mended", help="leave out --rev")
    if unsafe_fixes and not fix:
        raise UsageError("--unsafe-fixes goes with --fix or --diff", help="modelyard check --diff --unsafe-fixes")


def _report_skipped_policies(run: Session) -> None:
    if count := len(run.policy_engine.rendered_policies):
        policies = "1 policy" if count == 1 else f"{count} policies"
        print_status(f"{policies} on rendered objects not asked: `modelyard check --rendered` asks")


def _fix_files(findings: tuple[Finding, ...], run: Session, folder: Path, *, unsafe: bool, diff: bool) -> bool:
    """Whether a file was written; ends the command where the edits are only shown."""
    from compiler.cli._shared.fixes import fix_files  # noqa: PLC0415 - other checks write nothing

    has_written = fix_files(findings, run.tree, folder, unsafe=unsafe, diff=diff)
    if diff:
        raise click.exceptions.Exit(0)
    return has_written


def _apply_baseline(
    findings: tuple[Finding, ...], baseline: Path | None, write_baseline: Path | None, *, is_whole_project: bool
) -> tuple[Finding, ...]:
    """What is found, where the baseline does not count; `is_whole`: of the whole project, so that what is gone can be told."""
    from compiler.policy.baseline import apply_baseline, count_stale  # noqa: PLC0415 - help needs none of what a run does

    if write_baseline is not None:
        _write_baseline(write_baseline, findings)
    loaded_baseline = policy_options.load_baseline(baseline or _existing_path(write_baseline))
    if is_whole_project and (stale_count := count_stale(findings, loaded_baseline)):
        print_status(
            f"{stale_count} of the findings that the baseline knows are there no more: --write-baseline takes them out"
        )
    return apply_baseline(findings, loaded_baseline)


def _write_baseline(path: Path, findings: tuple[Finding, ...]) -> None:
    """A new file knows all that is found; one that is there keeps of what it knows what is still found.

    Neither is written where policies could not be asked of everything.
    """
    from compiler.policy.baseline import format_baseline, is_policy_finding  # noqa: PLC0415 - help needs none of what a run does

    if any(finding.is_blocking and not is_policy_finding(finding) for finding in findings):
        print_status(f"{path} was not written: policies are not asked of what the language refuses")
    else:
        write_output(format_baseline(findings, policy_options.load_baseline(path) if path.exists() else None), path)


def _existing_path(path: Path | None) -> Path | None:
    return path if path is not None and path.exists() else None


def _collect_findings(run: Session, *, with_rendered: bool) -> tuple[Finding, ...]:
    """`renders`: what policies on rendered objects find, too, whatever other policies find."""
    from compiler.cli._shared.progress_bar import build_with_progress  # noqa: PLC0415 - help needs none of what a run does
    from compiler.pipeline.stages import check  # noqa: PLC0415 - likewise

    return build_with_progress(run, ignore_policies=True).findings if with_rendered else check(run)


def _run_source_tests(run: Session) -> tuple[Finding, ...]:
    from compiler.pipeline.stages import check_sources  # noqa: PLC0415 - help needs none of what a run does

    if not supports_progress():
        return tuple(check_sources(run))
    with click.progressbar(length=0, label="running", file=sys.stderr, show_pos=True) as bar:

        def on_run(_: int, count: int) -> None:
            bar.length = count
            bar.update(1)

        return tuple(check_sources(run, on_run))


def _project_paths(files: tuple[Path, ...], folder: Path) -> frozenset[str]:
    paths = set()
    for file in files:
        path = file.resolve()
        if not path.is_relative_to(folder):
            raise UsageError(f"{file} does not lie in the project {folder}")
        if not path.exists():
            raise UsageError(f"there is no file {file}")
        paths.add(path.relative_to(folder).as_posix())
    return frozenset(paths)


def _require_environments(run: Session, environments: tuple[str, ...]) -> frozenset[str]:
    common_options.require_environments(run.fleet, environments)
    return frozenset(environments)


def _filter_findings(
    findings: tuple[Finding, ...], files: frozenset[str], environments: frozenset[str]
) -> tuple[Finding, ...]:
    return tuple(
        finding for finding in findings if _is_in_files(finding, files) and _is_in_environments(finding, environments)
    )


def _is_in_files(finding: Finding, files: frozenset[str]) -> bool:
    if not files:
        return True
    path = finding.location.path if finding.location else ""
    return path in files or any(path.startswith(f"{file}/") or file == "." for file in files)


def _is_in_environments(finding: Finding, environments: frozenset[str]) -> bool:
    return (
        not environments
        or not finding.affected_environments
        or not environments.isdisjoint(finding.affected_environments)
    )
