"""`modelyard inventory`."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from compiler.cli._shared import common_options, inventory_options
from compiler.cli._shared.streams import print_status, stdout_supports_colour, write_output
from compiler.foundation.errors import UsageError
from compiler.foundation.suggestions import closest_match

if TYPE_CHECKING:
    from compiler.inventory.row import Row
    from compiler.pipeline.session import Session

F = TypeVar("F", bound=Callable[..., Any])

_DEFAULT_WIDTH = 100
_SHARED_OPTIONS = frozenset({"format_", "output", "as_of", "root", "rev"})
_SPAN_PATTERN = re.compile(r"([0-9]{1,5})([dw])")
_DAYS_PER_UNIT = {"d": 1, "w": 7}


class _InventoryGroup(click.Group):
    """Lists without a word; with one, shows the model of that name, unless it is the name of a command."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of the name, or what shows the model."""
        return super().get_command(ctx, cmd_name) or _show_command(cmd_name)


def _output_options(*formats: str) -> Callable[[F], F]:
    """`--format` and `--output`."""

    def decorate(function: F) -> F:
        format_option = click.option(
            "--format",
            "format_",
            type=click.Choice(formats),
            default="text",
            show_default=True,
            help="How it is written.",
        )
        output_option = click.option(
            "--output",
            "-o",
            type=click.Path(dir_okay=False, path_type=Path),
            help="Write to this file instead of stdout.",
        )
        return format_option(output_option(function))

    return decorate


_as_of_option = click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="Tell what has lapsed as on this day; by default today, in UTC.",
)


@click.group("inventory", cls=_InventoryGroup, invoke_without_command=True, subcommand_metavar="[MODEL | due …]")
@inventory_options.filter_options
@click.option(
    "--sort",
    "sorts",
    multiple=True,
    metavar="[-]COLUMN",
    help="Order by this column, `-` downwards; may be repeated. By default by name.",
)
@click.option(
    "--columns", metavar="NAME,…", help="Show these columns, of the table and of CSV; `--columns help` lists them."
)
@click.option("--wide", is_flag=True, help="Show more columns, and shorten none.")
@_output_options("text", "json", "csv")
@_as_of_option
@common_options.project_options
@click.pass_context
def command(
    ctx: click.Context,
    /,
    *,
    sorts: tuple[str, ...],
    columns: str | None,
    wide: bool,
    format_: str,
    output: Path | None,
    as_of: datetime | None,
    root: Path | None,
    rev: str | None,
    **filter_values: Any,  # noqa: ANN401 - the filters, which `narrowing` reads
) -> None:
    """List every model: who answers for it, how risky it is, where it runs, and when it is looked at again.

    Models that run nowhere are listed too: those that are proposed, and those that are retired. With a MODEL, show all that is
    known of it, the two digests that approvals name among it. `inventory due` says what lapses.

    \b
    modelyard inventory
    modelyard inventory card-fraud
    modelyard inventory --tier high --tier critical --env prod --sort review
    modelyard inventory --regime eu-ai-act=high-risk --missing --format csv -o missing.csv
    modelyard inventory due --within 30d
    """
    if ctx.invoked_subcommand is not None:
        _forward_options(ctx, ctx.invoked_subcommand)
        return
    from compiler.inventory.columns import COLUMNS, DEFAULT_COLUMNS, WIDE_COLUMNS, sort_rows, table_rows  # noqa: PLC0415 - likewise
    from compiler.inventory.row_filters import filter_rows  # noqa: PLC0415 - help needs none of what a run does
    from compiler.render.output_formats import dump  # noqa: PLC0415 - likewise
    from compiler.report import inventory_report  # noqa: PLC0415 - likewise

    if columns == "help":
        write_output("".join(f"{name:18} {column.title or name}\n" for name, column in COLUMNS.items()), None)
        return
    _require_columns([name.removeprefix("-") for name in sorts], tuple(COLUMNS))
    run = _open_session(root, rev)
    rows = sort_rows(filter_rows(run.inventory.models, inventory_options.parse_filter(run, filter_values)), sorts)
    if format_ == "json":
        write_output(inventory_report.render_json(run.inventory, rows), output)
    elif format_ == "csv":
        write_output(dump([table_rows(rows, _parse_columns(columns, tuple(COLUMNS)))], "csv"), output)
    elif rows:
        names = _parse_columns(columns, WIDE_COLUMNS if wide else DEFAULT_COLUMNS)
        width = None if wide else _table_width(output)
        day = inventory_options.evaluation_date(as_of, run)
        write_output(
            inventory_report.render_text(rows, names, day, width, colour=stdout_supports_colour(output)), output
        )
    _print_count(rows, run)
    raise click.exceptions.Exit(inventory_options.report_excluded(run.inventory))


def _forward_options(ctx: click.Context, name: str) -> None:
    """What was said before the word holds for what comes after it, or is refused: nothing is dropped."""
    given_options = [
        option
        for option in ctx.command.params
        if option.name and ctx.get_parameter_source(option.name) is ParameterSource.COMMANDLINE
    ]
    for option in given_options:
        if option.name not in _SHARED_OPTIONS:
            raise UsageError(
                f"{option.opts[0]} goes with the list of models, and not with `{name}`",
                help=f"modelyard inventory {name}",
            )
    ctx.default_map = {name: {option.name: ctx.params[option.name] for option in given_options if option.name}}


