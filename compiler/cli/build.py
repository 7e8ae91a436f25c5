"""`modelyard build`."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from compiler.cli._shared import common_options as options
from compiler.cli._shared import policy_options as judging
from compiler.cli._shared.git_root import within_checkout
from compiler.cli._shared.streams import emit, shows_colour, tell
from compiler.diagnostics.finding import sorted_unique
from compiler.foundation.json_data import as_str
from compiler.report import REPORTERS, Report
from compiler.write.apply_changes import apply, plan_changes
from compiler.write.change_set import Action, ChangeSet
from compiler.write.output_units import output_folder_units, committed_units

if TYPE_CHECKING:
    from collections.abc import Callable

    from compiler.pipeline.session import BuildResult, Session
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
    "--check", "check_", is_flag=True, help="Write nothing; exit 1 if what is committed is not what a build would make it."
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(tuple(REPORTERS)),
    default="text",
    show_default=True,
    help="How findings are written: text to stderr, anything else to stdout.",
)
@judging.asked
@options.environments
@options.project
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
    from compiler.cli._shared.progress_bar import built as built_  # noqa: PLC0415 - help needs none of what a run does
    from compiler.pipeline.session import Session  # noqa: PLC0415 - likewise

    folder = options.project_root(root)
    day, since = as_of.date() if as_of else None, judging.since(folder, changed_since)
    run = Session(options.open_tree(folder, rev), day, since)
    _require(run, models, environments)
    target = output or folder / (as_str(run.portfolio.project.data.get("output")) or "build")
    built = built_(run, _scope(models, environments), judging.known(baseline))
    roots = _roots(folder, target, built, _owned(models, environments), whole=output is not None) if built.can_write else ()
    conflicts = [finding for one in roots for finding in one.changes.conflicts]
    findings = sorted_unique([*built.findings, *conflicts])
    report = Report(findings, run.read_text, run.summary, colour=shows_colour(sys.stderr), project_folder=within_checkout(folder))
    if format_ != "text":
        emit(REPORTERS[format_](report), None)
    elif findings:
        tell(REPORTERS["text"](report), newline=False)
    if report.exit_code:
        tell("nothing was written")
        raise click.exceptions.Exit(report.exit_code)
    if check_:
        raise click.exceptions.Exit(_fresh(folder, roots))
    for one in roots:
        apply(one.path, one.changes)
        tell(f"{_told(one.changes)} in {_shown(one.path)}")


class _Root(NamedTuple):
    """A folder that is written to, and what would change in it."""

    path: Path
    changes: ChangeSet


def _roots(
    folder: Path, target: Path, built: BuildResult, owned: Callable[[str], bool], *, whole: bool
) -> tuple[_Root, ...]:
    """The output folder, and the repository where something is committed in it; all below one folder where that was asked for."""
    units = built.units if whole else output_folder_units(built.units)
    below = _Root(target, plan_changes(target, units, owned, root_name=_shown(target).rstrip("/")))
    if whole:
        return (below,)
    there = _Root(folder, plan_changes(folder, committed_units(built.units), owned))
    return (there, below) if there.changes != ChangeSet() else (below,)


def _require(run: Session, models: tuple[str, ...], environments: tuple[str, ...]) -> None:
    options.require_environments(run.fleet, environments)
    options.require_models(run.portfolio, models)


def _scope(models: tuple[str, ...], environments: tuple[str, ...]) -> UnitFilter:
    def is_asked_for(model: str, environment: str) -> bool:
        return (not models or not model or model in models) and (
            not environments or not environment or environment in environments
        )

    return is_asked_for


def _owned(models: tuple[str, ...], environments: tuple[str, ...]) -> Callable[[str], bool]:
    """Whether the run may remove a unit that is not made any more: of a model, of an environment, or of all."""
    asked = _scope(models, environments)

    def is_ours(unit: str) -> bool:
        environment, _, model = unit.partition("/")
        return asked(model, "" if "." in environment else environment)

    return is_ours


def _fresh(folder: Path, roots: tuple[_Root, ...]) -> int:
    """Whether everything that is committed is what a build would make it: what git ignores is nobody's to keep fresh."""
    code = 0
    for path, changes in roots:
        if path != folder and _is_ignored(folder, path):
            tell(f"{_shown(path)} is ignored by git, and was not looked at")
        elif changes.is_up_to_date:
            tell(f"{_shown(path)} is what a build would make it")
        else:
            stale = (change for change in changes.changes if change.action is not Action.KEEP)
            emit("".join(f"{change.action.value:7} {change.path}\n" for change in stale), None)
            tell(f"{_shown(path)} is out of date: run `modelyard build`")
            code = 1
    return code


def _is_ignored(folder: Path, path: Path) -> bool:
    from compiler.source.revision import is_ignored  # noqa: PLC0415 - git, which most builds need not

    return is_ignored(folder, path)


def _told(changes: ChangeSet) -> str:
    counts = {told: sum(change.action is action for change in changes.changes) for told, action in _ACTIONS}
    return ", ".join(f"{count} {told}" for told, count in counts.items() if count) or "nothing to write"


def _shown(path: Path) -> str:
    whole, here = path.resolve(), options.current_folder()
    return f"{whole.relative_to(here)}/" if whole.is_relative_to(here) else f"{path}/"
