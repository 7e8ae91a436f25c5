"""`modelyard schema`."""

import click

from compiler.cli._shared.lazy_callback import calls
from compiler.cli._shared.path_type import PathType


@click.command("schema")
@click.argument("kind", required=False)
@click.option("--type", "type_", metavar="TYPE", help="With KIND model: print the schema of this model type only.")
@click.option("--all", "all_", is_flag=True, help="Write the schemas of all kinds to the folder --output.")
@click.option(
    "--check", "check_", is_flag=True, help="With --all: write nothing; exit with 1 if the folder is out of date."
)
@click.option(
    "--output",
    "-o",
    type=PathType(writes=True),
    metavar="PATH",
    help="Write to this file; with --all, to this folder.",
)
@calls("schema:show_schema")
def command() -> None:
    """Print the JSON Schema of a document kind, for editors and other programs.

    Without KIND, list all kinds and types with the paths of their schemas. `model/TYPE` is the schema of one model
    type; `model` covers all types, which is what editors need.

    \b
    Examples:
      modelyard schema
      modelyard schema use-case
      modelyard schema model/llm
      modelyard schema model --type llm -o llm.schema.json
      modelyard schema --all -o .modelyard/schemas
    """