def _show_command(name: str) -> click.Command:
    """The command that shows one model."""

    @click.command(name, help="Show everything that is known of the model.")
    @_output_options("text", "json")
    @_as_of_option
    @common_options.project_options
    def show(*, format_: str, output: Path | None, as_of: datetime | None, root: Path | None, rev: str | None) -> None:
        from compiler.report import inventory_report, model_details  # noqa: PLC0415 - help needs none of what a run does

        run = _open_session(root, rev)
        row = run.inventory.by_name.get(name)
        if row is None:
            raise _unknown_model_error(name, run)
        if format_ == "json":
            write_output(inventory_report.render_json(run.inventory, [row]), output)
        else:
            write_output(
                model_details.render_text(
                    row, inventory_options.evaluation_date(as_of, run), colour=stdout_supports_colour(output)
                ),
                output,
            )

    return show


@command.command("due")
@click.option(
    "--within",
    default="30d",
    show_default=True,
    metavar="SPAN",
    help="How far to look: days or weeks, such as 30d or 12w.",
)
@click.option("--undated", is_flag=True, help="List reviews, too, of which nobody says when the last one was.")
@click.option("--strict", is_flag=True, help="Exit 1 where something has lapsed.")
@_output_options("text", "json", "markdown", "csv")
@_as_of_option
@common_options.project_options
def due(
    *,
    within: str,
    undated: bool,
    strict: bool,
    format_: str,
    output: Path | None,
    as_of: datetime | None,
    root: Path | None,
    rev: str | None,
) -> None:
    """List reviews, validations, evidence, approvals, waivers, contracts and retirements that lapsed or are about to.

    Each stands at the line of the spec that says it, and has a key that stays the same until it is renewed: who opens an issue for
    each key opens none twice.

    \b
    modelyard inventory due
    modelyard inventory due --within 90d --format markdown
    modelyard inventory due --strict --as-of 2027-03-31
    """
    from compiler.inventory.due_items import due_items, window_end  # noqa: PLC0415 - help needs none of what a run does
    from compiler.report.due_report import FORMATS, DueReport  # noqa: PLC0415 - likewise

    span = _parse_span(within)
    run = _open_session(root, rev)
    day = inventory_options.evaluation_date(as_of, run)
    end_day = window_end(day, span)
    items = due_items(run.fleet, run.inventory, day, end_day, include_undated=undated)
    due_report = DueReport(run.inventory, items, day, end_day, stdout_supports_colour(output))
    write_output(FORMATS[format_](due_report), output)
    expired_count = sum(item.state == "lapsed" for item in items)
    due_count = sum(item.state == "due" for item in items)
    print_status(
        f"{expired_count} lapsed, {due_count} due within {within} of {day.isoformat()}{_undated_hint(run, is_listing_undated=undated)}"
    )
    excluded_exit_code = inventory_options.report_excluded(run.inventory)
    raise click.exceptions.Exit(1 if excluded_exit_code or (strict and expired_count) else 0)


def _open_session(root: Path | None, rev: str | None) -> Session:
    from compiler.pipeline.session import Session  # noqa: PLC0415 - help needs none of what a run does

    return Session(common_options.open_tree(common_options.project_root(root), rev))


def _parse_columns(column_list: str | None, default: Sequence[str]) -> tuple[str, ...]:
    names = tuple(name.strip() for name in column_list.split(",")) if column_list else tuple(default)
    from compiler.inventory.columns import COLUMNS  # noqa: PLC0415 - help needs none of what a run does

    _require_columns(names, tuple(COLUMNS))
    return names


def _require_columns(names: Sequence[str], columns: Sequence[str]) -> None:
    for name in names:
        if name not in columns:
            suggestion = closest_match(name, columns)
            raise UsageError(
                f"there is no column `{name}`",
                help=f"did you mean `{suggestion}`?"
                if suggestion
                else "`modelyard inventory --columns help` lists them",
            )


def _unknown_model_error(name: str, run: Session) -> UsageError:
    if any(document.name == name for document in run.inventory.excluded_documents):
        return UsageError(f"the model `{name}` does not hold together", help="`modelyard check` says why")
    suggestion = closest_match(name, [*run.inventory.by_name, "due"])
    return UsageError(
        f"there is no model `{name}`",
        help=f"did you mean `{suggestion}`?" if suggestion else "`modelyard inventory` lists all",
    )


def _table_width(output: Path | None) -> int:
    """How wide a table may be: as the terminal is, where there is one."""
    return (
        shutil.get_terminal_size((_DEFAULT_WIDTH, 0)).columns
        if output is None and sys.stdout.isatty()
        else _DEFAULT_WIDTH
    )


def _print_count(rows: Sequence[Row], run: Session) -> None:
    count = len(run.inventory.models)
    models = f"{count} model{'' if count == 1 else 's'}"
    print_status(
        models if len(rows) == count else f"{len(rows)} of {models}" if rows else f"none of {models} is like that"
    )


def _parse_span(span: str) -> timedelta:
    match = _SPAN_PATTERN.fullmatch(span)
    if match is None:
        raise UsageError(f"`{span}` is no span of days", help="say days or weeks, such as 30d or 12w")
    return timedelta(days=int(match[1]) * _DAYS_PER_UNIT[match[2]])


def _undated_hint(run: Session, *, is_listing_undated: bool) -> str:
    from compiler.inventory.deadlines import deadlines  # noqa: PLC0415 - help needs none of what a run does

    count = (
        0
        if is_listing_undated
        else sum(deadline.date is None for row in run.inventory.models for deadline in deadlines(row))
    )
    return f"; of {count} reviews nobody says the last: --undated lists them" if count else ""
