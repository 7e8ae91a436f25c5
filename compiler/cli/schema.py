"""`modelyard schema`."""

from collections.abc import Iterable
from pathlib import Path

import click

from compiler.cli._shared.streams import write_output
from compiler.foundation.errors import UsageError
from compiler.scaffold.schema_catalog import EDITOR_FOLDER, SchemaCatalog, SchemaEntry, load_catalog, schema_text


@click.command("schema")
@click.argument("kind", required=False)
@click.option("--type", "type_", metavar="TYPE", help="With KIND model: the schema of this type of model alone.")
@click.option("--all", "all_", is_flag=True, help="Write the schema of every kind into the folder that -o names.")
@click.option("--check", "check_", is_flag=True, help="With --all: write nothing; exit 1 if the folder is out of date.")
@click.option(
    "--output", "-o", type=click.Path(path_type=Path), help="Write to this file, with --all into this folder."
)
def command(kind: str | None, type_: str | None, all_: bool, check_: bool, output: Path | None) -> None:
    """Print the JSON Schema of a kind of document, for editors and other programs.

    Without KIND, list kinds and types, and where their schemas lie. The schema of model/TYPE says what a document of that
    type holds; that of model tells the types apart by itself, which is what an editor needs.

    \b
    modelyard schema
    modelyard schema use-case
    modelyard schema model/llm
    modelyard schema model --type llm -o llm.schema.json
    modelyard schema --all -o .modelyard/schemas
    """
    schemas = load_catalog()
    if all_:
        _write_all(schemas, kind or type_, output, check=check_)
    elif check_:
        raise UsageError("--check goes with --all", help=f"modelyard schema --all --check -o {EDITOR_FOLDER}")
    elif kind is None and type_ is None:
        write_output(_format_table(schemas.entries()), output)
    else:
        write_output(_schema_text(schemas, kind or "model", type_), output)


def _schema_text(schemas: SchemaCatalog, kind_name: str, type_: str | None) -> str:
    kind_name, slash, type_name = kind_name.partition("/")
    kind = schemas.find_kind(kind_name)
    requested_type = type_name if slash else type_
    if requested_type is None:
        return schema_text(schemas.kind_schema(kind))
    if kind != "Model":
        raise UsageError(f"{kind} has no types", help=f"modelyard schema {kind_name}")
    if slash and type_ is not None and type_ != type_name:
        raise UsageError(
            f"`{kind_name}/{type_name}` and --type {type_} ask for two types", help="leave one of them out"
        )
    return schema_text(schemas.type_schema(schemas.find_type(requested_type)))


def _write_all(schemas: SchemaCatalog, narrowing_value: str | None, output: Path | None, *, check: bool) -> None:
    if narrowing_value is not None:
        raise UsageError("--all is about every kind", help="leave out --all, or what narrows it")
    if output is None:
        raise UsageError(
            "say which folder the schemas are written into", help=f"modelyard schema --all -o {EDITOR_FOLDER}"
        )
    stale = schemas.stale_files(output)
    if check:
        _report_stale(stale, output)
    for name in stale:
        write_output(schemas.editor_schemas()[name].decode(), output / name)
    click.echo(f"{len(stale)} written in {output}/" if stale else f"{output}/ is up to date", err=True)


def _report_stale(stale: tuple[str, ...], output: Path) -> None:
    for name in stale:
        click.echo(output / name)
    message = f"is out of date: run `modelyard schema --all -o {output}`" if stale else "is up to date"
    click.echo(f"{output}/ {message}", err=True)
    raise click.exceptions.Exit(1 if stale else 0)


def _format_table(entries: Iterable[SchemaEntry]) -> str:
    rows = list(entries)
    width = max(len(row.word) for row in rows)
    return "".join(f"{row.word:{width}}  {row.path}\n{'':{width}}  {row.summary}\n" for row in rows)
