"""`modelyard build`."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from compiler.cli._shared import common_options, policy_options
from compiler.cli._shared.git_root import checkout_subfolder
from compiler.cli._shared.streams import print_status, supports_colour, write_output
from compiler.diagnostics.finding import sorted_unique
from compiler.foundation.json_data import as_str
from compiler.report import REPORTERS, Report
from compiler.write.apply_changes import apply, plan_changes
from compiler.write.change_set import Action, ChangeSet
from compiler.write.output_units import committed_units, output_folder_units

if TYPE_CHECKING:
    from collections.abc import Callable

    from compiler.pipeline.session import Session
    from compiler.pipeline.stages import BuildResult
    from compiler.plan.planning import UnitFilter

_ACTIONS = (
    ("created", Action.CREATE),
    ("changed", Action.CHANGE),
    ("removed", Action.DELETE),
    ("unchanged", Action.KEEP),
)


@click.command("build")
@click.argument("models", nargs=-1)
@click.option(
    "--output",
    "-o",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write everything below this folder; by default the project's `output` (build/), and what is committed at its place.",
)
@click.option(
    "--check",
    "check_",
    is_flag=True,
    help="Write nothing; exit 1 if what is committed is not what a build would make it.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(tuple(REPORTERS)),
    default="text",
    show_default=True,
    help="How findings are written: text to stderr, anything else to stdout.",
)
@policy_options.evaluation_options
@common_options.environment_option
@common_options.project_options
def command(
    models: tuple[str, ...],
    *,
    output: Path | None,
    check_: bool,
    format_: str,
    changed_since: str | None,
    baseline: Path | None,
    as_of: datetime | None,
    environments: tuple[str, ...],
    root: Path | None,
    rev: str | None,
) -> None:
    """Render every artifact, and write what changed.

    MODELS and --env narrow what is rendered and removed. Nothing is written while anything mandatory is wrong, and a
    file that somebody edited by hand is named, not overwritten.

    \b
    modelyard build
    modelyard build card-fraud --env staging
    modelyard build --output /tmp/preview
    modelyard build --check
    """
    from compiler.cli._shared.progress_bar import build_with_progress  # noqa: PLC0415 - help needs none of what a run does
    from compiler.pipeline.session import Session  # noqa: PLC0415 - likewise

    folder = common_options.project_root(root)
    day, change_base = as_of.date() if as_of else None, policy_options.load_change_base(folder, changed_since)
    run = Session(common_options.open_tree(folder, rev), day, change_base)
    _require_names(run, models, environments)
    output_folder = output or folder / (as_str(run.portfolio.project.data.get("output")) or "build")
    build_result = build_with_progress(run, _selection_scope(models, environments), policy_options.load_baseline(baseline))
    destinations = (
        _plan_destinations(
            folder, output_folder, build_result, _removal_filter(models, environments), in_one_folder=output is not None
        )
        if build_result.can_write
        else ()
    )
    conflicts = [finding for destination in destinations for finding in destination.changes.conflicts]
    findings = sorted_unique([*build_result.findings, *conflicts])
    report = Report(
        findings,
        run.read_text,
        run.summary,
        colour=supports_colour(sys.stderr),
        project_folder=checkout_subfolder(folder),
    )
    if format_ != "text":
        write_output(REPORTERS[format_](report), None)
    elif findings:
        print_status(REPORTERS["text"](report), newline=False)
    if report.exit_code:
        print_status("nothing was written")
        raise click.exceptions.Exit(report.exit_code)
    if check_:
        raise click.exceptions.Exit(_check_freshness(folder, destinations))
    for destination in destinations:
        apply(destination.path, destination.changes)
        print_status(f"{_format_counts(destination.changes)} in {_display_path(destination.path)}")


class _Destination(NamedTuple):
    """A folder that is written to, and what would change in it."""

    path: Path
    changes: ChangeSet


def _plan_destinations(
    folder: Path,
    output_folder: Path,
    build_result: BuildResult,
    may_remove: Callable[[str], bool],
    *,
    in_one_folder: bool,
) -> tuple[_Destination, ...]:
    """The output folder, and the repository where something is committed in it; all below one folder where that was asked for."""
    units = build_result.units if in_one_folder else output_folder_units(build_result.units)
    output_destination = _Destination(
        output_folder,
        plan_changes(output_folder, units, may_remove, root_name=_display_path(output_folder).rstrip("/")),
    )
    if in_one_folder:
        return (output_destination,)
    repository_destination = _Destination(folder, plan_changes(folder, committed_units(build_result.units), may_remove))
    return (
        (repository_destination, output_destination)
        if repository_destination.changes != ChangeSet()
        else (output_destination,)
    )


def _require_names(run: Session, models: tuple[str, ...], environments: tuple[str, ...]) -> None:
    common_options.require_environments(run.fleet, environments)
    common_options.require_models(run.portfolio, models)


def _selection_scope(models: tuple[str, ...], environments: tuple[str, ...]) -> UnitFilter:
    def is_selected(model: str, environment: str) -> bool:
        return (not models or not model or model in models) and (
            not environments or not environment or environment in environments
        )

    return is_selected


def _removal_filter(models: tuple[str, ...], environments: tuple[str, ...]) -> Callable[[str], bool]:
    """Whether the run may remove a unit that is not made any more: of a model, of an environment, or of all."""
    is_selected = _selection_scope(models, environments)

    def may_remove(unit: str) -> bool:
        environment, _, model = unit.partition("/")
        return is_selected(model, "" if "." in environment else environment)

    return may_remove


def _check_freshness(folder: Path, destinations: tuple[_Destination, ...]) -> int:
    """Whether everything that is committed is what a build would make it: what git ignores is nobody's to keep fresh."""
    code = 0
    for path, changes in destinations:
        if path != folder and _is_ignored(folder, path):
            print_status(f"{_display_path(path)} is ignored by git, and was not looked at")
        elif changes.is_up_to_date:
            print_status(f"{_display_path(path)} is what a build would make it")
        else:
            stale = (change for change in changes.changes if change.action is not Action.KEEP)
            write_output("".join(f"{change.action.value:7} {change.path}\n" for change in stale), None)
            print_status(f"{_display_path(path)} is out of date: run `modelyard build`")
            code = 1
    return code


def _is_ignored(folder: Path, path: Path) -> bool:
    from compiler.source.revision import is_ignored  # noqa: PLC0415 - git, which most builds need not

    return is_ignored(folder, path)


def _format_counts(changes: ChangeSet) -> str:
    counts = {label: sum(change.action is action for change in changes.changes) for label, action in _ACTIONS}
    return ", ".join(f"{count} {label}" for label, count in counts.items() if count) or "nothing to write"


def _display_path(path: Path) -> str:
    absolute_path, working_folder = path.resolve(), common_options.current_folder()
    return (
        f"{absolute_path.relative_to(working_folder)}/" if absolute_path.is_relative_to(working_folder) else f"{path}/"
    )
