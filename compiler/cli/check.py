"""`modelyard check`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from compiler.cli import options
from compiler.cli.checkout import within_checkout
from compiler.cli.output import emit, shows_progress, wants_colour
from compiler.diagnostics import Finding, in_order
from compiler.errors import UsageError
from compiler.report import REPORTERS, Report

if TYPE_CHECKING:
    from compiler.pipeline import Run


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
    "--sources", "runs_sources", is_flag=True, help="Run what lies beside specs, too: decisions, graphs, models."
)
@options.environments
@options.project
def command(
    files: tuple[Path, ...],
    *,
    format_: str,
    output: Path | None,
    runs_sources: bool,
    environments: tuple[str, ...],
    root: Path | None,
    rev: str | None,
) -> None:
    """Check language, references, and whether targets can do what models ask.

    FILES narrow what is reported, never what is loaded: pre-commit may pass the changed ones.

    \b
    modelyard check
    modelyard check models/payments/card-fraud.yaml
    modelyard check --env prod --format json -o findings.json
    modelyard check --sources
    """
    from compiler.pipeline import Run, check  # noqa: PLC0415 - help needs none of what a run does

    folder = options.project_root(root)
    run = Run(options.open_tree(folder, rev))
    found = check(run)
    if runs_sources:
        found = in_order((*found, *_ran(run)))
    findings = _within(found, _relative(files, folder), _known(run, environments))
    report = Report(findings, run.text, run.size, colour=wants_colour(output), within=within_checkout(folder))
    emit(REPORTERS[format_](report), output)
    raise click.exceptions.Exit(report.exit_code)


def _ran(run: Run) -> tuple[Finding, ...]:
    from compiler.pipeline import sources  # noqa: PLC0415 - help needs none of what a run does

    if not shows_progress():
        return tuple(sources(run))
    with click.progressbar(length=0, label="running", file=sys.stderr, show_pos=True) as bar:

        def on_run(_: int, count: int) -> None:
            bar.length = count
            bar.update(1)

        return tuple(sources(run, on_run))


def _relative(files: tuple[Path, ...], folder: Path) -> frozenset[str]:
    found = set()
    for file in files:
        path = file.resolve()
        if not path.is_relative_to(folder):
            raise UsageError(f"{file} does not lie in the project {folder}")
        if not path.exists():
            raise UsageError(f"there is no file {file}")
        found.add(path.relative_to(folder).as_posix())
    return frozenset(found)


def _known(run: Run, environments: tuple[str, ...]) -> frozenset[str]:
    options.require_environments(run.fleet, environments)
    return frozenset(environments)


def _within(findings: tuple[Finding, ...], files: frozenset[str], environments: frozenset[str]) -> tuple[Finding, ...]:
    return tuple(finding for finding in findings if _is_in(finding, files) and _concerns(finding, environments))


def _is_in(finding: Finding, files: frozenset[str]) -> bool:
    if not files:
        return True
    path = finding.place.path if finding.place else ""
    return path in files or any(path.startswith(f"{file}/") or file == "." for file in files)


def _concerns(finding: Finding, environments: frozenset[str]) -> bool:
    environment = finding.subject.environment if finding.subject else None
    return not environments or environment is None or environment in environments
