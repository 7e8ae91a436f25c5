"""`modelyard schema`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from compiler.commands.common.streams import print_status, write_output
from compiler.foundation.errors import UsageError
from compiler.scaffold.schema_catalog import EDITOR_FOLDER, SchemaCatalog, SchemaEntry, load_catalog
from compiler.scaffold.schema_selection import select_schema


def show_schema(*, kind: str | None, type_: str | None, all_: bool, check_: bool, output: Path | None) -> None:
    """Print a schema, list all kinds, or write the schemas for editors."""
    schemas = load_catalog()
    if all_:
        _write_all(schemas, kind or type_, output, check=check_)
    elif check_:
        raise UsageError("--check requires --all", help=f"modelyard schema --all --check -o {EDITOR_FOLDER}")
    elif kind is None and type_ is None:
        write_output(_format_table(schemas.entries()), output, is_shipped=True)
    else:
        write_output(select_schema(schemas, kind or "model", type_), output, is_shipped=True)


def _write_all(schemas: SchemaCatalog, narrowing_value: str | None, output: Path | None, *, check: bool) -> None:
    if narrowing_value is not None:
        raise UsageError("--all writes the schemas of all kinds", help="omit --all, or KIND and --type")
    if output is None:
        raise UsageError("--all requires --output", help=f"modelyard schema --all -o {EDITOR_FOLDER}")
    stale = schemas.stale_files(output)
    if check:
        _report_stale(stale, output)
    for name in stale:
        write_output(schemas.editor_schemas()[name].decode(), output / name, is_shipped=True)
    print_status(f"{len(stale)} written in {output}/" if stale else f"{output}/ is up to date")


def _report_stale(stale: tuple[str, ...], output: Path) -> None:
    for name in stale:
        click.echo(output / name)
    message = f"is out of date: run `modelyard schema --all -o {output}`" if stale else "is up to date"
    print_status(f"{output}/ {message}")
    raise click.exceptions.Exit(1 if stale else 0)


def _format_table(entries: Iterable[SchemaEntry]) -> str:
    rows = list(entries)
    width = max(len(row.word) for row in rows)
    return "".join(f"{row.word:{width}}  {row.path}\n{'':{width}}  {row.summary}\n" for row in rows)
