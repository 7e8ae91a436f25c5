"""`modelyard records`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from compiler.cli._shared import common_options
from compiler.cli._shared.git_root import checkout_subfolder
from compiler.cli._shared.streams import print_status, supports_colour, write_output
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
@click.option(
    "--regime", "regimes", multiple=True, metavar="NAME", help="Only records for this regime; may be repeated."
)
@click.option(
    "--owner", "owners", multiple=True, metavar="TEAM", help="Only what this Team has to say; may be repeated."
)
@click.option("--format", "format_", type=click.Choice(_FORMATS), default="text", show_default=True, help="How.")
@click.option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
@click.option("--strict", is_flag=True, help="Exit 1 where something is missing.")
@common_options.project_options
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

    folder = common_options.project_root(root)
    run = Session(common_options.open_tree(folder, rev))
    common_options.require_models(run.portfolio, models)
    _require_filters(run, regimes, owners)
    is_sound, statuses = _collect_statuses(run, folder, models)
    filtered_statuses = tuple(
        model_status.filter_records(frozenset(regimes), frozenset(owners)) for model_status in statuses
    )
    write_output(FORMATS[format_](filtered_statuses), output)
    raise click.exceptions.Exit(
        0 if is_sound and not (strict and any(model_status.missing_fields for model_status in filtered_statuses)) else 1
    )


def _collect_statuses(
    run: Session, folder: Path, models: tuple[str, ...]
) -> tuple[bool, tuple[ModelRecordStatus, ...]]:
    """What could be told, and whether that is all: what keeps models from being told is said on stderr."""
    from compiler.diagnostics.finding import Finding, sorted_unique  # noqa: PLC0415 - help needs none of it
    from compiler.pipeline.stages import record_statuses  # noqa: PLC0415 - likewise
    from compiler.report import REPORTERS, Report  # noqa: PLC0415 - likewise

    results = list(record_statuses(run, models))
    findings = sorted_unique([result for result in results if isinstance(result, Finding)])
    if findings:
        report = Report(
            findings,
            run.read_text,
            run.summary,
            colour=supports_colour(sys.stderr),
            project_folder=checkout_subfolder(folder),
        )
        print_status(REPORTERS["text"](report), newline=False)
    return not findings, tuple(result for result in results if not isinstance(result, Finding))


def _require_filters(run: Session, regimes: tuple[str, ...], owners: tuple[str, ...]) -> None:
    from compiler.plan.records.missing_fields import regime_titles  # noqa: PLC0415 - help needs none of it

    _require_names("regime", regimes, regime_titles(run.emitters))
    _require_names("Team", owners, run.portfolio.by_kind("Team"))


def _require_names(label: str, names: tuple[str, ...], known_names: Iterable[str]) -> None:
    from compiler.foundation.suggestions import closest_match  # noqa: PLC0415 - help needs none of it

    available_names = sorted(known_names)
    for name in names:
        if name not in available_names:
            suggestion = closest_match(name, available_names)
            fallback = f"one of: {', '.join(available_names)}" if available_names else None
            raise UsageError(
                f"there is no {label} `{name}`", help=f"did you mean `{suggestion}`?" if suggestion else fallback
            )
