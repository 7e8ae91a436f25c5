"""`modelyard inventory`."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Unpack

import click

from compiler.commands.common.inventory_selection import (
    FilterOptions,
    evaluation_date,
    parse_filter,
    report_excluded,
)
from compiler.commands.common.name_checks import resolve_model
from compiler.commands.common.project import open_session, project_root
from compiler.commands.common.streams import print_status, stdout_supports_colour, write_output
from compiler.foundation.errors import UsageError
from compiler.foundation.suggestions import closest_match
from compiler.foundation.time_spans import parse_time_span
from compiler.inventory.columns import COLUMNS, DEFAULT_COLUMNS, NARROW_COLUMNS, WIDE_COLUMNS, sort_rows, table_rows
from compiler.inventory.deadlines import deadlines
from compiler.inventory.due_items import due_items, window_end
from compiler.inventory.row import Inventory, Row
from compiler.inventory.row_filters import filter_rows
from compiler.pipeline.session import Session
from compiler.render.output_formats import dump
from compiler.report import inventory_report, model_details
from compiler.report.due_report import FORMATS, DueReport
from compiler.report.finding_text import pluralize
from compiler.spec.model_lookup import unknown_model_error

_DEFAULT_WIDTH = 100


def list_models(
    *,
    sorts: tuple[str, ...],
    columns: str | None,
    wide: bool,
    format_: str,
    output: Path | None,
    as_of: datetime | None,
    root: Path | None,
    rev: str | None,
    **filters: Unpack[FilterOptions],
) -> None:
    """List the models that the filters select, as a table, CSV or JSON."""
    if columns == "help":
        write_output("".join(f"{name:18} {column.title or name}\n" for name, column in COLUMNS.items()), None)
        return
    _require_columns([name.removeprefix("-") for name in sorts])
    session = open_session(root, rev)
    inventory = session.inventory
    rows = sort_rows(filter_rows(inventory.models, parse_filter(session, filters)), sorts)
    if format_ == "json":
        write_output(inventory_report.render_json(inventory, rows), output)
    elif format_ == "csv":
        write_output(dump([table_rows(rows, _parse_columns(columns, tuple(COLUMNS)))], "csv"), output)
    elif rows:
        names = _parse_columns(columns, WIDE_COLUMNS if wide else _default_columns(output))
        _write_table(rows, names, evaluation_date(as_of, session), output, wide=wide)
    _print_count(rows, inventory)
    raise click.exceptions.Exit(report_excluded(inventory))


def show_model(
    *, name: str, format_: str, output: Path | None, as_of: datetime | None, root: Path | None, rev: str | None
) -> None:
    """Show everything known about one model."""
    folder = project_root(root)
    session = open_session(folder, rev)
    row = session.inventory.by_name.get(_resolve_name(session, folder, name))
    if row is None:
        raise unknown_model_error(session.portfolio, name)
    if format_ == "json":
        text = inventory_report.render_json(session.inventory, [row])
    else:
        day = evaluation_date(as_of, session)
        text = model_details.render_text(row, day, colour=stdout_supports_colour(output))
    write_output(text, output)


def list_due_items(
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
    """List what is overdue and what is due within a span; with --strict, exit with 1 if something is overdue."""
    span, session = parse_time_span(within), open_session(root, rev)
    inventory, day = session.inventory, evaluation_date(as_of, session)
    end_day = window_end(day, span)
    items = due_items(session.fleet, inventory, day, end_day, include_undated=undated)
    due_report = DueReport(inventory, items, day, end_day, stdout_supports_colour(output))
    write_output(FORMATS[format_](due_report), output)
    overdue_count = sum(item.state == "overdue" for item in items)
    due_count = sum(item.state == "due" for item in items)
    hint = "" if undated else _undated_hint(inventory)
    print_status(f"{overdue_count} overdue, {due_count} due within {within} of {day.isoformat()}{hint}")
    exit_code = report_excluded(inventory)
    raise click.exceptions.Exit(1 if exit_code or (strict and overdue_count) else 0)


def _write_table(rows: Sequence[Row], names: Sequence[str], day: date, output: Path | None, *, wide: bool) -> None:
    width = None if wide else _table_width(output)
    text = inventory_report.render_text(rows, names, day, width, colour=stdout_supports_colour(output))
    write_output(text, output)


def _default_columns(output: Path | None) -> Sequence[str]:
    return NARROW_COLUMNS if _table_width(output) < _DEFAULT_WIDTH else DEFAULT_COLUMNS


def _table_width(output: Path | None) -> int:
    """The width of the terminal, if the table goes to one."""
    is_terminal = output is None and sys.stdout.isatty()
    return shutil.get_terminal_size((_DEFAULT_WIDTH, 0)).columns if is_terminal else _DEFAULT_WIDTH


def _parse_columns(column_list: str | None, default: Sequence[str]) -> tuple[str, ...]:
    names = tuple(name.strip() for name in column_list.split(",")) if column_list else tuple(default)
    _require_columns(names)
    return names


def _require_columns(names: Sequence[str]) -> None:
    for name in names:
        if name not in COLUMNS:
            suggestion = closest_match(name, COLUMNS)
            raise UsageError(
                f"there is no column `{name}`",
                help=f"did you mean `{suggestion}`?"
                if suggestion
                else "run `modelyard inventory --columns help` to list all columns",
            )


def _resolve_name(session: Session, folder: Path, word: str) -> str:
    """The model that a word means; a misspelled `due` is not a model."""
    if word not in session.inventory.by_name and closest_match(word, [*session.inventory.by_name, "due"]) == "due":
        raise UsageError(f"there is no model `{word}`", help="did you mean `due`?")
    return resolve_model(session.portfolio, folder, word)


def _print_count(rows: Sequence[Row], inventory: Inventory) -> None:
    models = pluralize(len(inventory.models), "model")
    if len(rows) == len(inventory.models):
        print_status(models)
    else:
        print_status(f"{len(rows)} of {models}" if rows else f"none of {models} matches the filters")


def _undated_hint(inventory: Inventory) -> str:
    count = sum(deadline.date is None for row in inventory.models for deadline in deadlines(row))
    return f"; {pluralize(count, 'review')} without a last date: add --undated to list them" if count else ""
