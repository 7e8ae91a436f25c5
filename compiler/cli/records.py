"""`modelyard records`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from compiler.cli._shared import common_options as options
from compiler.cli._shared.git_root import within_checkout
from compiler.cli._shared.streams import emit, shows_colour, tell
from compiler.foundation.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from compiler.pipeline.session import Session
    from compiler.plan.records.missing_fields import ModelRecordStatus

_FORMATS = ("text", "json", "markdown", "csv")


@click.group("records")
def command() -> None:
    """Tell what records have to say of models, and what of it nobody has said.

    \b
    modelyard records status
    modelyard records status --regime eu-ai-act --owner lending-decisions
    """


@command.command("status")
@click.argument("models", nargs=-1)
@click.option("--regime", "regimes", multiple=True, metavar="NAME", help="Only records for this regime; may be repeated.")
@click.option("--owner", "owners", multiple=True, metavar="TEAM", help="Only what this Team has to say; may be repeated.")
@click.option("--format", "format_", type=click.Choice(_FORMATS), default="text", show_default=True, help="How.")
@click.option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
@click.option("--strict", is_flag=True, help="Exit 1 where something is missing.")
@options.project
def status(
    models: tuple[str, ...],
    *,
    regimes: tuple[str, ...],
    owners: tuple[str, ...],
    format_: str,
    output: Path | None,
    strict: bool,
    root: Path | None,
    rev: str | None,
) -> None:
    """List what records of models have to say and nobody has said: the field, its line, and who says it.

    \b
    modelyard records status
    modelyard records status card-fraud
    modelyard records status --regime eu-ai-act --format markdown -o missing.md
    modelyard records status --owner data-platform --strict
    """
    from compiler.pipeline.session import Session  # noqa: PLC0415 - help needs none of what a run does
    from compiler.report.record_status import FORMATS  # noqa: PLC0415 - likewise

    folder = options.project_root(root)
    run = Session(options.open_tree(folder, rev))
    options.require_models(run.portfolio, models)
    _require(run, regimes, owners)
    is_sound, found = _told(run, folder, models)
    chosen = tuple(one.filter_records(frozenset(regimes), frozenset(owners)) for one in found)
    emit(FORMATS[format_](chosen), output)
    raise click.exceptions.Exit(0 if is_sound and not (strict and any(one.missing_fields for one in chosen)) else 1)


def _told(run: Session, folder: Path, models: tuple[str, ...]) -> tuple[bool, tuple[ModelRecordStatus, ...]]:
    """What could be told, and whether that is all: what keeps models from being told is said on stderr."""
    from compiler.diagnostics.finding import Finding, sorted_unique  # noqa: PLC0415 - help needs none of it
    from compiler.pipeline.session import record_statuses  # noqa: PLC0415 - likewise
    from compiler.report import REPORTERS, Report  # noqa: PLC0415 - likewise

    told = list(record_statuses(run, models))
    findings = sorted_unique([one for one in told if isinstance(one, Finding)])
    if findings:
        report = Report(findings, run.read_text, run.summary, colour=shows_colour(sys.stderr), project_folder=within_checkout(folder))
        tell(REPORTERS["text"](report), newline=False)
    return not findings, tuple(one for one in told if not isinstance(one, Finding))


def _require(run: Session, regimes: tuple[str, ...], owners: tuple[str, ...]) -> None:
    from compiler.plan.records.missing_fields import regime_titles as known  # noqa: PLC0415 - help needs none of it

    _known("regime", regimes, known(run.planning_services))
    _known("Team", owners, run.portfolio.by_kind("Team"))


def _known(what: str, names: tuple[str, ...], known: Iterable[str]) -> None:
    from compiler.foundation.suggestions import closest_match  # noqa: PLC0415 - help needs none of it

    there = sorted(known)
    for name in names:
        if name not in there:
            near = closest_match(name, there)
            there_are = f"one of: {', '.join(there)}" if there else None
            raise UsageError(f"there is no {what} `{name}`", help=f"did you mean `{near}`?" if near else there_are)
